import { seededRandom } from "../pipeline/metrics/random.ts";
import type { Track } from "../pipeline/track.ts";
import { smootherFor } from "./smoothing/smoother_for.ts";

/** Tracks that wander, each with six keypoints. */
function framesOf(objects: number, frames: number): Track[][] {
  const random = seededRandom(4);
  return Array.from(
    { length: frames },
    (_, i) =>
      Array.from({ length: objects }, (_, object): Track => {
        const [x1, y1] = [50 * object + i + random.normal(), 20 * object + random.normal()];
        const box = { x1, y1, x2: x1 + 40, y2: y1 + 60 };
        const keypoints = Array.from(
          { length: 6 },
          (_, k) => ({ x: x1 + k, y: y1 + k, label: "eye" }),
        );
        const known = { box, rawBox: box, keypoints, confidence: 0.9, classId: 0, label: "face" };
        return { ...known, trackId: object + 1 };
      }),
  );
}

for (const objects of [3, 30]) {
  const frames = framesOf(objects, 100);
  const group = `a frame with ${objects} objects of six keypoints`;
  let copied = 0;
  Deno.bench("copying the tracks", { group, baseline: true }, () => {
    structuredClone(frames[copied++ % frames.length]!);
  });
  for (const method of ["one-euro", "kalman", "fixed-lag"] as const) {
    const smoother = smootherFor({ method })!;
    let frame = 0;
    Deno.bench(method, { group }, () => {
      const place = frame % (2 * frames.length); // To and fro, so that nothing jumps.
      const tracks = frames[Math.min(place, 2 * frames.length - 1 - place)]!;
      smoother.advance({ timestampUs: 40_000 * frame++, tracks });
    });
  }
}
