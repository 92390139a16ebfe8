import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { feedCount, gpuFeedContenders, gpuFeedsOf, gpuFeedTargets, limitOf } from "./gpu_feeds.ts";
import { measured } from "./measured.ts";
import { gpuFeedsSchema } from "./schema.ts";
import type { Trial } from "./trial.ts";

const CLIP = fileURLToPath(new URL("../../tests/fixtures/clips/talking_face.mp4", import.meta.url));

const SUBJECT = {
  ...{ clip: CLIP, model: "a model", device: "webgpu", folder: "" },
  size: { width: 1920, height: 1080 },
};

/** What runs through 30 feeds of 110 frames, 10 of which warm it up, and takes so long for the others. */
function trials(decodingS: number, oursS: number, feeds = 30): Trial[] {
  const rest = { cpuS: 1, peakMb: 0, denoPeakMb: 0, samples: [], printed: "" };
  return gpuFeedContenders(feeds).map((contender, i) => {
    const [warmUp, whole] = [1, 1 + [decodingS, oursS][i]!].map((wallS) => ({ ...rest, wallS }));
    return {
      contender,
      recipe: { clip: CLIP },
      lengths: {
        first: { ...SUBJECT, frames: 1 },
        warmUp: { ...SUBJECT, frames: 10 },
        whole: { ...SUBJECT, frames: 110 },
      },
      rounds: [{ first: warmUp!, warmUp: warmUp!, whole: whole! }],
    };
  });
}

function gpu(fps: number) {
  const latency = { latencyP50Ms: 1, latencyP95Ms: 1 };
  const rows = [{ inFlight: 8, frames: 100, msPerFrame: 1000 / fps, ...latency }];
  return { isSoftware: false, rows };
}

Deno.test("feedCount() takes no more feeds than the cores decode, and says why", () => {
  assertEquals(feedCount({ isSoftware: false, cores: 8 }), { count: 30 });
  assertEquals(feedCount({ isSoftware: false, cores: 2 }), {
    count: 8,
    reason: "2 cores decode no more than that as fast as they come",
  });
  assertEquals(feedCount({ isSoftware: true, cores: 64 }), {
    count: 2,
    reason: "a processor stands for the GPU",
  });
});

Deno.test("limitOf() blames steadybox for what neither decoding nor the GPU takes", () => {
  assertEquals(limitOf({ decodingFps: 1000, gpuFps: 3000, fps: 810 }), "decoding");
  assertEquals(limitOf({ decodingFps: 3000, gpuFps: 1000, fps: 810 }), "the GPU");
  assertEquals(limitOf({ decodingFps: 1000, gpuFps: 3000, fps: 790 }), "steadybox");
});

Deno.test("gpuFeedsOf() tells frames a second of all feeds together, as its schema has it", () => {
  const feeds = gpuFeedsOf(trials(2, 4), gpu(5000), { count: 30 });
  const fps = { decodingFps: 1500, gpuFps: 5000, fps: 750 };
  assertEquals(gpuFeedsSchema.parse(feeds), {
    ...{ wanted: 30, count: 30, limitedBy: "steadybox" },
    ...fps,
  });
  const software = gpuFeedsOf(trials(2, 4), { ...gpu(5000), isSoftware: true }, { count: 30 });
  assertEquals(gpuFeedsSchema.parse(software), { wanted: 30, count: 30, ...fps });
  assertEquals(gpuFeedsOf(trials(2, 4).slice(1), gpu(5000), { count: 30 }), undefined);
});

Deno.test("gpuFeedTargets() wants what decoding leaves of 30 frames a second for each feed", () => {
  const targetsFor = (all: Trial[], isSoftware = false) => {
    const feeds = gpuFeedsOf(all, gpu(5000), { count: 30 })!;
    return gpuFeedTargets(all, { isSoftware, feeds });
  };
  // Decoding could do 1,500 frames a second, and 30 feeds have 900.
  const [fast] = targetsFor(trials(2, 4));
  assertAlmostEquals(fast!.value, 750 / 900, 1e-9);
  assertEquals(fast!.isMet, true);
  // Decoding does 500: three quarters of it are too little.
  const [slow] = targetsFor(trials(6, 8));
  assertAlmostEquals(slow!.value, 0.75, 1e-9);
  assertEquals(slow!.isMet, false);
  assertEquals(targetsFor(trials(2, 4), true), []);
});

Deno.test({
  name: "gpuFeedContenders() has all feeds decoded at once, and fails where one cannot be",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const [decoding] = gpuFeedContenders(3);
    await measured(decoding.command({ ...SUBJECT, frames: 30 }));
    const missing = decoding.command({ ...SUBJECT, clip: "/there/is/none.mp4", frames: 30 });
    await assertRejects(() => measured(missing), Error, "none.mp4");
  },
});
