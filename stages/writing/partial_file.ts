import { join, parse, sep } from "node:path";
import { OutputError } from "../../pipeline/errors.ts";
import { outputErrorFrom } from "./output_error.ts";

/** How an output file is made. */
export interface PartialFileOptions {
  /** Whether a file of that name may be replaced. */
  readonly overwrite: boolean;
}

/**
 * A file that gets its name only once it is whole. Disposing of it before {@linkcode commit} removes
 * what was written.
 */
export interface PartialFile extends AsyncDisposable {
  /** Where to write meanwhile: an empty file beside the wanted one, with the same extension. */
  readonly path: string;
  /** Whether it is a file, and no device or named pipe. */
  readonly isFile: boolean;
  /**
   * Gives the file its name. It must be closed by then.
   *
   * @throws {OutputError} If that cannot be done.
   */
  commit(): Promise<void>;
}

/**
 * A name for a file while it is unfinished: in the same directory, so that it can be renamed, and
 * with the same extension, by which ffmpeg picks the format.
 *
 * @param target The path that the file will have.
 * @returns The path to write to, another one each time.
 *
 * @example The extension stays
 * ```ts
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(partialPathFor("clips/out.mp4"), /^clips.out\.partial-[0-9a-f]{8}\.mp4$/);
 * ```
 */
export function partialPathFor(target: string): string {
  const { dir, name, ext } = parse(target);
  return join(dir, `${name}.partial-${crypto.randomUUID().slice(0, 8)}${ext}`);
}

/** What lies at a path, if anything does. */
async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Refuses what can be no file's name, which would show only in the end. */
function checkName(target: string): void {
  if (target === "") throw new OutputError('Cannot write "": the path is empty');
  if (target.endsWith("/") || target.endsWith(sep)) {
    throw new OutputError(`Cannot write "${target}": it names a directory`);
  }
}

/** Refuses to replace what the user did not allow to be replaced. */
function checkFree(target: string, info: Deno.FileInfo | undefined, overwrite: boolean): void {
  if (info?.isDirectory) throw new OutputError(`Cannot write "${target}": it is a directory`);
  if (info && !overwrite) {
    throw new OutputError(
      `Cannot write "${target}": it exists already; allow it to be overwritten, or name another file`,
    );
  }
}

/** Sees to it that what was written survives a power failure, then renames it. */
async function publish(partial: string, target: string): Promise<void> {
  using file = await Deno.open(partial, { write: true });
  await file.sync();
  file.close();
  await Deno.rename(partial, target);
}

/**
 * Makes room for an output: an empty file beside the wanted one, which shows at once whether it can
 * be written. A device or a named pipe cannot be written beside, so it is written to as it is.
 *
 * @param target The path that the file will have; if it is a link, what it points to is replaced.
 * @param options Whether an existing file may be replaced.
 * @returns The place to write to.
 * @throws {OutputError} If the file exists and may not be replaced, or cannot be made.
 *
 * @example A file that appears when it is whole
 * ```ts ignore
 * await using partial = await createPartialFile("out.txt", { overwrite: false });
 * await Deno.writeTextFile(partial.path, "all of it");
 * await partial.commit();
 * ```
 */
export async function createPartialFile(
  target: string,
  { overwrite }: PartialFileOptions,
): Promise<PartialFile> {
  return await placeAt(
    target,
    overwrite,
    async (info) => await reserved(info ? await Deno.realPath(target) : target, target, overwrite),
  );
}

/** A device or a named pipe as it is, else a file that is made if there may be one. */
async function placeAt(
  target: string,
  overwrite: boolean,
  make: (info: Deno.FileInfo | undefined) => Promise<PartialFile>,
): Promise<PartialFile> {
  try {
    checkName(target);
    const info = await infoOf(target);
    if (info && !info.isFile && !info.isDirectory) return written(target, false);
    checkFree(target, info, overwrite);
    return await make(info);
  } catch (cause) {
    throw outputErrorFrom(target, cause);
  }
}

/** What is written to as it is. */
function written(path: string, isFile: boolean): PartialFile {
  return { path, isFile, commit: async () => {}, [Symbol.asyncDispose]: async () => {} };
}

/**
 * Makes an output that has its name from the start, for readers that follow it: it is emptied if it
 * is there, and what is written to it stays. Where nothing is, disposing of it removes a new file.
 *
 * @param target The path of the file.
 * @param options Whether an existing file may be replaced.
 * @returns The place to write to, which is the file itself.
 * @throws {OutputError} If the file exists and may not be replaced, or cannot be made.
 */
export async function createFollowedFile(
  target: string,
  { overwrite }: PartialFileOptions,
): Promise<PartialFile> {
  return await placeAt(target, overwrite, async (info) => {
    const wish = info ? { truncate: true } : { createNew: true };
    (await Deno.open(target, { write: true, ...wish })).close();
    return info ? written(target, true) : followed(target);
  });
}

/** A new file that stays, unless nothing was written to it before all ended too early. */
function followed(path: string): PartialFile {
  let isCommitted = false;
  return {
    path,
    isFile: true,
    // deno-lint-ignore require-await -- Another kind of file takes its time.
    async commit() {
      isCommitted = true;
    },
    async [Symbol.asyncDispose]() {
      if (isCommitted || (await infoOf(path).catch(() => undefined))?.size !== 0) return;
      await Deno.remove(path).catch(() => {}); // An error is on its way that matters more.
    },
  };
}

/** Makes the empty file. */
async function reserved(
  finalPath: string,
  target: string,
  overwrite: boolean,
): Promise<PartialFile> {
  const path = partialPathFor(finalPath);
  (await Deno.open(path, { write: true, createNew: true })).close();
  let isCommitted = false;
  return {
    path,
    isFile: true,
    async commit() {
      try {
        // Another program, or another writer, may have made it in the meantime.
        checkFree(target, await infoOf(finalPath), overwrite);
        await publish(path, finalPath);
        isCommitted = true;
      } catch (cause) {
        throw outputErrorFrom(target, cause);
      }
    },
    async [Symbol.asyncDispose]() {
      // Whatever keeps it from being removed is a consequence of the error that is on its way.
      if (!isCommitted) await Deno.remove(path).catch(() => {});
    },
  };
}
