import { inTempDir, namesIn } from "./_temp_dir.ts";

/** A video of 250 frames, with a face. */
export const CLIP: URL = new URL("fixtures/clips/talking_face.mp4", import.meta.url);

/** How many frames it has. */
export const CLIP_FRAMES = 250;

/** Options for a part of the clip that is soon done: 25 frames. */
export const SHORT: readonly string[] = ["--duration", "1", "--device", "cpu"];

/** Runs a test in a directory in which the clip lies as in.mp4. */
export async function besideClip(use: (dir: string) => Promise<void>): Promise<void> {
  await inTempDir(async (dir) => {
    // The directory's true name, as processes show it.
    const home = await Deno.realPath(dir);
    await Deno.copyFile(CLIP, `${home}/in.mp4`);
    await Deno.mkdir(`${home}/tmp`);
    await use(home);
  });
}

/** What lies in a directory, but for that of temporary files. */
export async function filesIn(dir: string): Promise<string[]> {
  return (await namesIn(dir)).filter((name) => name !== "tmp");
}

/** How many files of standard input are stored. */
export async function storedIn(dir: string): Promise<number> {
  // The directory holds what libraries store, too.
  return (await namesIn(dir)).filter((name) => name.startsWith(".steadybox-input-")).length;
}

/** The records of a text of JSON lines. */
export function recordsOf(text: string): { readonly [name: string]: unknown }[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}
