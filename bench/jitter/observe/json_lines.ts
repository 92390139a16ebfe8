import { z } from "zod";
import type { Box } from "../../../pipeline/box.ts";
import { SourceError } from "../../../pipeline/errors.ts";
import type { Size } from "../../../pipeline/fit.ts";
import type { Track } from "../../../pipeline/track.ts";

/** What a line tells of a frame. */
export interface JsonFrame {
  /** The presentation time, in microseconds; absent where the line has none. */
  readonly timestampUs?: number;
  /** The size of the frame, where the line tells. */
  readonly resolution?: Size;
  /** Whether no network saw it: its objects are guesses between other frames. */
  readonly isHeld: boolean;
  /** The objects; the number is absent where the line has none. */
  readonly objects: readonly (Omit<Track, "trackId" | "rawBox"> & {
    readonly trackId?: number;
    readonly rawBox: Box<"frame">;
  })[];
}

const edges = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });

const object = edges.extend({
  id: z.int().nonnegative().optional(),
  roi_type: z.string().optional(),
  raw: edges.optional(),
  detection: z.object({
    bounding_box: z.object({
      x_min: z.number(),
      x_max: z.number(),
      y_min: z.number(),
      y_max: z.number(),
    }).optional(),
    confidence: z.number().min(0).max(1).optional(),
    label_id: z.int().optional(),
    label: z.string().optional(),
  }).optional(),
});

const line = z.object({
  timestamp: z.number().optional(),
  resolution: z.object({ width: z.int().positive(), height: z.int().positive() }).optional(),
  held: z.boolean().optional(),
  objects: z.array(object).default([]),
});

/**
 * Reads JSON lines of the form of Intel DL Streamer's `gvametaconvert` (`jsonconverter.cpp`), one object a
 * frame: its own, and those that `writeJsonLines` writes. `timestamp` is in nanoseconds, `x`, `y`, `w` and `h`
 * in pixels. DL Streamer's are whole pixels, which would be measured as trembling; so where they are whole,
 * `bounding_box`, a share of `resolution`, is taken instead. Where there is a `raw` box it is what was
 * detected.
 *
 * @param text The text.
 * @param name What it is called, for errors.
 * @yields What the lines tell.
 * @throws {SourceError} If a line is no such object.
 *
 * @example A frame with one face
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [frame] = jsonFramesOf('{"timestamp":40000000,"objects":[{"x":1.5,"y":2,"w":3,"h":4}]}', "x");
 * assertEquals(frame?.timestampUs, 40_000);
 * assertEquals(frame?.objects[0]?.box, { x1: 1.5, y1: 2, x2: 4.5, y2: 6 });
 * ```
 */
export function* jsonFramesOf(text: string, name: string): Generator<JsonFrame> {
  let number = 0;
  for (const row of text.split("\n")) {
    number++;
    if (row.trim() === "") continue;
    const parsed = line.safeParse(valueOf(row));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const place = issue?.path.length ? ` (${issue.path.join(".")})` : "";
      throw new SourceError(
        `Cannot read "${name}": line ${number} is no frame in DL Streamer's form${place}`,
      );
    }
    const { timestamp, resolution, held, objects } = parsed.data;
    yield {
      ...timestamp !== undefined && { timestampUs: Math.round(timestamp / 1000) },
      ...resolution && { resolution },
      isHeld: held === true,
      objects: objects.flatMap((object) => objectOf(object, resolution) ?? []),
    };
  }
}

function valueOf(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}

function objectOf(
  { id, roi_type, raw, detection = {}, ...edges }: z.infer<typeof object>,
  resolution: Size | undefined,
): JsonFrame["objects"][number] | undefined {
  const { bounding_box: shares, confidence = 1, label_id = 0, label = roi_type ?? "object" } =
    detection;
  const isWhole = Object.values(edges).every(Number.isInteger);
  const box = isWhole && !raw && shares && resolution
    ? {
      x1: shares.x_min * resolution.width,
      y1: shares.y_min * resolution.height,
      x2: shares.x_max * resolution.width,
      y2: shares.y_max * resolution.height,
    }
    : boxFrom(edges);
  const rawBox = raw ? boxFrom(raw) : box;
  if (!(hasArea(box) && hasArea(rawBox))) return undefined;
  return {
    ...id !== undefined && { trackId: id },
    box,
    rawBox,
    confidence,
    classId: label_id,
    label,
  };
}

function boxFrom({ x, y, w, h }: z.infer<typeof edges>): Box<"frame"> {
  return { x1: x, y1: y, x2: x + w, y2: y + h };
}

function hasArea({ x1, y1, x2, y2 }: Box<"frame">): boolean {
  return x2 > x1 && y2 > y1;
}
