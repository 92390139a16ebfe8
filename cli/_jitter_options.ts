import type { Resize, Ties } from "../bench/jitter/observe/observed_clip.ts";
import type { Device } from "../pipeline/inference_session.ts";

/** What `steadybox jitter` does. */
export interface JitterOptions {
  /** The command. */
  readonly command: "jitter";
  /** Videos. */
  readonly sources: readonly string[];
  /** Files of tracks, in place of videos. */
  readonly tracks: readonly string[];
  /** Their frame rate, where they have no times. */
  readonly fps: number | undefined;
  /** Files of true boxes, one for each source. */
  readonly truth: readonly string[];
  /** Where to begin, in seconds. */
  readonly start: number | undefined;
  /** How much to take, in seconds. */
  readonly duration: number | undefined;
  /** The name of the model, or a file. */
  readonly model: string | undefined;
  /** What runs the network. */
  readonly device: Device | "auto";
  /** The lowest confidence with which an object appears. */
  readonly conf: number | undefined;
  /** How ties are resolved, the baseline first. */
  readonly ties: readonly Ties[] | undefined;
  /** How frames are scaled, the baseline first. */
  readonly resize: readonly Resize[] | undefined;
  /** What keeps boxes still. */
  readonly smooth: readonly string[];
  /** Whether disturbed pictures are measured too. */
  readonly perturbation: boolean;
  /** What random numbers are drawn from. */
  readonly seed: number;
  /** The directory of the report. */
  readonly report: string;
  /** Whether a report that exists is replaced. */
  readonly overwrite: boolean;
  /** Whether nothing but errors and the result is said. */
  readonly quiet: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}
