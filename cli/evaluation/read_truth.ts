import { extname } from "node:path";
import { SourceError } from "../../pipeline/errors.ts";
import { cocoTruth } from "./coco_truth.ts";
import { csvTruth, motTruth } from "./table_truth.ts";
import type { Truth, TruthOptions } from "./truth.ts";

/** Far more than the largest truth in use; a path to something endless ends here. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads what is there: COCO's JSON, MOT Challenge text or a CSV, told by the ending.
 *
 * @param path The file.
 * @param options How it is read.
 * @throws {SourceError} If it cannot be read or makes no sense, with the line where it has lines.
 */
export async function readTruth(path: string, options: TruthOptions): Promise<Truth> {
  const text = await textAt(path);
  const fail = (reason: string, cause?: unknown) =>
    new SourceError(`Cannot read the truth "${path}": ${reason}`, { cause });
  switch (extname(path).toLowerCase()) {
    case ".json":
      return cocoTruth(text, fail);
    case ".txt":
      return motTruth(text, options, fail);
    case ".csv":
      return csvTruth(text, options, fail);
    default:
      throw fail("it must be COCO's .json, MOT Challenge .txt or .csv");
  }
}

async function textAt(path: string): Promise<string> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw new SourceError(`Cannot read the truth "${path}": it is not a file`);
    if (size > MAX_BYTES) {
      throw new SourceError(`Cannot read the truth "${path}": it is ${size} bytes`);
    }
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new SourceError(`Cannot read the truth "${path}": no such file`, { cause });
    }
    throw cause;
  }
}
