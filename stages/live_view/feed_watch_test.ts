import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { blackFrame } from "../../tests/_frames.ts";
import { type FeedCounts, FeedWatch } from "./feed_watch.ts";
import { HEALTH_RULES, healthOf } from "./health.ts";

/** A clock that goes when it is told to, a feed's own counts, and a watch that sees both. */
class Scene {
  nowMs = 5000;
  received = 0;
  delivered = 0;
  readonly watch: FeedWatch = new FeedWatch({
    name: "gate",
    isFeed: true,
    nowMs: () => this.nowMs,
  });
  readonly #results = this.watch.results();
  readonly #writer = this.#results.writable.getWriter();
  readonly #reader = this.#results.readable.getReader();

  constructor() {
    this.watch.count((): FeedCounts => ({
      received: this.received,
      delivered: this.delivered,
      dropped: {
        superseded: this.received - this.delivered,
        late: 0,
        stale: 0,
        disordered: 0,
        ended: 0,
      },
      waiting: 0,
      connections: 1,
      losses: {},
      ages: { count: this.delivered, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 },
    }));
  }

  /** Has so many frames come through at a rate, each so old, besides those that are dropped before each. */
  async pass({ frames, fps, ageMs = 20, drops = 0 }: {
    readonly frames: number;
    readonly fps: number;
    readonly ageMs?: number;
    readonly drops?: number;
  }): Promise<void> {
    for (let i = 0; i < frames; i++) {
      this.nowMs += 1000 / fps;
      this.received += 1 + drops;
      this.delivered++;
      const frame = { ...blackFrame(i), arrivedAtMs: this.nowMs - ageMs };
      this.#writer.write({ frame, detections: [] }).catch(() => {}); // The last is never followed.
      await this.#reader.read();
    }
  }

  get level(): string | undefined {
    return this.watch.figures().health?.level;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
    await this.#writer.closed.catch(() => {});
  }
}

Deno.test("FeedWatch tells the rate and the age of the last ten seconds", async () => {
  await using scene = new Scene();
  await scene.pass({ frames: 100, fps: 5, ageMs: 400 });
  await scene.pass({ frames: 300, fps: 25, ageMs: 40 });
  const { fps, latencyMs, frames, received } = scene.watch.figures();
  assertAlmostEquals(fps, 25, 0.2);
  assertEquals(latencyMs, { p50: 40, p95: 40 });
  assertEquals([frames, received], [400, 400]);
  assertEquals(scene.watch.ages()?.result.count, 400);
});

Deno.test("FeedWatch judges a feed as it comes through, and forgives it after a minute", async () => {
  await using scene = new Scene();
  assertEquals(scene.level, undefined);
  await scene.pass({ frames: 50, fps: 25 });
  assertEquals(scene.level, "excellent");
  const { watch } = scene;
  watch.note({ kind: "lost", name: "gate", reason: "ended", message: "Lost gate: it ended" });
  watch.note({ kind: "lost", name: "gate", reason: "refused", message: "Cannot receive gate" });
  assertEquals(scene.level, "fair");
  scene.nowMs += 9000;
  assertEquals(scene.level, "fair");
  scene.nowMs += 2000;
  assertEquals(scene.level, "unusable");
  const connected = {
    kind: "connected",
    name: "gate",
    codec: "h264",
    width: 64,
    height: 48,
  } as const;
  watch.note({ ...connected, connection: 1, outageMs: 11_000 });
  await scene.pass({ frames: 25, fps: 25 });
  assertEquals(scene.level, "poor"); // Eleven seconds of the minute are missing.
  await scene.pass({ frames: 25 * 62, fps: 25 });
  assertEquals(scene.level, "excellent");
  const texts = watch.figures().events.map(({ text }) => text);
  assertEquals(texts[0], "Connected: 64x48 h264 after 11.0 s");
  assertEquals(texts.length, 3);
});

Deno.test("FeedWatch judges by the share of frames that come through, and by their age", async () => {
  for (
    const [drops, ageMs, level] of [[0, 20, "excellent"], [0.2, 20, "fair"], [1, 20, "poor"], [
      0,
      600,
      "fair",
    ]] as const
  ) {
    await using scene = new Scene();
    await scene.pass({ frames: 250, fps: 25, drops, ageMs });
    assertEquals(scene.level, level, `${drops} drops`);
  }
});

Deno.test("FeedWatch holds no more however long it runs", async () => {
  await using scene = new Scene();
  for (let i = 0; i < 100; i++) {
    scene.watch.note({ kind: "lost", name: "gate", reason: "ended", message: `${i}` });
  }
  await scene.pass({ frames: 5000, fps: 1000 });
  assertEquals(scene.watch.figures().events.map(({ text }) => text).slice(0, 2), ["99", "98"]);
  assertEquals(scene.watch.figures().events.length, 20);
  assertAlmostEquals(scene.watch.figures().fps, 1000, 5);
});

Deno.test("healthOf() keeps to its rules: each condition that is worse is judged no better", () => {
  const good = {
    sinceFrameMs: 40,
    fps: 25,
    shownShare: 1,
    outages: 0,
    silentMs: 0,
    latencyP95Ms: 50,
    maxLatencyMs: 500,
  };
  const cases = [
    [{}, "excellent"],
    [{ latencyP95Ms: 501 }, "fair"],
    [{ silentMs: 2001 }, "fair"],
    [{ outages: 1 }, "fair"],
    [{ shownShare: 0.89 }, "fair"],
    [{ silentMs: 10_000 }, "poor"],
    [{ outages: 3 }, "poor"],
    [{ shownShare: 0.59 }, "poor"],
    [{ fps: 0.9, shownShare: 0.5 }, "unusable"],
    [{ fps: 0.2 }, "excellent"], // A camera that sends a picture every five seconds.
    [{ sinceFrameMs: 10_000 }, "unusable"],
    [{ sinceFrameMs: 10_000, outages: 5 }, "unusable"],
  ] as const;
  for (const [worse, level] of cases) assertEquals(healthOf({ ...good, ...worse }).level, level);
  assert(Object.keys(HEALTH_RULES).length === 4);
});
