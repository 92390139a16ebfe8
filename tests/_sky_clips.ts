import type { JudgedFrame } from "../pipeline/metrics/average_precision.ts";
import { clipPath } from "./_clips.ts";

/** The clips of flying things whose true boxes lie beside them, by their names without ending. */
export const SKY_CLIPS: readonly string[] = [
  "V_AIRPLANE_008",
  "V_BIRD_020",
  "V_DRONE_025",
  "V_DRONE_102",
  "V_HELICOPTER_002",
];

/** The labels of the boxes, by the classes of tiny-ssd-sky. */
const LABELS = ["AIRPLANE", "BIRD", "DRONE", "HELICOPTER"];

/** The path of a clip, or of what belongs to it; undefined where it is not there. */
export function skyPath(clip: string, ending: "mp4" | "csv" = "mp4"): string | undefined {
  return clipPath(`drones/${clip}.${ending}`);
}

/**
 * The true boxes of a clip.
 *
 * @param clip The name of the clip, which must be there.
 * @returns The boxes in frame pixels, by the number of the frame.
 */
export async function skyTruth(clip: string): Promise<Map<number, JudgedFrame["truth"]>> {
  const [, ...lines] = (await Deno.readTextFile(skyPath(clip, "csv")!)).trimEnd().split("\n");
  const boxes = lines.map((line) => {
    const [frame = "", label = "", ...numbers] = line.split(",");
    const [x = NaN, y = NaN, width = NaN, height = NaN] = numbers.map(Number);
    // The first pixel has the number 1.
    const box = { x1: x - 1, y1: y - 1, x2: x - 1 + width, y2: y - 1 + height };
    return { frame: Number(frame), classId: LABELS.indexOf(label), box };
  });
  return Map.groupBy(boxes, ({ frame }) => frame);
}
