import { type MeteredSink, sink } from "./sink.ts";

/**
 * The sink of a pipeline whose result is wanted by the stages before it: it disposes of what comes.
 *
 * @returns The sink.
 */
export function discard(): MeteredSink<unknown> {
  return sink("discard", async (items) => {
    for await (const _ of items);
  });
}
