import type { Frame } from "../pipeline/frame.ts";
import type { Tracked } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { smoothOffline, type SmoothOfflineOptions } from "../stages/smooth_offline.ts";
import { smoothingFrom } from "../stages/smoothing/smoothing_from.ts";
import type { RunOptions } from "./_run_options.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * Refuses what cannot be read twice, before it is read.
 *
 * @throws {UsageError} If it is standard input.
 */
export function checkRereadable({ smooth, sources }: Pick<RunOptions, "smooth" | "sources">): void {
  if (takesTwoPasses(smooth) && sources.includes("-")) {
    throw new UsageError("Cannot use --smooth offline with standard input: it is read twice");
  }
}

/** Whether a way to keep boxes still sees the whole video first. */
export function takesTwoPasses(smooth: string | undefined): boolean {
  return smooth !== undefined && smoothingFrom(smooth)?.method === "offline";
}

/** The second of two passes over a video. */
export interface SecondPass {
  /**
   * Decodes the frames again. It is called once, when all frames of the first pass have come.
   */
  readonly frames: () => Promise<ReadableStream<Frame>>;
}

/**
 * Keeps boxes still with all of the video in sight: takes in every frame, remembers its tracks alone,
 * and goes through the video again, now with the smoothed tracks.
 *
 * @param second What decodes it again: the same frames, of which those beyond the first pass are left out.
 * @param options The parameters.
 * @returns The stage.
 */
export function smoothInTwoPasses(
  second: SecondPass,
  options: SmoothOfflineOptions,
): MeteredStage<Tracked, Tracked> {
  return stage("smoothInTwoPasses", async function* smoothInTwoPasses(
    items: AsyncIterable<Tracked>,
  ) {
    const seen: Omit<Tracked, "frame">[] = [];
    const timesUs: number[] = [];
    for await (const { frame, ...rest } of items) {
      timesUs.push(frame.timestampUs);
      seen.push(rest);
      frame[Symbol.dispose]();
    }
    const frames = seen.map(({ detections: tracks, isCut }, i) => (
      { timestampUs: timesUs[i]!, tracks, ...isCut && { isCut } }
    ));
    const smoothed = smoothOffline(frames, options);
    if (seen.length === 0) return;
    let at = 0;
    for await (const frame of await second.frames()) {
      yield { ...seen[at]!, frame, detections: smoothed[at]! };
      if (++at === seen.length) break;
    }
  });
}
