import { assert, assertEquals } from "@std/assert";
import { blackFrame } from "../tests/_frames.ts";
import { Meter } from "../pipeline/meter.ts";
import { type FeedCounts, FeedWatch } from "../stages/live_view/feed_watch.ts";
import { metricsRegistry } from "./_metrics.ts";

const COUNTS: FeedCounts = {
  received: 12,
  delivered: 9,
  dropped: { superseded: 2, late: 0, stale: 1, disordered: 0, ended: 0 },
  waiting: 0,
  connections: 3,
  losses: { ended: 1, stalled: 1 },
  ages: { count: 7, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 },
};

/** Three frames of a feed, 64x48, each with a followed object and another. */
async function watched(name: string): Promise<FeedWatch> {
  const watch = new FeedWatch({ name, isFeed: true });
  watch.count(() => COUNTS, () => 4);
  const objects = [1, undefined].map((trackId) => ({
    ...{ box: { x1: 0, y1: 0, x2: 9, y2: 9 }, confidence: 0.9, classId: 0, label: "face" },
    ...trackId !== undefined && { trackId },
  }));
  const items = [0, 1, 2].map((index) => ({ frame: blackFrame(index), detections: objects }));
  await Array.fromAsync(ReadableStream.from(items).pipeThrough(watch.results()));
  const meter = new Meter();
  for (const durationMs of [0.5, 3, 3, 70, 9000]) meter.record(durationMs);
  watch.stages = [{ name: "infer", meter }];
  return watch;
}

/** The samples of a text for Prometheus: what stands before each value, and the value. */
function samplesIn(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

Deno.test("metricsRegistry() tells all that is known of each source, by its name", async () => {
  const watches = [await watched("gate"), await watched('a "b"\\c\nd')];
  const events = { published: 5, sent: 3, dropped: 2 };
  const text = await metricsRegistry({ watches: () => watches, events: () => events }).metrics();
  const samples = samplesIn(text);
  const wanted = {
    'frames_received_total{source="gate"}': 12,
    'frames_processed_total{source="gate"}': 3,
    'frames_dropped_total{source="gate",cause="superseded"}': 2,
    'frames_dropped_total{source="gate",cause="late"}': 4,
    'frames_dropped_total{source="a \\"b\\"\\\\c\\nd",cause="stale"}': 1,
    'reconnections_total{source="gate"}': 2,
    'losses_total{source="gate",reason="stalled"}': 1,
    'objects{source="gate"}': 2,
    'tracks{source="gate"}': 1,
    'queue_frames{source="gate"}': 2,
    'queue_bytes{source="gate"}': 2 * 64 * 48 * 1.5,
    'health{source="gate"}': 1, // A quarter of its frames come through.
    'stage_seconds_bucket{source="gate",stage="infer",le="0.001"}': 1,
    'stage_seconds_bucket{source="gate",stage="infer",le="0.002"}': 1,
    'stage_seconds_bucket{source="gate",stage="infer",le="0.005"}': 3,
    'stage_seconds_bucket{source="gate",stage="infer",le="0.1"}': 4,
    'stage_seconds_bucket{source="gate",stage="infer",le="5"}': 4,
    'stage_seconds_bucket{source="gate",stage="infer",le="+Inf"}': 5,
    'stage_seconds_sum{source="gate",stage="infer"}': 9.0765,
    'stage_seconds_count{source="gate",stage="infer"}': 5,
    events_published_total: 5,
    events_sent_total: 3,
    events_dropped_total: 2,
  };
  for (const [name, value] of Object.entries(wanted)) {
    assertEquals(samples.get(`steadybox_${name}`), value, `${name}\n${text}`);
  }
  assert(samples.get("steadybox_resident_memory_bytes")! > 1e6);
});

Deno.test("metricsRegistry() tells the same when it is asked twice", async () => {
  const watch = await watched("gate");
  const registry = metricsRegistry({ watches: () => [watch] });
  const withoutMemory = (text: string) =>
    text.replace(/^steadybox_resident.*|.*frame_rate.*$/gm, "");
  assertEquals(withoutMemory(await registry.metrics()), withoutMemory(await registry.metrics()));
});

Deno.test({
  name: "metricsRegistry() writes what Prometheus' own checker takes",
  ignore: !hasPromtool(),
  async fn() {
    const watches = [await watched("gate"), await watched('a "b"\\c\nd')];
    const text = await metricsRegistry({ watches: () => watches }).metrics();
    const child = new Deno.Command("promtool", {
      ...{ args: ["check", "metrics"], stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
    await ReadableStream.from([new TextEncoder().encode(text)]).pipeTo(child.stdin);
    const [{ code }, said] = await Promise.all([
      child.status,
      Promise.all([child.stdout.text(), child.stderr.text()]),
    ]);
    assertEquals([code, ...said], [0, "", ""]);
  },
});

function hasPromtool(): boolean {
  const permission = { name: "run", command: "promtool" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return false;
  try {
    return new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}
