import { ModelError } from "../pipeline/errors.ts";

/** A hundred times as much as the names of any network's classes. */
const MAX_BYTES = 2 ** 22;

/**
 * The names of classes that the user gives: those of COCO, or the lines of a file. Empty lines at the
 * end are no names.
 *
 * @param place `coco`, or the path of the file.
 * @returns The names, or `coco`.
 * @throws {ModelError} If the file cannot be read, or makes no sense.
 */
export async function labelsAt(place: string): Promise<readonly string[] | "coco"> {
  if (place === "coco") return "coco";
  const text = await textAt(place);
  const names = text.replace(/\s+$/, "").split(/\r?\n/).map((line) => line.trim());
  const flaw = names.findIndex((name) => name === "" || /\p{Cc}/u.test(name));
  if (flaw < 0) return names;
  throw new ModelError(`Cannot use the names of classes "${place}": line ${flaw + 1} is no name`);
}

async function textAt(place: string): Promise<string> {
  try {
    const { isFile, size } = await Deno.stat(place);
    if (!isFile) throw new Error("it is not a file");
    if (size > MAX_BYTES) throw new Error(`it is ${size} bytes, over ${MAX_BYTES}`);
    return await Deno.readTextFile(place);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (cause as Error).message;
    throw new ModelError(`Cannot read the names of classes "${place}": ${reason}`, { cause });
  }
}
