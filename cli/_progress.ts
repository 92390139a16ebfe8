import type { Terminal } from "./_console.ts";
import { truncated } from "./_display_width.ts";
import { counted, countText, durationText, rateText } from "./_format.ts";
import type { Tally } from "./_tally.ts";

/** How often the line on a terminal is drawn anew, in milliseconds. */
const LIVE_INTERVAL_MS = 100;

/** How often a line is written elsewhere, such as to a log, in milliseconds. */
const PLAIN_INTERVAL_MS = 5000;

const BAR_COLUMNS = 16;
const BAR_EIGHTHS = " ▏▎▍▌▋▊▉";

/** Puts the cursor at the beginning of an empty line. */
const ERASE = "\r\x1b[2K";

/** A bar that is filled to a share from 0 to 1. */
export function bar(share: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * BAR_COLUMNS * 8);
  const full = Math.floor(eighths / 8);
  const rest = full < BAR_COLUMNS ? BAR_EIGHTHS.charAt(eighths % 8) : "";
  return ("█".repeat(full) + rest).padEnd(BAR_COLUMNS);
}

/** What progress is shown of, and where. */
export interface ProgressOptions {
  /** What has been counted so far. */
  readonly tally: Pick<Tally, "frames" | "detections" | "source">;
  /** Where to. */
  readonly terminal: Terminal;
  /** Whether one line is drawn again and again, rather than a line now and then. */
  readonly isLive: boolean;
  /** The time in milliseconds since the start. */
  readonly elapsedMs: () => number;
}

/** How far the work has come, in words: frames of how many, rate, time to go, detections. */
export function progressLine(
  { tally, isLive, elapsedMs }: Omit<ProgressOptions, "terminal">,
): string {
  const { frames, detections, source } = tally;
  const total = source?.frameCount;
  const fps = frames > 0 ? frames / (elapsedMs() / 1000) : 0;
  const parts: string[] = [];
  if (total === undefined) parts.push(counted(frames, "frame"));
  else {
    const share = Math.min(1, frames / total);
    if (isLive) parts.push(bar(share));
    parts.push(`${Math.floor(share * 100)} %`.padStart(5));
    parts.push(`${countText(frames)}/${countText(total)} frames`);
  }
  parts.push(`${rateText(fps)} fps`);
  if (total !== undefined) parts.push(`ETA ${durationText(Math.max(0, total - frames) / fps)}`);
  parts.push(counted(detections, "detection"));
  return parts.join("  ");
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
    terminal.write(isLive ? ERASE + truncated(line, terminal.columns() - 1) : `${line}\n`);
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
