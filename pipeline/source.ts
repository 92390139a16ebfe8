import { disposeOf } from "./_holdings.ts";
import { PipedStream } from "./_piped_stream.ts";
import { Meter } from "./meter.ts";

/** A stream's beginning that knows its name and how long it takes for each item. */
export interface MeteredSource<Out> extends ReadableStream<Out> {
  /** The name of the source. */
  readonly name: string;
  /** The time from being asked for an item to passing it on, in milliseconds. */
  readonly meter: Meter;
}

/**
 * Makes a source out of an async generator: a stream that asks for an item only when it is read.
 *
 * @param name The name of the source, for summaries.
 * @param generate Yields the items. Its signal is aborted when nobody wants more of them, so that
 * whatever it waits for can be given up; then its `finally` runs.
 * @returns The stream.
 *
 * @example A source of three numbers
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const numbers = source("count", async function* () {
 *   yield* [1, 2, 3];
 * });
 * assertEquals(await Array.fromAsync(numbers), [1, 2, 3]);
 * ```
 */
export function source<Out>(
  name: string,
  generate: (signal: AbortSignal) => AsyncGenerator<Out>,
): MeteredSource<Out> {
  const cancellation = new AbortController();
  const items = generate(cancellation.signal);
  const meter = new Meter();
  let last: Out | undefined;
  const stream = new PipedStream<Out>({
    async pull(controller) {
      const askedAtMs = performance.now();
      const { done, value } = await items.next();
      if (cancellation.signal.aborted) return disposeOf(value);
      if (done) return controller.close();
      meter.record(performance.now() - askedAtMs);
      controller.enqueue(last = value);
    },
    async cancel(reason) {
      cancellation.abort(reason);
      try {
        await items.return(undefined);
      } catch {
        // Whoever cancels has their reason; the generator's complaint about it is a consequence.
      }
      disposeOf(last); // A pipe that breaks loses what it has read and not written.
    },
  }, { highWaterMark: 0 });
  return Object.assign(stream, { name, meter });
}
