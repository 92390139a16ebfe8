import { format, parse } from "node:path";
import { shownName } from "../stages/live/output_target.ts";
import { outputKindOf } from "./_output_kind.ts";
import { filesOf, type Outputs } from "./_outputs.ts";
import type { Written } from "./_summary.ts";

async function writtenAt(path: string): Promise<Written> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile ? { path, sizeBytes: size } : { path };
  } catch {
    return { path }; // It may be written without being allowed to be read.
  }
}

/** What was written to the outputs that were asked for, or sent; of segments, what they are called. */
export async function writtenTo(
  outputs: Outputs,
  segment: number | undefined,
): Promise<Written[]> {
  const { output } = outputs;
  const kind = output === undefined ? undefined : outputKindOf(output, segment);
  const isLive = kind === "url" || kind === "segments";
  const files = filesOf(outputs).filter(([flag]) => !isLive || flag !== "--output");
  const written = await Promise.all(files.map(([, path]) => writtenAt(path)));
  if (output === undefined || !isLive) return written;
  const { dir, name, ext } = parse(output);
  const path = kind === "url" ? shownName(output) : format({ dir, name: `${name}-…`, ext });
  return [{ path }, ...written];
}
