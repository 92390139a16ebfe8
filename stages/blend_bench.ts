import type { Detection } from "../pipeline/detection.ts";
import { blended } from "./blend.ts";
import { suppressed } from "./suppress.ts";

/** A generator of numbers from 0 to 1 that always gives the same (Park and Miller, 1988). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

/** Candidates in heaps around as many objects, with six keypoints as BlazeFace has. */
function candidates(count: number, objects: number): Detection[] {
  const random = seeded(1);
  const side = Math.ceil(Math.sqrt(objects));
  return Array.from({ length: count }, (_, i) => {
    const x1 = (i % objects % side) * 100 + random() * 10;
    const y1 = Math.floor(i % objects / side) * 100 + random() * 10;
    return {
      box: { x1, y1, x2: x1 + 50, y2: y1 + 50 },
      confidence: random(),
      classId: 0,
      label: "face",
      keypoints: Array.from({ length: 6 }, (_, k) => ({ x: x1 + k, y: y1 + k, label: `${k}` })),
    };
  });
}

for (const [count, objects] of [[300, 10], [20_000, 200], [2304, 2304]] as const) {
  const given = candidates(count, objects);
  const group = `${count} candidates of ${objects} objects`;
  Deno.bench("suppress()", { group, baseline: true }, () => void suppressed(given));
  Deno.bench("blend()", { group }, () => void blended(given));
}
