import { stage } from "../pipeline/stage.ts";

const ITEMS = 1000;
const STAGES = 8;
const group = `${ITEMS} items through ${STAGES} stages that do nothing`;

async function* items(): AsyncGenerator<{ index: number }> {
  for (let index = 0; index < ITEMS; index++) yield { index };
}

async function* untouched<T>(given: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of given) yield item;
}

Deno.bench("generators by themselves", { group, baseline: true }, async () => {
  let last: AsyncIterable<unknown> = items();
  for (let i = 0; i < STAGES; i++) last = untouched(last);
  for await (const _ of last);
});

Deno.bench("TransformStream", { group }, async () => {
  let last: ReadableStream<unknown> = ReadableStream.from(items());
  for (let i = 0; i < STAGES; i++) last = last.pipeThrough(new TransformStream());
  for await (const _ of last);
});

Deno.bench("stage()", { group }, async () => {
  let last: ReadableStream<unknown> = ReadableStream.from(items());
  for (let i = 0; i < STAGES; i++) last = last.pipeThrough(stage("nothing", untouched));
  for await (const _ of last);
});
