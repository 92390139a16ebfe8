import type { Detected, Tracked } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { smooth } from "../stages/smooth.ts";
import { smoothingFrom } from "../stages/smoothing/smoothing_from.ts";
import { track } from "../stages/track.ts";
import type { RunOptions } from "./_run_options.ts";
import type { Sources } from "./_sources.ts";
import { type SecondPass, smoothInTwoPasses } from "./_two_passes.ts";
import { UsageError } from "./_usage_error.ts";

/** Which share of the wanted confidence keeps an object going that is there already. */
const DOUBT = 0.5;

/** How objects are told apart from frame to frame, and their boxes kept still. */
export interface Steadying {
  /** From which confidence on candidates are let through. */
  readonly minConfidence: number;
  /** The stages that do it; none where objects are not followed. */
  readonly stages?: {
    readonly tracking: MeteredStage<Detected, Tracked>;
    readonly smoothing: MeteredStage<Tracked, Tracked>;
  };
}

/**
 * What the user asks for, else what measures best; pictures have nothing to do with each other.
 *
 * @param options What was asked for.
 * @param sources What the frames come from; live, nothing may wait for what follows.
 * @param minConfidence The confidence with which an object appears.
 * @param second What decodes a video again, for `offline`.
 */
export function steadyingFor(
  { track: isTracked, smooth: asked }: Pick<RunOptions, "track" | "smooth">,
  sources: Sources,
  minConfidence: number,
  second: SecondPass,
): Steadying {
  if (!isTracked || sources.kind !== "video") {
    if (asked !== undefined && asked !== "none") {
      const hindrance = isTracked ? "pictures" : "--no-track";
      throw new UsageError(`Cannot use --smooth ${asked} with ${hindrance}`);
    }
    return { minConfidence };
  }
  const options = smoothingFrom(asked ?? (sources.isFeed ? "kalman" : "fixed-lag"))!;
  if (options.method === "offline" && sources.isFeed) {
    throw new UsageError("Cannot use --smooth offline with a live feed: it is read twice");
  }
  return {
    minConfidence: DOUBT * minConfidence,
    stages: {
      tracking: track({ minConfidence }),
      smoothing: options.method === "offline"
        ? smoothInTwoPasses(second, options)
        : smooth(options),
    },
  };
}
