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

/** What was written to the outputs that were asked for; what was sent, and segments, are told apart. */
export async function writtenTo(
  outputs: Outputs,
  segment: number | undefined,
): Promise<Written[]> {
  const files = filesOf(outputs)
    .filter(([flag]) => flag !== "--output" || segment === undefined);
  return await Promise.all(files.map(([, path]) => writtenAt(path)));
}
