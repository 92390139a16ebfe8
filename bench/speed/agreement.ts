import type { Box } from "../../pipeline/box.ts";
import { iouOf } from "../../pipeline/box.ts";

/** From which overlap on two boxes are the same; resizing differs from program to program. */
const MIN_IOU = 0.6;

/**
 * Which share of the boxes that two programs found they found both: twice the pairs over all boxes.
 *
 * @param ours The boxes of each frame.
 * @param theirs The same of the other program.
 * @returns The share, from 0 to 1; 0 if nothing was found.
 *
 * @example One box of two is found by both
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const box = { x1: 0, y1: 0, x2: 10, y2: 10 };
 * assertEquals(agreementOf([[box], []], [[box], [box, box]]), 0.5);
 * ```
 */
export function agreementOf(
  ours: readonly (readonly Box<"frame">[])[],
  theirs: readonly (readonly Box<"frame">[])[],
): number {
  let [pairs, boxes] = [0, 0];
  for (let frame = 0; frame < Math.max(ours.length, theirs.length); frame++) {
    const [here, there] = [ours[frame] ?? [], [...theirs[frame] ?? []]];
    boxes += here.length + there.length;
    for (const box of here) {
      const at = there.findIndex((other) => iouOf(box, other) >= MIN_IOU);
      if (at < 0) continue;
      there.splice(at, 1);
      pairs++;
    }
  }
  return boxes === 0 ? 0 : 2 * pairs / boxes;
}

/**
 * Reads the boxes that a program listed, a line a frame: steadybox's JSON lines, or arrays of
 * [x1, y1, x2, y2].
 *
 * @param path The list.
 * @returns The boxes of each frame.
 */
export async function boxesIn(path: string): Promise<Box<"frame">[][]> {
  const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => line);
  return lines.map((line) => {
    const frame = JSON.parse(line) as readonly (readonly [number, number, number, number])[] | {
      readonly objects: readonly { x: number; y: number; w: number; h: number }[];
    };
    return "objects" in frame
      ? frame.objects.map(({ x, y, w, h }) => ({ x1: x, y1: y, x2: x + w, y2: y + h }))
      : frame.map(([x1, y1, x2, y2]) => ({ x1, y1, x2, y2 }));
  });
}
