import { assertEquals, assertStringIncludes } from "@std/assert";
import { Meter } from "../pipeline/meter.ts";
import { blackFrame } from "../tests/_frames.ts";
import { type Outcome, summary } from "./_summary.ts";

const slow = { name: "infer", meter: new Meter() };
for (const durationMs of [10, 10, 400]) slow.meter.record(durationMs);

const outcome: Outcome = {
  kind: "video",
  tally: {
    frames: 1200,
    detections: 1500,
    framesWithDetections: 900,
    heldFrames: 0,
    heldDetections: 0,
    labels: new Map([["car", 500], ["person", 1000]]),
    source: {
      ...blackFrame(0).source,
      name: "in.mp4",
      width: 1920,
      height: 1080,
      frameRate: { num: 30000, den: 1001 },
    },
    spannedS: 40,
    drops: { received: 1200, byCause: {} },
  },
  framesOut: 1200,
  elapsedS: 20,
  model: "blazeface-full",
  device: "cpu: this processor",
  notes: ["one thing", "another"],
  stages: [slow],
  written: [{ path: "out.mp4", sizeBytes: 1_234_567 }, { path: "boxes" }],
  interruptedBy: undefined,
};

Deno.test("summary() says what a run came to, in lines that stand in line", () => {
  assertEquals(
    summary(outcome, { isTerminal: false }),
    `in.mp4  1920x1080, 29.97 fps
  Frames      1,200 in, 1,200 out, none dropped
  Detections  1,500 in 900 of 1,200 frames (person 1,000, car 500)
  Time        20.0 s, 60 fps, 2.0 times real time
  Model       blazeface-full
  Device      cpu: this processor
  Notes       one thing
              another
  Written     out.mp4 (1.23 MB)
              boxes

  Stage  p50 ms  p95 ms  p99 ms
  infer    10.0     400     400
`,
  );
});

Deno.test("summary() says that nothing was asked to be written, and what ended the run", () => {
  const text = summary(
    { ...outcome, written: [], framesOut: undefined, interruptedBy: "SIGINT" },
    { isTerminal: false },
  );
  assertStringIncludes(text, "1,200 in, none dropped");
  assertStringIncludes(text, "nothing, as no file was named");
  assertStringIncludes(text, "Interrupted by SIGINT");
});

Deno.test("summary() tells what was found from what was held on frames that were passed over", () => {
  const tally = { ...outcome.tally, frames: 100, heldFrames: 75, heldDetections: 150 };
  const found = { detections: 50, framesWithDetections: 24, labels: new Map([["face", 50]]) };
  assertStringIncludes(
    summary({ ...outcome, tally: { ...tally, ...found } }, { isTerminal: false }),
    "Detections  50 in 24 of 25 frames (face 50), 150 held on 75 frames between\n",
  );
});

Deno.test("summary() tells how many of all pictures were done", () => {
  const source = { ...outcome.tally.source!, frameCount: 5 };
  const titleAfter = (frames: number) =>
    summary({ ...outcome, kind: "pictures", tally: { ...outcome.tally, source, frames } }, {
      isTerminal: false,
    }).split("\n")[0];
  assertEquals([titleAfter(2), titleAfter(5)], ["2 of 5 pictures", "5 pictures"]);
});

Deno.test("summary() counts what was dropped of a feed, by cause", () => {
  const drops = { received: 1300, byCause: { superseded: 98, late: 2, stale: 0 } };
  const text = summary({ ...outcome, tally: { ...outcome.tally, drops } }, { isTerminal: false });
  assertStringIncludes(text, "100 of 1,300 received dropped (superseded 98, late 2)");
});

Deno.test("summary() tells how old a feed's frames were, and nothing of the kind of a file", () => {
  const result = { count: 9, mean: 20, p50: 12.34, p95: 95.1, p99: 480, max: 490 };
  const output = { ...result, p50: 14 };
  const text = summary({ ...outcome, ages: { result, output } }, { isTerminal: false });
  assertStringIncludes(
    text,
    "Latency     to result p50 12.3, p95 95.1, p99 480 ms; to output p50 14.0, p95 95.1, p99 480 ms",
  );
  assertEquals(summary(outcome, { isTerminal: false }).includes("Latency"), false);
});
