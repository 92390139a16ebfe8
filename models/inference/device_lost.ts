import { DeviceError } from "../../pipeline/errors.ts";

/**
 * The GPU went away (a driver's reset, a machine's sleep) or ran out of memory: a new worker may find
 * it again.
 */
export class DeviceLost extends DeviceError {
  /** Whether it ran out of memory, so that less is to be asked of it. */
  readonly isOutOfMemory: boolean;

  /**
   * Makes the error.
   *
   * @param message What happened.
   * @param isOutOfMemory Whether it ran out of memory.
   */
  constructor(message: string, isOutOfMemory: boolean) {
    super(message);
    this.isOutOfMemory = isOutOfMemory;
  }
}
