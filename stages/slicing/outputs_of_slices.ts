import type { InferenceSession } from "../../pipeline/inference_session.ts";
import type { Inferred, Slices } from "../../pipeline/items.ts";
import { ModelError } from "../../pipeline/errors.ts";
import type { Outputs } from "../../pipeline/tensor.ts";

/** How many slices go through the network at once, where it takes several. */
const BATCH = 8;

/** How many runs of a frame may be pending: the next batch is made while the network reads one. */
const PENDING = 2;

/**
 * Runs a network on the slices of a frame: in batches where it takes such, else one by one.
 *
 * At any time there are the tensors of two batches at most.
 *
 * @param slices The slices.
 * @param session The network.
 * @param signal Ends it before the next batch is made.
 * @returns What it said of each slice, in their order.
 * @throws {ModelError} If what it says of a batch cannot be told apart.
 */
export async function outputsOfSlices(
  { fits, make, picture }: Slices,
  session: InferenceSession,
  signal: AbortSignal,
): Promise<NonNullable<Inferred["slices"]>> {
  const size = session.takesBatches ? BATCH : 1;
  const pending: Promise<Outputs[]>[] = [];
  const outputs: Outputs[] = [];
  for (let from = 0; from < fits.length; from += size) {
    signal.throwIfAborted(); // The frame may be gone.
    const range = { from, to: Math.min(from + size, fits.length) };
    const asked = picture && session.runPicture
      ? session.runPicture({ ...picture, fits: fits.slice(range.from, range.to) })
      : session.run(make(range, session.inputPool));
    const run = asked.then((stacked) => outputsOfEach(stacked, range.to - range.from));
    run.catch(() => {}); // It is waited for below, unless one before it fails.
    pending.push(run);
    if (pending.length >= PENDING) outputs.push(...await pending.shift()!);
  }
  for (const run of pending) outputs.push(...await run);
  return fits.map((fit, i) => ({ fit, outputs: outputs[i]! }));
}

/** What a network says of each input of a batch. */
function outputsOfEach(stacked: Outputs, count: number): Outputs[] {
  const outputs = Object.entries(stacked);
  return Array.from(
    { length: count },
    (_, place) =>
      Object.fromEntries(outputs.map(([name, { dims: [outer, ...inner], data }]) => {
        if (outer !== count) {
          throw new ModelError(
            `Cannot tell slices apart: of ${count}, the output "${name}" has [${[
              outer,
              ...inner,
            ]}]`,
          );
        }
        const length = data.length / count;
        const part = data.subarray(place * length, (place + 1) * length);
        return [name, { dims: [1, ...inner], data: part }];
      })),
  );
}
