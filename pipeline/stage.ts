import { disposeOf, Holdings } from "./_holdings.ts";
import { Inlet } from "./_inlet.ts";
import { PipedStream, upstreamOf } from "./_piped_stream.ts";
import { stageErrorFrom } from "./_stage_error.ts";
import { Meter } from "./meter.ts";

/** What connects by `pipeThrough`: a `TransformStream` is one, and so is what {@linkcode stage} returns. */
export type Stage<In, Out> = ReadableWritablePair<Out, In>;

/** A {@linkcode Stage} that knows its name and how long each item stays in it. */
export interface MeteredStage<In, Out> extends Stage<In, Out> {
  /** The name of the stage. */
  readonly name: string;
  /** The time from taking an item to passing it on, in milliseconds. */
  readonly meter: Meter;
}

/**
 * Makes a stage out of an async generator, which reads items and yields what becomes of them, in
 * order.
 *
 * Nothing runs until the stage is piped, and no item is asked for before the last one was passed
 * on, so a slow stage holds a fast source. When either side goes away, the generator's `finally`
 * runs, and the frames that it still holds are disposed of. An error that it throws reaches both
 * sides as a {@linkcode StageError} with the error as its cause.
 *
 * @param name The name of the stage, for errors and summaries.
 * @param transform Reads items and yields others; what it drops it disposes of. Its signal is aborted
 * when either side goes away, so that whatever else it waits for can be given up.
 * @returns The stage.
 *
 * @example A stage that doubles numbers
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const doubled = stage("double", async function* (numbers: AsyncIterable<number>) {
 *   for await (const number of numbers) yield number * 2;
 * });
 * const results = ReadableStream.from([1, 2, 3]).pipeThrough(doubled);
 * assertEquals(await Array.fromAsync(results), [2, 4, 6]);
 * ```
 */
export function stage<In, Out>(
  name: string,
  transform: (items: AsyncIterable<In>, signal: AbortSignal) => AsyncGenerator<Out>,
): MeteredStage<In, Out> {
  const inlet = new Inlet<In>();
  const meter = new Meter();
  const holdings = new Holdings(meter);
  const stopping = new AbortController();
  const outputs = transform(holdings.taking(inlet), stopping.signal);
  let writableController: WritableStreamDefaultController;
  let readableController: ReadableStreamDefaultController<Out>;
  let abortion: Promise<void> | undefined;
  let last: Out | undefined;

  /** Stops the generator wherever it is; no item comes in or goes out any more. */
  async function stop(reason: unknown): Promise<void> {
    disposeOf(inlet.fail(reason));
    stopping.abort(reason);
    try {
      await outputs.return(undefined);
    } catch {
      // The reason is on its way already; what the generator adds to it is a consequence.
    } finally {
      holdings[Symbol.dispose]();
    }
  }

  const writable = new WritableStream<In>({
    start(controller) {
      writableController = controller;
      const { signal } = controller;
      signal.addEventListener("abort", () => {
        // The error goes on when all is cleared up, so that who sees it finds nothing left behind.
        abortion = stop(signal.reason).finally(() => readableController.error(signal.reason));
      });
    },
    write: (item) => inlet.offer(item),
    close: () => inlet.end(),
    abort: () => abortion,
  });

  const readable = new PipedStream<Out>({
    start(controller) {
      readableController = controller;
    },
    async pull(controller) {
      try {
        const { done, value } = await outputs.next();
        if (done) {
          controller.close();
          const reason = new Error(`Stage "${name}" takes no more items`);
          writableController.error(reason);
          await stop(reason);
        } else if (inlet.failure) {
          disposeOf(value); // It was on its way when the stage was stopped.
        } else {
          holdings.release(value);
          last = value;
          controller.enqueue(value);
        }
      } catch (cause) {
        const error = stageErrorFrom(cause, { name, holdings, failure: inlet.failure });
        const isOwn = !inlet.failure;
        writableController.error(error);
        await stop(error);
        if (isOwn) await upstreamOf(writable);
        throw error;
      }
    },
    async cancel(reason) {
      writableController.error(reason);
      await stop(reason);
      await upstreamOf(writable);
      disposeOf(last); // A pipe that breaks loses what it has read and not written.
    },
  }, { highWaterMark: 0 });

  return { name, meter, readable, writable };
}
