import type { Box } from "../pipeline/box.ts";

/** A face as a person boxed it. */
export interface HandBox {
  /** From hairline to chin and from cheek to cheek, in frame pixels. */
  readonly box: Box<"frame">;
  /** Whether it counts neither as found nor as missed, as ORIGIN.md of the boxes says. */
  readonly isDifficult: boolean;
}

const FILE = new URL("fixtures/faces/hand.csv", import.meta.url);

/**
 * The boxes drawn by hand, by the name of the clip's file and the number of the frame.
 *
 * @returns The boxes.
 */
export async function handBoxes(): Promise<Map<string, Map<number, HandBox[]>>> {
  const [, ...lines] = (await Deno.readTextFile(FILE)).trimEnd().split("\n");
  const byClip = new Map<string, Map<number, HandBox[]>>();
  for (const line of lines) {
    const [clip, frame, x1, y1, x2, y2, note] = line.split(",");
    const byFrame = byClip.getOrInsertComputed(`${clip}.mp4`, () => new Map());
    const boxes = byFrame.getOrInsertComputed(Number(frame), () => []);
    const box = { x1: Number(x1), y1: Number(y1), x2: Number(x2), y2: Number(y2) };
    boxes.push({ box, isDifficult: note === "difficult" });
  }
  return byClip;
}
