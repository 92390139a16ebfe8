import { assert, assertEquals, assertRejects } from "@std/assert";
import { StageError, SteadyboxError } from "./errors.ts";
import { sink } from "./sink.ts";

/** Something that is to be given back, and tells whether it was. */
class Item implements Disposable {
  isOpen = true;
  [Symbol.dispose](): void {
    this.isOpen = false;
  }
}

Deno.test("sink() counts as closed when its function has returned", async () => {
  const log: string[] = [];
  const collector = sink("collect", async (items: AsyncIterable<number>) => {
    for await (const item of items) log.push(`${item}`);
    await Promise.resolve();
    log.push("cleared up");
  });
  await ReadableStream.from([1, 2]).pipeTo(collector);
  log.push("closed");
  assertEquals(log, ["1", "2", "cleared up", "closed"]);
});

Deno.test("sink() gives an item back when it asks for the next one", async () => {
  const items = [new Item(), new Item(), new Item()];
  const openDuring: boolean[][] = [];
  await ReadableStream.from(items).pipeTo(sink("look", async (taken: AsyncIterable<Item>) => {
    for await (const _ of taken) openDuring.push(items.map(({ isOpen }) => isOpen));
  }));
  assertEquals(openDuring, [[true, true, true], [false, true, true], [false, false, true]]);
  assertEquals(items.map(({ isOpen }) => isOpen), [false, false, false]);
});

Deno.test("sink() throws the reason of an abort into its function, and waits for it", async () => {
  const reason = new Error("enough");
  let caught: unknown;
  let isCleared = false;
  const writable = sink("wait", async (items: AsyncIterable<Item>) => {
    try {
      for await (const _ of items);
    } catch (error) {
      caught = error;
      throw error;
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 0));
      isCleared = true;
    }
  });
  const writer = writable.getWriter();
  const item = new Item();
  await writer.write(item);
  await writer.abort(reason);
  assertEquals(caught, reason);
  assert(isCleared);
  assert(!item.isOpen);
});

Deno.test("sink() reports what its function throws, once, with its cause", async () => {
  const cause = new Error("disk on fire");
  const burning = sink("burn", async (items: AsyncIterable<{ timestampUs: number }>) => {
    for await (const _ of items) throw cause;
  });
  const error = await assertRejects(
    () => ReadableStream.from([{ timestampUs: 7 }, { timestampUs: 8 }]).pipeTo(burning),
    StageError,
  );
  assertEquals([error.stage, error.timestampUs, error.cause], ["burn", 7, cause]);
});

Deno.test("sink() passes an error that is meant for users on as it is", async () => {
  const cause = new SteadyboxError("Cannot write");
  const failing = sink("fail", () => Promise.reject(cause));
  assertEquals(await assertRejects(() => ReadableStream.from([1]).pipeTo(failing)), cause);
});

Deno.test("sink() takes no more when its function has returned early", async () => {
  const items = [new Item(), new Item(), new Item(), new Item()];
  const first = sink("first", async (taken: AsyncIterable<Item>) => {
    for await (const _ of taken) break;
  });
  await assertRejects(() => ReadableStream.from(items).pipeTo(first), Error, "takes no more items");
  assertEquals(items[0]!.isOpen, false);
});

Deno.test("sink() measures how long it keeps an item", async () => {
  const collector = sink("collect", async (items: AsyncIterable<Item>) => {
    for await (const _ of items);
  });
  await ReadableStream.from([new Item(), new Item()]).pipeTo(collector);
  assertEquals(collector.meter.distribution().count, 2);
});
