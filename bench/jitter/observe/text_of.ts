import { SourceError } from "../../../pipeline/errors.ts";

/** More than this is no list of boxes that a program should hold in memory. */
const MAX_BYTES = 1 << 29;

/**
 * Reads a text.
 *
 * @param path The file.
 * @returns What it holds.
 * @throws {SourceError} If it cannot be read, or is far too large.
 */
export async function textOf(path: string): Promise<string> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new SourceError(`Cannot read "${path}": it is no file`);
    if (size > MAX_BYTES) throw new SourceError(`Cannot read "${path}": it is too large`);
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      throw new SourceError(`Cannot read "${path}": no such file`, { cause });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new SourceError(`Cannot read "${path}": permission denied`, { cause });
    }
    throw cause;
  }
}
