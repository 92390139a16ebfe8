import type { Frame } from "../../../pipeline/frame.ts";

/** A picture that is measured. */
export interface SampledFrame {
  /** The frame; it is disposed of when the next one is asked for. */
  readonly frame: Frame;
  /** The frames right before it, in the order of time; they live as long. */
  readonly past: readonly Frame[];
}

/** From one measured picture to the next, in microseconds. */
const INTERVAL_US = 1_000_000;

/**
 * Takes one frame a second out of a clip: the first frame of each second, counted from the clip's first
 * frame. The very first frame only where nothing is wanted of those before it.
 *
 * @param frames The frames; they are disposed of.
 * @param pastFrames How many frames before each are wanted, too.
 * @returns The frames, with up to that many before each.
 */
export async function* sampledFrames(
  frames: AsyncIterable<Frame>,
  pastFrames: number,
): AsyncGenerator<SampledFrame> {
  const past: Frame[] = [];
  let firstUs: number | undefined;
  let nextUs = -Infinity;
  try {
    for await (const frame of frames) {
      past.push(frame); // From here on it is disposed of with the rest, whatever happens.
      firstUs ??= frame.timestampUs;
      if (nextUs === -Infinity) nextUs = pastFrames ? firstUs + INTERVAL_US : firstUs;
      if (frame.timestampUs >= nextUs) {
        const seconds = Math.floor((frame.timestampUs - firstUs) / INTERVAL_US);
        nextUs = firstUs + (seconds + 1) * INTERVAL_US;
        yield { frame, past: past.slice(0, -1) };
      }
      while (past.length > pastFrames) past.shift()?.[Symbol.dispose]();
    }
  } finally {
    for (const frame of past) frame[Symbol.dispose]();
  }
}
