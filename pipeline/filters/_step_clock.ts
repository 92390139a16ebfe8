import { checkFinite } from "./_checks.ts";

/** Measures the time between a filter's steps. */
export class StepClock {
  #lastUs: number | undefined;

  /** Forgets the last step. */
  reset(): void {
    this.#lastUs = undefined;
  }

  /**
   * Notes a step.
   *
   * @returns The seconds since the step before, 0 for the first one.
   * @throws {RangeError} If the time is before that of the last step.
   */
  advance(timestampUs: number): number {
    checkFinite("filter", "a timestamp", timestampUs);
    const lastUs = this.#lastUs ?? timestampUs;
    if (timestampUs < lastUs) {
      throw new RangeError(
        `Cannot filter as time must not run backwards: current value is ${timestampUs} us after ${lastUs} us`,
      );
    }
    this.#lastUs = timestampUs;
    return (timestampUs - lastUs) * 1e-6;
  }
}
