import { assertAlmostEquals, assertEquals } from "@std/assert";
import { OURS_LIKE_PEERS } from "./contenders.ts";
import type { Measured } from "./measured.ts";
import { targetsOf } from "./targets.ts";
import type { Trial } from "./trial.ts";

const AT = { samples: [], printed: "", peakMb: 0, denoPeakMb: 0 };

/** A contender that takes so long, and computes so long, behind a second of each that do not count. */
function trial(name: string, wallS: number, cpuS: number): Trial {
  const start: Measured = { ...AT, wallS: 1, cpuS: 1 };
  const whole: Measured = { ...AT, wallS: 1 + wallS, cpuS: 1 + cpuS };
  const subject = {
    ...{ clip: "", frames: 1, model: "", device: "cpu", folder: "" },
    size: { width: 1920, height: 1080 },
  };
  return {
    contender: { ...OURS_LIKE_PEERS, name },
    recipe: { clip: "" },
    lengths: { first: subject, warmUp: subject, whole: subject },
    rounds: [{ first: start, warmUp: start, whole }],
  };
}

const all = [
  trial("ffmpeg: decode, scale", 4, 7),
  trial("network alone", 3, 4),
  trial("steadybox: detections, not followed", 6, 12),
  trial("OpenCV: detections", 11, 20),
];

Deno.test("targetsOf() tells what the floors leave when all cores are at work", () => {
  const targets = targetsOf(all, 2);
  const found = targets.map(({ name, value, best = NaN }) => [name, value, best] as const);
  // 7 and 4 seconds of computing on two cores take 5.5.
  const expected = [
    ["detections, not followed / the same, time", 6 / 4, 5.5 / 4],
    ["OpenCV / steadybox, detections, time", 11 / 6, 2],
  ] as const;
  assertEquals(found.map(([name]) => name), expected.map(([name]) => name));
  found.forEach(([, value, best], i) => {
    assertAlmostEquals(value, expected[i]![1], 1e-9);
    assertAlmostEquals(best, expected[i]![2], 1e-9);
  });
});

Deno.test("targetsOf() counts on no more cores than ffmpeg by itself can use", () => {
  assertEquals(targetsOf(all, 64).map(({ best }) => best), [1, 11 / 4]);
});
