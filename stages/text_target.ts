/**
 * Where a writer puts its text: the path of a file, or a stream such as `Deno.stdout.writable`.
 *
 * A file gets its name when all is written; an unfinished one is removed, unless it is written for
 * readers that follow it. A stream gets each frame's text at once, in UTF-8; the next frame waits
 * until the stream has taken it.
 */
export type TextTarget = string | WritableStream<Uint8Array>;

/** How a writer treats its target. */
export interface WriteOptions {
  /**
   * Whether an existing file may be replaced.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
  /**
   * Whether a file has its name from the start and each frame's text as soon as there is any, for
   * readers that follow it: what was written stays, whatever becomes of the rest.
   *
   * @default {false}
   */
  readonly isFollowed?: boolean;
  /**
   * Whether a stream is closed behind the last frame, and aborted if there is no last frame.
   * Standard output should stay open.
   *
   * @default {false}
   */
  readonly closeTarget?: boolean;
}
