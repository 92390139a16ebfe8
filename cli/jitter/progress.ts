import { basename } from "node:path";
import type { ObservedFrame } from "../../bench/jitter/observe/observe_video.ts";
import type { FrameSource } from "../../pipeline/frame.ts";
import { stderr } from "../_console.ts";
import type { Interruption } from "../_interruption.ts";
import { Progress } from "../_progress.ts";
import type { JitterOptions } from "../_jitter_options.ts";

/** How often a step that goes on is told, in milliseconds. */
const STEP_INTERVAL_MS = 5000;

/** Tells how far a measurement has come, until it is disposed of. */
export class JitterProgress implements Disposable {
  readonly #durationS: number | undefined;
  readonly #isQuiet: boolean;
  #clip:
    | { readonly progress: Progress; readonly count: (frame: ObservedFrame) => void }
    | undefined;
  #toldAtMs = -Infinity;

  constructor({ duration, quiet }: JitterOptions, { signal }: Interruption) {
    this.#durationS = duration;
    this.#isQuiet = quiet;
    signal.addEventListener("abort", () => {
      this.#say("Interrupted: measuring what was seen; once more ends at once");
    });
  }

  #say(line: string): void {
    if (this.#isQuiet) return;
    if (this.#clip) this.#clip.progress.say(line);
    else stderr.write(`${line}\n`);
  }

  /** Begins a clip, which is decoded several times. */
  clip(
    path: string,
    { number, of, passes }: {
      readonly number: number;
      readonly of: number;
      readonly passes: number;
    },
  ): void {
    this[Symbol.dispose]();
    this.#say(`${basename(path)} (${number} of ${of})`);
    if (this.#isQuiet) return;
    const startedAtMs = performance.now();
    let frames = 0;
    const tally = {
      source: undefined as FrameSource | undefined,
      detections: 0,
      get frames() {
        return Math.floor(frames / passes);
      },
    };
    const progress = new Progress({
      tally,
      durationS: this.#durationS,
      terminal: stderr,
      isLive: stderr.isTerminal,
      elapsedMs: () => performance.now() - startedAtMs,
    });
    this.#clip = {
      progress,
      count({ source, detections }) {
        tally.source = source;
        tally.detections += detections;
        frames++;
      },
    };
  }

  /** Counts a frame of the clip. */
  frame(frame: ObservedFrame): void {
    this.#clip?.count(frame);
  }

  /** Tells of another step, now and then. */
  step(name: string): void {
    this[Symbol.dispose]();
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < STEP_INTERVAL_MS) return;
    this.#toldAtMs = nowMs;
    this.#say(`Measuring: ${name}`);
  }

  /** Stops showing the clip. */
  [Symbol.dispose](): void {
    this.#clip?.progress[Symbol.dispose]();
    this.#clip = undefined;
  }
}
