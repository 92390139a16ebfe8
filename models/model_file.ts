import { ModelError } from "../pipeline/errors.ts";

/** No model that is run here is larger; a path to something endless ends here. */
export const MAX_MODEL_BYTES: number = 2 ** 30;

/** Which bytes of a file are meant. */
export interface Part {
  /** The first one. */
  readonly start: number;
  /** The one behind the last one. */
  readonly end: number;
}

/** A model's file, or its part of a file that holds several. */
export interface ModelFile {
  /** What it holds. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its SHA-256, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Reads a model's file.
 *
 * @param path Where it is.
 * @param part Which part is read; all of it unless given.
 * @throws {ModelError} If it cannot be read, or is no file of a model's size.
 */
export async function readModelFile(path: string | URL, part?: Part): Promise<ModelFile> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new ModelError(`Cannot read the model "${path}": it is not a file`);
    if (size > MAX_MODEL_BYTES) {
      throw new ModelError(
        `Cannot read the model "${path}": it is ${size} bytes, over ${MAX_MODEL_BYTES}`,
      );
    }
    const bytes = (await Deno.readFile(path)).slice(part?.start, part?.end);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return { bytes, sha256: hash.toHex() };
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError(`Cannot read the model "${path}": ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not permit it";
  if (error instanceof Deno.errors.NotCapable) {
    return "the permission to read it is missing (--allow-read)";
  }
  return error instanceof Error ? error.message : String(error);
}
