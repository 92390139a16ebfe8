import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import type { PlacedBox } from "../../pipeline/metrics/coordinates.ts";
import { geometricMeanOf } from "../jitter/measures/segment_reading.ts";
import { reading, remarks } from "./judge.ts";
import { judgedBy } from "./leave_one_out.ts";
import type { Variant } from "./methods.ts";
import { studyTracksOf } from "./study_track.ts";

/** A made object that swings at 0.4 Hz, and trembles by the given part of its size. */
async function madeTrack(clip: string, noise: number) {
  const random = seededRandom(clip.length);
  const candidates = Array.from({ length: 300 }, (_, i) => {
    const [x, y] = [0, 1].map(() => 300 + 60 * Math.sin(i / 10) + 100 * noise * random.normal());
    const [width, height] = [0, 1].map(() => 100 * Math.exp(noise * random.normal()));
    const box = {
      x1: x! - width! / 2,
      y1: y! - height! / 2,
      x2: x! + width! / 2,
      y2: y! + height! / 2,
    };
    return {
      timestampUs: i * 40_000,
      candidates: [{ box, classId: 0, label: "thing", confidence: 0.9 }],
    };
  });
  const [track, ...more] = await studyTracksOf(
    { clip, path: "", model: "made" },
    candidates,
    { iou: 0.3, minConfidence: 0.5, cutoffHz: 3 },
  );
  assertEquals(more.length, 0);
  return track!;
}

/** What the boxes become that many frames later. */
function late(boxes: readonly PlacedBox[], frames: number): PlacedBox[] {
  return boxes.map(({ timestampUs }, i) => ({
    timestampUs,
    box: boxes[Math.max(0, i - frames)]!.box,
  }));
}

Deno.test("reading() reads raw boxes as 1, and a delay as what it is", async () => {
  const track = await madeTrack("one", 0.002);
  assertEquals([track.frames.length, track.isStill], [300, false]);
  const raw = track.frames.map(({ timestampUs, tracks }) => ({ timestampUs, box: tracks[0].box }));
  const same = reading(track, raw);
  assertEquals([...same.flicker, ...same.error, ...same.wobble], new Array(12).fill(1));
  assertAlmostEquals(same.lagFrames[0]!, 0, 0.05);
  const delayed = reading(track, late(raw, 2));
  assertAlmostEquals(delayed.lagFrames[0]!, 2, 0.05);
  assertAlmostEquals(delayed.flicker[0]!, 1, 0.1);
  assert(delayed.error[0]! > 10);
  assertEquals(remarks(track, raw).overshootPercent, 0);
  assert(remarks(track, late(raw, 12)).overshootPercent > 10);
});

Deno.test("judgedBy() chooses for a clip what is best on the others", async () => {
  const tracks = await Promise.all(["a", "bb", "ccc"].map((clip) => madeTrack(clip, 0.002)));
  // The first variant helps one clip, the second all others and more.
  const variant = (share: number, isMeant: (clip: string) => boolean): Variant => ({
    parameters: `${share}`,
    run: (track) =>
      track.frames.map(({ timestampUs }, i) => {
        const [x, y, width, height] = track.raw.map((series, c) => {
          const [raw, slow] = [series[i]!.value, track.reference[c]![i]!.value];
          return isMeant(track.clip) ? slow + share * (raw - slow) : raw;
        });
        const [centreX, centreY] = [x! * track.sizePx / 100, y! * track.sizePx / 100];
        const [w, h] = [Math.exp(width! / 100) / 2, Math.exp(height! / 100) / 2];
        const box = { x1: centreX - w, y1: centreY - h, x2: centreX + w, y2: centreY + h };
        return { timestampUs, box };
      }),
  });
  const variants = [
    variant(0.5, (clip) => clip === "a"),
    variant(0.25, (clip) => clip !== "a"),
  ];
  const { readings, chosen } = judgedBy({ name: "made", lookAhead: 0, variants }, tracks);
  const choices = [...chosen].map(([clip, { parameters }]) => `${clip} ${parameters}`);
  assertEquals(choices, ["a 0.25", "bb 0.25", "ccc 0.25"]);
  assertAlmostEquals(geometricMeanOf(readings[0]!.flicker), 1, 1e-9);
  assertAlmostEquals(geometricMeanOf(readings[1]!.flicker), 0.25, 1e-6);
});
