import { outputErrorFrom } from "../stages/writing/output_error.ts";

const encoder = new TextEncoder();

/** Thrown when whoever read standard output or standard error has stopped, as `head` does. */
export class ReaderGone extends Error {
  /** Always `ReaderGone`. */
  override readonly name: string = "ReaderGone";
}

/** Where a command writes what people or programs read. */
export interface Terminal {
  /** Whether it is a screen that a line can be erased from. */
  readonly isTerminal: boolean;
  /** How many columns it has, where it tells. */
  columns(): number;
  /**
   * Writes text as it is.
   *
   * @throws {ReaderGone} If nobody reads any more.
   * @throws {OutputError} If it cannot be written otherwise, as to a full disk.
   */
  write(text: string): void;
}

/** How wide lines are where nothing tells. */
const DEFAULT_COLUMNS = 80;

function columnsOf(stream: { isTerminal(): boolean }): number {
  if (!stream.isTerminal()) return DEFAULT_COLUMNS;
  try {
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS; // A terminal that has no size.
  }
}

function written(stream: typeof Deno.stdout | typeof Deno.stderr, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; at += stream.writeSync(bytes.subarray(at)));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.BrokenPipe)) throw outputErrorFrom("standard output", cause);
    throw new ReaderGone("Cannot write: nobody reads any more", { cause });
  }
}

function terminalOf(stream: typeof Deno.stdout | typeof Deno.stderr): Terminal {
  return {
    isTerminal: stream.isTerminal(),
    columns: () => columnsOf(stream),
    write: (text) => written(stream, encoder.encode(text)),
  };
}

/** Standard output: results. */
export const stdout: Terminal = terminalOf(Deno.stdout);

/** Standard output as a stream of bytes, each chunk written before the next is taken. */
export function stdoutStream(): WritableStream<Uint8Array> {
  return new WritableStream({ write: (bytes) => written(Deno.stdout, bytes) });
}

/** Standard error: everything said to people while a command works, whether they listen or not. */
export const stderr: Terminal = {
  ...terminalOf(Deno.stderr),
  write(text) {
    try {
      written(Deno.stderr, encoder.encode(text));
    } catch {
      // There is nobody left to be told.
    }
  },
};

/** A text in bold, where the terminal shows such. */
export function bold(text: string, { isTerminal }: Pick<Terminal, "isTerminal">): string {
  return isTerminal && !Deno.noColor ? `\x1b[1m${text}\x1b[22m` : text;
}

/** A text in a fainter colour, where the terminal shows such. */
export function faint(text: string, { isTerminal }: Pick<Terminal, "isTerminal">): string {
  return isTerminal && !Deno.noColor ? `\x1b[2m${text}\x1b[22m` : text;
}
