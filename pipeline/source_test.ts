import { assert, assertEquals, assertRejects } from "@std/assert";
import { source } from "./source.ts";

Deno.test("source() starts only when it is read, and makes an item only when one is wanted", async () => {
  let made = 0;
  const numbers = source("made", async function* () {
    for (;;) yield ++made;
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(made, 0);
  const reader = numbers.getReader();
  await reader.read();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(made, 2);
  await reader.cancel();
});

Deno.test("source() aborts its signal when cancelled, so that a wait can be given up", async () => {
  let isCleared = false;
  const waiting = source("made", async function* (signal): AsyncGenerator<number> {
    try {
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
      yield 1;
    } finally {
      isCleared = true;
    }
  });
  const reader = waiting.getReader();
  const reading = reader.read();
  await new Promise((resolve) => setTimeout(resolve, 0)); // Until the generator waits.
  await reader.cancel(new Error("enough"));
  assertEquals((await reading).done, true);
  assert(isCleared);
});

Deno.test("source() gives back what was made when nobody wants it any more", async () => {
  let open = 0;
  const gate = Promise.withResolvers<void>();
  const items = source("made", async function* () {
    await gate.promise;
    open++;
    yield { [Symbol.dispose]: () => void open-- };
  });
  const reader = items.getReader();
  const reading = reader.read();
  const cancelling = reader.cancel();
  gate.resolve();
  await Promise.all([reading, cancelling]);
  assertEquals(open, 0);
});

Deno.test("source() passes on what its generator throws", async () => {
  const broken = source("made", async function* (): AsyncGenerator<number> {
    yield 1;
    throw new RangeError("broken");
  });
  await assertRejects(() => Array.fromAsync(broken), RangeError, "broken");
});
