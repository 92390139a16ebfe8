import { DeviceError } from "../../pipeline/errors.ts";

/**
 * What became of a device: it went away (a driver's reset, a machine's sleep), ran out of memory, or
 * gives no answer.
 */
export type LossKind = "gone" | "outOfMemory" | "silent";

/** A worker is of no more use, but a new one may be. */
export class DeviceLost extends DeviceError {
  /** What became of the device. */
  readonly kind: LossKind;
  /** Whether the run that fails with this may be the cause: no other than what was being worked on. */
  readonly isBlamed: boolean;

  /**
   * Makes the error.
   *
   * @param message What happened.
   * @param kind What became of the device.
   * @param isBlamed Whether the run that fails with it may be the cause.
   */
  constructor(message: string, kind: LossKind, isBlamed: boolean = true) {
    super(message);
    this.kind = kind;
    this.isBlamed = isBlamed;
  }
}
