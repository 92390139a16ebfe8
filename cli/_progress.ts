import type { FrameSource } from "../pipeline/frame.ts";
import type { Terminal } from "./_console.ts";
import { displayWidth, truncated } from "./_display_width.ts";
import { counted, countText, durationText, rateText } from "./_format.ts";
import type { Tally } from "./_tally.ts";

/** How often the line on a terminal is drawn anew, in milliseconds. */
export const LIVE_INTERVAL_MS = 100;

/** How often a line is written elsewhere, such as to a log, in milliseconds. */
export const PLAIN_INTERVAL_MS = 5000;

const BAR_COLUMNS = 16;
const BAR_EIGHTHS = " ▏▎▍▌▋▊▉";

/** Puts the cursor at the beginning of an empty line. */
export const ERASE = "\r\x1b[2K";

/** A bar that is filled to a share from 0 to 1. */
export function bar(share: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * BAR_COLUMNS * 8);
  const full = Math.floor(eighths / 8);
  const rest = full < BAR_COLUMNS ? BAR_EIGHTHS.charAt(eighths % 8) : "";
  return ("█".repeat(full) + rest).padEnd(BAR_COLUMNS);
}

/** How many frames are to come of a part of a source, as far as it tells. */
export function expectedFrames(
  { frameCount, frameRate, startS }: Pick<FrameSource, "frameCount" | "frameRate" | "startS">,
  durationS: number | undefined,
): number | undefined {
  if (!frameRate) return startS === 0 && durationS === undefined ? frameCount : undefined;
  const fps = frameRate.num / frameRate.den;
  const left = frameCount === undefined ? Infinity : frameCount - startS * fps;
  const expected = Math.round(Math.min(left, (durationS ?? Infinity) * fps));
  return Number.isFinite(expected) ? Math.max(1, expected) : undefined;
}

/** What progress is shown of, and where. */
export interface ProgressOptions {
  /** What has been counted so far. */
  readonly tally: Pick<Tally, "frames" | "detections" | "source">;
  /** How much of the source is wanted, in seconds; all of it where absent. */
  readonly durationS: number | undefined;
  /** Where to. */
  readonly terminal: Terminal;
  /** Whether one line is drawn again and again, rather than a line now and then. */
  readonly isLive: boolean;
  /** The time in milliseconds since the start. */
  readonly elapsedMs: () => number;
}

/** How far the work has come, in words: frames of how many, rate, time to go, detections. */
export function progressLine(
  { tally, durationS, elapsedMs }: Omit<ProgressOptions, "terminal" | "isLive">,
): { readonly share: number | undefined; readonly words: string } {
  const { frames, detections, source } = tally;
  const isFeed = source?.connection !== undefined;
  const total = source && !isFeed ? expectedFrames(source, durationS) : undefined;
  const fps = frames > 0 ? frames / (elapsedMs() / 1000) : 0;
  const rate = `${rateText(fps)} fps`;
  const found = counted(detections, "detection");
  if (isFeed && durationS !== undefined) {
    const share = Math.min(1, elapsedMs() / 1000 / durationS); // Time passes, whatever comes.
    const left = `ETA ${durationText(durationS * (1 - share))}`;
    const words = [percentText(share), counted(frames, "frame"), rate, left, found];
    return { share, words: words.join("  ") };
  }
  if (total === undefined) {
    return { share: undefined, words: [counted(frames, "frame"), rate, found].join("  ") };
  }
  const share = Math.min(1, frames / total);
  const words = [
    percentText(share),
    `${countText(frames)}/${countText(total)} frames`,
    rate,
    `ETA ${durationText(Math.max(0, total - frames) / fps)}`,
    found,
  ];
  return { share, words: words.join("  ") };
}

function percentText(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}

/** The words, behind a bar if there is room for it. */
export function liveLine(
  { share, words }: ReturnType<typeof progressLine>,
  columns: number,
): string {
  const line = share === undefined ? words : `${bar(share)} ${words}`;
  return displayWidth(line) <= columns ? line : truncated(words.trimStart(), columns);
}

/** Shows how far the work has come, until it is disposed of. */
export class Progress implements Disposable {
  readonly #options: ProgressOptions;
  readonly #timer: ReturnType<typeof setInterval>;

  /** Begins to show it. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#timer = setInterval(
      () => this.#draw(),
      options.isLive ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS,
    );
  }

  #draw(): void {
    const { terminal, isLive, tally } = this.#options;
    if (!tally.source) return; // Nothing has come yet.
    const line = progressLine(this.#options);
    // The last column stays empty, as some terminals go on to the next line behind it.
    terminal.write(isLive ? ERASE + liveLine(line, terminal.columns() - 1) : `${line.words}\n`);
  }

  /** Writes lines of text, above the live one. */
  say(text: string): void {
    const { terminal, isLive } = this.#options;
    terminal.write(`${isLive ? ERASE : ""}${text}\n`);
  }

  /** Stops showing, and leaves an empty line where the live one was. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#options.isLive) this.#options.terminal.write(ERASE);
  }
}
