/** Keeps count of the frames of which a smoother that looks ahead has not yet told the position. */
export class Lookback {
  /** How many frames there were. */
  frames = 0;
  readonly #lag: number;
  readonly #positionAt: (stepsBack: number) => number;

  constructor(lag: number, positionAt: (stepsBack: number) => number) {
    this.#lag = lag;
    this.#positionAt = positionAt;
  }

  /** Notes a frame; returns the position `lag` frames before it, if there was such a frame. */
  advance(): number | undefined {
    this.frames++;
    return this.frames > this.#lag ? this.#positionAt(this.#lag) : undefined;
  }

  /** Throws unless the position so many frames ago is known. */
  check(stepsBack: number): void {
    const kept = Math.min(this.#lag, this.frames - 1);
    if (Number.isInteger(stepsBack) && stepsBack >= 0 && stepsBack <= kept) return;
    throw new RangeError(
      `Cannot look back as stepsBack must be a whole number from 0 to ${kept}: current value is ${stepsBack}`,
    );
  }

  /** The positions of the frames that {@linkcode Lookback.advance} never returned, oldest first. */
  rest(): number[] {
    const count = Math.min(this.#lag, this.frames);
    return Array.from({ length: count }, (_, i) => this.#positionAt(count - 1 - i));
  }

  /** Forgets the frames. */
  reset(): void {
    this.frames = 0;
  }
}
