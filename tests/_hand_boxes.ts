import type { Box } from "../pipeline/box.ts";

/** A face or a person, boxed by hand. */
export interface HandBox {
  /** Where it is, in frame pixels; ORIGIN.md of the boxes tells where the edges are. */
  readonly box: Box<"frame">;
  /** Whether it counts neither as found nor as missed, as ORIGIN.md of the boxes says. */
  readonly isDifficult: boolean;
}

/**
 * The boxes drawn by hand, by the name of the clip's file and the number of the frame.
 *
 * @param topic What is boxed.
 * @returns The boxes.
 */
export async function handBoxes(
  topic: "faces" | "people" = "faces",
): Promise<Map<string, Map<number, HandBox[]>>> {
  const file = new URL(`fixtures/${topic}/hand.csv`, import.meta.url);
  const [, ...lines] = (await Deno.readTextFile(file)).trimEnd().split("\n");
  const byClip = new Map<string, Map<number, HandBox[]>>();
  for (const line of lines) {
    const [clip = "", frame, x1, y1, x2, y2, note] = line.split(",");
    const byFrame = byClip.getOrInsertComputed(
      clip.includes(".") ? clip : `${clip}.mp4`,
      () => new Map(),
    );
    const boxes = byFrame.getOrInsertComputed(Number(frame), () => []);
    const box = { x1: Number(x1), y1: Number(y1), x2: Number(x2), y2: Number(y2) };
    boxes.push({ box, isDifficult: note === "difficult" });
  }
  return byClip;
}
