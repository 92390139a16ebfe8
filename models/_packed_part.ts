import { z } from "zod";
import { ModelError } from "../pipeline/errors.ts";
import type { Part } from "./model_file.ts";

const listSchema = z.object({
  files: z.array(z.object({
    filename: z.string(),
    start: z.int().nonnegative(),
    end: z.int().nonnegative(),
  })),
});

/**
 * Where a file lies in one that Emscripten's file packager has joined of several: the script that
 * unpacks it in a browser ends in a call with the list of them.
 *
 * @param script The text of the script.
 * @param name The end of the file's name.
 * @throws {ModelError} If the script does not tell.
 */
export function packedPart(script: string, name: string): Part {
  const [, list = ""] = /loadPackage\((\{"files".*\})\)/.exec(script) ?? [];
  try {
    const { files } = listSchema.parse(JSON.parse(list));
    const part = files.find(({ filename }) => filename.endsWith(name));
    if (part) return part;
  } catch (cause) {
    throw new ModelError(`Cannot find ${name}: there is no list of packed files`, { cause });
  }
  throw new ModelError(`Cannot find ${name}: it is not among the packed files`);
}
