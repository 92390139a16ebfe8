import { assert, assertEquals } from "@std/assert";
import { FlowLimit } from "./flow_limit.ts";

/** What a made pipeline came to. */
interface Run {
  /** The age of each frame as it left the pipeline, in milliseconds. */
  readonly agesMs: readonly number[];
  /** Frames a second. */
  readonly throughput: number;
}

/**
 * A minute of a feed at 30 fps through a pipeline that takes up to `depth` frames, works on one after
 * the other for `serviceMs`, after ten seconds once for `stumbleMs`, and keeps the last `lookAhead` that
 * it has worked on.
 */
function run(
  { depth, serviceMs, stumbleMs = serviceMs, lookAhead = 0 }: {
    readonly depth: number;
    readonly serviceMs: number;
    readonly stumbleMs?: number;
    readonly lookAhead?: number;
  },
  flow: FlowLimit,
): Run {
  const agesMs: number[] = [];
  const inside: { readonly arrivedAtMs: number; readonly doneAtMs: number }[] = [];
  let waiting: number | undefined;
  let workedUntilMs = 0;
  let closedSinceMs: number | undefined;
  let hasStumbled = false;
  for (let nowMs = 0; nowMs < 60_000; nowMs++) {
    const isAsking = inside.length < depth + lookAhead;
    if (nowMs % 33 === 0) {
      if (waiting !== undefined) flow.drop(isAsking);
      waiting = nowMs;
    }
    while (inside.length > lookAhead && inside[lookAhead]!.doneAtMs <= nowMs) {
      const ageMs = nowMs - inside.shift()!.arrivedAtMs;
      agesMs.push(ageMs);
      flow.giveBack(1, ageMs, nowMs);
      closedSinceMs = undefined;
    }
    if (waiting === undefined || !isAsking) continue;
    if (!flow.mayTake(1)) {
      closedSinceMs ??= nowMs;
      if (nowMs - closedSinceMs < 500) continue;
      flow.widen(nowMs);
      closedSinceMs = undefined;
      if (!flow.mayTake(1)) continue;
    }
    flow.take(1, nowMs);
    const takesMs = nowMs >= 10_000 && !hasStumbled ? stumbleMs : serviceMs;
    hasStumbled ||= nowMs >= 10_000;
    workedUntilMs = Math.max(workedUntilMs, nowMs) + takesMs;
    inside.push({ arrivedAtMs: waiting, doneAtMs: workedUntilMs });
    waiting = undefined;
  }
  return { agesMs, throughput: agesMs.length / 60 };
}

function flowOf(maxFrames = 64): FlowLimit {
  return new FlowLimit({ maxFrames, maxBytes: 1e6, maxLatencyMs: 500 });
}

/** The value below which a share of the others lies. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
}

Deno.test.each([
  { serviceMs: 10 },
  { serviceMs: 60 },
  { serviceMs: 120 },
  { serviceMs: 200 },
  { serviceMs: 400 },
])("FlowLimit holds the age of results at $serviceMs ms a frame, and the pace", ({ serviceMs }) => {
  const { agesMs, throughput } = run({ depth: 8, serviceMs }, flowOf());
  const settled = agesMs.slice(Math.floor(agesMs.length / 10));
  assert(quantile(settled, 0.95) <= 500, `${quantile(settled, 0.95)} ms`);
  const possible = Math.min(1000 / 33, 1000 / serviceMs);
  assert(throughput >= 0.9 * possible, `${throughput} of ${possible} fps`);
});

Deno.test.each([{ serviceMs: 100 }, { serviceMs: 200 }])(
  "FlowLimit holds the age of results again once a pipeline of $serviceMs ms a frame has stumbled",
  ({ serviceMs }) => {
    const { agesMs } = run({ depth: 8, serviceMs, stumbleMs: 5000 }, flowOf());
    const stumble = agesMs.findIndex((ageMs) => ageMs >= 5000);
    const settled = agesMs.slice(stumble + 25);
    assert(stumble > 0 && settled.length > 100, `${settled.length} frames behind ${stumble}`);
    assert(quantile(settled, 0.95) <= 500, `${quantile(settled, 0.95)} ms`);
  },
);

Deno.test("FlowLimit gives a pipeline that is slower than the bound one frame at a time", () => {
  const { agesMs, throughput } = run({ depth: 2, serviceMs: 1400 }, flowOf());
  const settled = agesMs.slice(Math.floor(agesMs.length / 4));
  // No frame waits behind another: at most for the next one of the feed.
  assert(Math.max(...settled) <= 1400 + 33, `${Math.max(...settled)} ms`);
  assert(throughput >= 0.9 / 1.4, `${throughput} fps`);
});

Deno.test("without FlowLimit the same pipeline shows older results", () => {
  const wide = new FlowLimit({ maxFrames: 64, maxBytes: 1e6, maxLatencyMs: 1e9 });
  const { agesMs } = run({ depth: 8, serviceMs: 120 }, wide);
  assert(quantile(agesMs, 0.5) > 800, `${quantile(agesMs, 0.5)} ms`);
});

Deno.test("FlowLimit leaves a pipeline that looks ahead its frames", () => {
  const { throughput } = run({ depth: 4, serviceMs: 10, lookAhead: 30 }, flowOf());
  assert(throughput > 29, `${throughput} fps`);
});

Deno.test("FlowLimit gives way to a slow pipeline that looks ahead", () => {
  // At 100 ms a frame it takes a second to see ten frames ahead: no bound of half of that can hold.
  const { throughput } = run({ depth: 4, serviceMs: 100, lookAhead: 10 }, flowOf());
  assert(throughput > 8, `${throughput} fps`);
});

Deno.test.each([{ maxFrames: 8, maxBytes: 1e6 }, { maxFrames: 64, maxBytes: 8 }])(
  "FlowLimit gives way to a pipeline that needs more than $maxFrames frames or $maxBytes bytes",
  ({ maxFrames, maxBytes }) => {
    const flow = new FlowLimit({ maxFrames, maxBytes, maxLatencyMs: 500 });
    const { throughput } = run({ depth: 2, serviceMs: 10, lookAhead: 12 }, flow);
    assert(throughput > 25, `${throughput} fps`);
    // It needs 13, and not many more are tried.
    flow.take(1, 60_000);
    assertEquals(flow.mayTake(1), false);
  },
);

Deno.test("FlowLimit bounds memory, but never to less than a frame", () => {
  const flow = new FlowLimit({ maxFrames: 64, maxBytes: 100, maxLatencyMs: 500 });
  assertEquals(flow.mayTake(250), true);
  flow.take(250, 0);
  assertEquals(flow.mayTake(1), false);
  flow.giveBack(250, 10, 0);
  flow.take(60, 0);
  assertEquals([flow.mayTake(40), flow.mayTake(41)], [true, false]);
});
