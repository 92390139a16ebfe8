import type { Contender } from "./contenders.ts";
import { measured } from "./measured.ts";
import { memoryTrendOf } from "./memory_trend.ts";
import type { MemoryTrend } from "./schema.ts";
import type { Case } from "./trial.ts";

/** With fewer samples, it was over too soon to see a trend. */
const MIN_SAMPLES = 20;

/** The share of the time, from its beginning, in which a run warms up. */
const WARM_UP = 0.1;

/**
 * Runs a contender over many frames and sees how the memory of its Deno process changes.
 *
 * @param one The contender, and what it works on.
 * @returns The trend of its memory, frames told from the time, as they go by evenly; nothing where it
 * was over too soon.
 */
export async function longRun(
  { contender, lengths: { whole } }: { readonly contender: Contender } & Pick<Case, "lengths">,
): Promise<MemoryTrend | undefined> {
  const { samples } = await measured(contender.command(whole), `${whole.folder}/memory.txt`);
  const [from, to] = [samples[0]?.timeS ?? 0, samples.at(-1)?.timeS ?? 0];
  const all = samples.map(({ timeS, heldMb }) => ({
    frame: whole.frames * (timeS - from) / (to - from),
    heldMb,
  }));
  const warm = all.filter(({ frame }) => frame >= WARM_UP * whole.frames);
  if (warm.length < MIN_SAMPLES) return undefined;
  return memoryTrendOf(contender.name.replace("steadybox: ", ""), whole.frames, warm);
}
