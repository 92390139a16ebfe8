import { assert, assertEquals } from "@std/assert";
import { FlowLimit } from "./flow_limit.ts";
import { type DropCause, LiveQueue, type Waiting } from "./live_queue.ts";

/** A queue on a clock that the test sets, with the causes of its drops. */
function made({ policy = "newest", maxFrames = 64, maxLatencyMs = 500 }: {
  readonly policy?: "newest" | "all";
  readonly maxFrames?: number;
  readonly maxLatencyMs?: number;
} = {}) {
  const clock = { nowMs: 0 };
  const drops: [number, DropCause][] = [];
  const flow = new FlowLimit({ maxFrames, maxBytes: 1e9, maxLatencyMs });
  let dropping = -1;
  const queue = new LiveQueue<Waiting & { readonly name: number }>({
    policy,
    maxLatencyMs,
    flow,
    onDrop: (cause) => drops.push([dropping, cause]),
    nowMs: () => clock.nowMs,
  });
  const frame = (name: number) => ({
    name,
    arrivedAtMs: clock.nowMs,
    byteLength: 1,
    [Symbol.dispose]: () => void (dropping = name),
  });
  return { clock, drops, flow, queue, frame };
}

Deno.test("LiveQueue keeps the newest frame only, and counts those before it", async () => {
  using stack = new DisposableStack();
  const { queue, frame, drops } = made();
  stack.use(queue);
  for (const name of [1, 2, 3]) await queue.put(frame(name));
  assertEquals((await queue.take())?.name, 3);
  assertEquals(drops, [[1, "superseded"], [2, "superseded"]]);
});

Deno.test("LiveQueue hands a frame at once to who waits for it", async () => {
  const { queue, frame, drops } = made();
  using _ = queue;
  const taken = queue.take();
  await queue.put(frame(1));
  await queue.put(frame(2));
  assertEquals([(await taken)?.name, (await queue.take())?.name, drops.length], [1, 2, 0]);
});

Deno.test("LiveQueue drops a frame that has become too old, and waits for another", async () => {
  const { queue, frame, drops, clock } = made();
  using _ = queue;
  await queue.put(frame(1));
  clock.nowMs = 501;
  const taken = queue.take();
  assertEquals(drops, [[1, "late"]]);
  await queue.put(frame(2));
  assertEquals((await taken)?.name, 2);
});

Deno.test("LiveQueue waits with a frame that may be older for as long as with others", async () => {
  const { queue, frame, drops, clock } = made();
  using _ = queue;
  clock.nowMs = 1400;
  await queue.put({ ...frame(1), arrivedAtMs: 0, graceMs: 1400 });
  clock.nowMs = 1900;
  assertEquals((await queue.take())?.name, 1);
  await queue.put({ ...frame(2), arrivedAtMs: 500, graceMs: 1400 });
  clock.nowMs = 2401;
  void queue.take();
  assertEquals(drops, [[2, "late"]]);
});

Deno.test("LiveQueue lets no more frames out than may be, and the newest when one is back", async () => {
  const { queue, frame, drops, flow } = made({ maxFrames: 1 });
  using _ = queue;
  await queue.put(frame(1));
  assertEquals((await queue.take())?.name, 1);
  const taken = queue.take();
  await queue.put(frame(2));
  await queue.put(frame(3));
  flow.giveBack(1, 10, 10);
  queue.release();
  assertEquals([(await taken)?.name, drops], [3, [[2, "superseded"]]]);
});

Deno.test("LiveQueue lets another frame out if none comes back, though new ones keep coming", async () => {
  const { queue, frame, flow, clock } = made({ maxLatencyMs: 20 });
  using _ = queue;
  // The flow is limited to one: the pipeline was busy, and what came back was old.
  for (let name = 1; name <= 3; name++) {
    clock.nowMs = 1000 * name;
    await queue.put(frame(name));
    await queue.take();
  }
  flow.drop(false);
  flow.giveBack(1, 1000, 4000);
  flow.giveBack(1, 1000, 5000);
  let hasTaken = false;
  const taken = queue.take().then(() => hasTaken = true);
  for (let name = 4; !hasTaken; name++) {
    assert(name < 1000, "no frame was let out");
    clock.nowMs = 5000 + 10 * name;
    await queue.put(frame(name));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await taken;
});

Deno.test("LiveQueue keeps all where all are wanted, and holds who puts them", async () => {
  const { queue, frame, drops, clock } = made({ policy: "all" });
  using _ = queue;
  for (const name of [1, 2, 3]) await queue.put(frame(name));
  let hasRoom = false;
  const fourth = queue.put(frame(4)).then(() => hasRoom = true);
  clock.nowMs = 10_000;
  await Promise.resolve();
  assertEquals(hasRoom, false);
  const names = [await queue.take(), await queue.take()].map((taken) => taken?.name);
  await fourth;
  assertEquals([names, drops.length], [[1, 2], 0]);
});

Deno.test("LiveQueue ends with nothing left in it", async () => {
  const { queue, frame, drops } = made();
  await queue.put(frame(1));
  queue[Symbol.dispose]();
  assertEquals(await queue.take(), undefined);
  await queue.put(frame(2));
  assertEquals(drops, [[1, "ended"], [2, "ended"]]);
  const { queue: awaited } = made();
  const taken = awaited.take();
  awaited[Symbol.dispose]();
  assertEquals(await taken, undefined);
});

Deno.test("LiveQueue lets out what waits when it ends, and nothing after", async () => {
  const { queue, frame, drops } = made({ policy: "all" });
  await queue.put(frame(1));
  await queue.put(frame(2));
  queue.end();
  await queue.put(frame(3));
  assertEquals((await queue.take())?.name, 1);
  assertEquals((await queue.take())?.name, 2);
  assertEquals(await queue.take(), undefined);
  assertEquals(drops, [[3, "ended"]]);
});

Deno.test("LiveQueue tells who waits that it has ended", async () => {
  const { queue } = made();
  const taken = queue.take();
  queue.end();
  assertEquals(await taken, undefined);
});
