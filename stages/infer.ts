import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Inferred, Prepared } from "../pipeline/items.ts";
import type { Picture } from "../pipeline/picture.ts";
import type { Sieve } from "../pipeline/sieve.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { outputsOfSlices } from "./slicing/outputs_of_slices.ts";

/** Options for {@linkcode infer}. */
export interface InferOptions {
  /**
   * How many frames the stage may hold at a time, in a run or waiting behind one. With 2, the next
   * run starts while the last one's outputs are read back and used.
   *
   * @default {session.inFlight, or 2 where the session does not tell}
   */
  readonly inFlight?: number;
  /**
   * What of the outputs may be left out where they have to be read from a GPU: as the detector tells for
   * the lowest confidence that is looked for.
   *
   * @default {none: all of the outputs are wanted}
   */
  readonly sieves?: readonly Sieve[];
}

/** What comes first: an item to take in, or the outputs of the frame that was taken first. */
type Event =
  | { readonly kind: "taken"; readonly result: IteratorResult<Prepared> }
  | { readonly kind: "inferred"; readonly item: Inferred };

/**
 * Runs a network on each frame, and on its slices where there are some: several at once where the
 * network takes batches.
 *
 * Frames leave in the order in which they came, each as soon as its outputs are there, whichever
 * run is done first. Frames without an input pass through.
 *
 * @param session The network; it stays open when the stage ends.
 * @param options How many frames may be in flight.
 * @returns The stage.
 * @throws {RangeError} If `inFlight` is not a whole number above 0.
 */
export function infer(
  session: InferenceSession,
  { inFlight = session.inFlight ?? 2, sieves }: InferOptions = {},
): MeteredStage<Prepared, Inferred> {
  if (!(Number.isSafeInteger(inFlight) && inFlight > 0)) {
    throw new RangeError(
      `Cannot infer as inFlight must be a whole number above 0: current value is ${inFlight}`,
    );
  }
  return stage("infer", async function* infer(items: AsyncIterable<Prepared>, signal) {
    const source = items[Symbol.asyncIterator]();
    const started: Promise<Event>[] = [];
    let taking: Promise<Event> | undefined;
    for (let isEnded = false; !isEnded || started.length;) {
      if (!isEnded && started.length < inFlight) taking ??= quiet(taken(source));
      // The outputs go first, so that a fast source does not keep them back.
      const event = await Promise.race([started[0], taking].filter((wait) => wait !== undefined));
      if (event.kind === "inferred") {
        started.shift();
        yield event.item;
      } else {
        taking = undefined;
        if (event.result.done) isEnded = true;
        else started.push(quiet(inferred(sifted(event.result.value, sieves), session, signal)));
      }
    }
  });
}

async function taken(source: AsyncIterator<Prepared>): Promise<Event> {
  return { kind: "taken", result: await source.next() };
}

/** The same, with what may be left out of the answers. */
function sifted(prepared: Prepared, sieves: readonly Sieve[] | undefined): Prepared {
  if (!sieves) return prepared;
  const told = (picture: Picture | undefined) => picture && { picture: { ...picture, sieves } };
  const { picture, slices } = prepared;
  return {
    ...prepared,
    ...told(picture),
    ...slices && { slices: { ...slices, ...told(slices.picture) } },
  };
}

async function inferred(
  { frame, input, picture, fit, slices }: Prepared,
  session: InferenceSession,
  signal: AbortSignal,
): Promise<Event> {
  const run = picture ? session.runPicture?.(picture) : input && session.run(input);
  if (!run) return { kind: "inferred", item: { frame, fit } };
  if (!slices) return { kind: "inferred", item: { frame, outputs: await run, fit } };
  const [outputs, outputsBySlice] = await Promise.all([
    run,
    outputsOfSlices(slices, session, signal),
  ]);
  return { kind: "inferred", item: { frame, outputs, fit, slices: outputsBySlice } };
}

/** Whoever waits for the promise hears of its failure; nobody does if the stage has ended. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
