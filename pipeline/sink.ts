import { disposeOf, Holdings } from "./_holdings.ts";
import { Inlet } from "./_inlet.ts";
import { Meter } from "./meter.ts";
import { stageErrorFrom } from "./_stage_error.ts";

/** A stream's end that knows its name and how long it keeps each item. */
export interface MeteredSink<In> extends WritableStream<In> {
  /** The name of the sink. */
  readonly name: string;
  /** The time from taking an item to asking for the next, in milliseconds. */
  readonly meter: Meter;
}

/**
 * Makes a sink out of an async function that reads items until there are no more.
 *
 * The stream counts as closed when the function has returned. When the stream is aborted, the
 * iteration throws the reason, so that the function's `catch` and `finally` can clear up; the
 * abortion waits for them. Items are disposed of when the next one is asked for.
 *
 * @param name The name of the sink, for errors and summaries.
 * @param consume Reads the items.
 * @returns The sink.
 *
 * @example A sink that adds numbers up
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * let sum = 0;
 * const adder = sink("add", async (numbers: AsyncIterable<number>) => {
 *   for await (const number of numbers) sum += number;
 * });
 * await ReadableStream.from([1, 2, 3]).pipeTo(adder);
 * assertEquals(sum, 6);
 * ```
 */
export function sink<In>(
  name: string,
  consume: (items: AsyncIterable<In>) => Promise<void>,
): MeteredSink<In> {
  const inlet = new Inlet<In>({ isEager: true }); // What it writes to should not have to wait.
  const meter = new Meter();
  const holdings = new Holdings(meter);
  let consumption: Promise<void> | undefined;

  async function* consumed(): AsyncGenerator<In> {
    for await (const item of holdings.taking(inlet)) {
      yield item;
      holdings.release(item);
      disposeOf(item);
    }
  }

  async function run(controller: WritableStreamDefaultController): Promise<void> {
    try {
      await consume(consumed());
      if (!inlet.failure) disposeOf(inlet.fail(new Error(`Sink "${name}" takes no more items`)));
    } catch (cause) {
      const error = stageErrorFrom(cause, { name, holdings, failure: inlet.failure });
      disposeOf(inlet.fail(error));
      controller.error(error);
      throw error;
    } finally {
      holdings[Symbol.dispose]();
    }
  }

  const writable = new WritableStream<In>({
    start(controller) {
      controller.signal.addEventListener("abort", () => {
        disposeOf(inlet.fail(controller.signal.reason));
      });
      consumption = run(controller);
      consumption.catch(() => {}); // It is reported by the write, the close or the abort that waits.
    },
    write: (item) => inlet.offer(item),
    close() {
      inlet.end();
      return consumption;
    },
    async abort() {
      await consumption?.catch(() => {});
    },
  });
  return Object.assign(writable, { name, meter });
}
