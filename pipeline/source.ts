import { disposeOf } from "./_holdings.ts";
import { PipedStream } from "./_piped_stream.ts";

/**
 * Makes a source out of an async generator: a stream that asks for an item only when it is read.
 *
 * @param generate Yields the items. Its signal is aborted when nobody wants more of them, so that
 * whatever it waits for can be given up; then its `finally` runs.
 * @returns The stream.
 *
 * @example A source of three numbers
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const numbers = source(async function* () {
 *   yield* [1, 2, 3];
 * });
 * assertEquals(await Array.fromAsync(numbers), [1, 2, 3]);
 * ```
 */
export function source<Out>(
  generate: (signal: AbortSignal) => AsyncGenerator<Out>,
): ReadableStream<Out> {
  const cancellation = new AbortController();
  const items = generate(cancellation.signal);
  let last: Out | undefined;
  return new PipedStream<Out>({
    async pull(controller) {
      const { done, value } = await items.next();
      if (cancellation.signal.aborted) disposeOf(value);
      else if (done) controller.close();
      else controller.enqueue(last = value);
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
}
