/** What all errors have in common that a caller may want to catch: each is one line for a user. */
export class SteadyboxError extends Error {
  /** The name of the class. */
  override readonly name: string = "SteadyboxError";
}

/** Thrown when a source cannot be read: missing, damaged, without pictures. */
export class SourceError extends SteadyboxError {
  /** Always `SourceError`. */
  override readonly name: string = "SourceError";
}

/** Thrown when an output cannot be written. */
export class OutputError extends SteadyboxError {
  /** Always `OutputError`. */
  override readonly name: string = "OutputError";
}

/** Thrown when a model cannot be found, read or understood. */
export class ModelError extends SteadyboxError {
  /** Always `ModelError`. */
  override readonly name: string = "ModelError";
}

/** Thrown when a device cannot be had, or fails. */
export class DeviceError extends SteadyboxError {
  /** Always `DeviceError`. */
  override readonly name: string = "DeviceError";
}

/** Thrown when a stage cannot process an item: its `cause` is the first error. */
export class StageError extends SteadyboxError {
  /** Always `StageError`. */
  override readonly name: string = "StageError";
  /** The name of the stage that failed. */
  readonly stage: string;
  /** The presentation time of the last frame that it took, in microseconds, if it took any. */
  readonly timestampUs: number | undefined;

  /**
   * Makes the error.
   *
   * @param stage The name of the stage.
   * @param timestampUs The time of the last frame that it took, in microseconds.
   * @param cause The first error.
   */
  constructor(stage: string, timestampUs: number | undefined, cause: unknown) {
    const place = timestampUs === undefined ? "" : ` on the frame at ${timestampUs} us`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot run stage "${stage}"${place}: ${reason}`, { cause });
    this.stage = stage;
    this.timestampUs = timestampUs;
  }
}
