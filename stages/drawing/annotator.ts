import type { Box, Point } from "../../pipeline/box.ts";
import { type Yuv, yuvFromRgb } from "../../pipeline/colour.ts";
import type { Detection } from "../../pipeline/detection.ts";
import type { Frame } from "../../pipeline/frame.ts";
import type { Detected } from "../../pipeline/items.ts";
import type { Planes } from "../../pipeline/planes.ts";
import { isTrack } from "../../pipeline/track.ts";
import { drawDisc } from "./disc.ts";
import { LabelWriter } from "./label_writer.ts";
import { drawOutline } from "./outline.ts";
import { pastePatch } from "./paint.ts";
import { colourOf, type Rgb } from "./palette.ts";

/** What is drawn. */
export interface AnnotatorOptions {
  /** Whether names are written. */
  readonly labels: boolean;
  /** Whether confidences are written. */
  readonly confidence: boolean;
  /** Whether keypoints are drawn. */
  readonly keypoints: boolean;
  /** Whether it is shown where objects that are followed came from. */
  readonly trails: boolean;
  /** How wide lines are, in pixels; as suits the frame where absent. */
  readonly lineWidth: number | undefined;
}

/** Dark enough to part any colour of the palette from its ground. */
const SEAM: Rgb = [32, 32, 32];

/** How long a trail is, in microseconds. */
const TRAIL_US = 1_000_000;

/** Where the middle of an object was, and when. */
interface TrailPoint extends Point<"frame"> {
  readonly timestampUs: number;
}

/** Draws on frames of one size and colour space. */
export class Annotator {
  readonly #options: AnnotatorOptions;
  readonly #planes: Pick<Planes, "width" | "height">;
  readonly #source: Frame["source"];
  readonly #lineWidth: number;
  readonly #seamLuma: number;
  readonly #writer: LabelWriter;
  readonly #trails = new Map<number, TrailPoint[]>();

  /**
   * Chooses sizes that suit a frame.
   *
   * @param frame A frame; those that follow are like it.
   * @param options What is drawn.
   */
  constructor({ planes, source }: Frame, options: AnnotatorOptions) {
    const side = Math.min(planes.width, planes.height);
    this.#options = options;
    this.#planes = planes;
    this.#source = source;
    this.#lineWidth = options.lineWidth ?? Math.max(2, Math.round(side / 400));
    this.#seamLuma = yuvFromRgb(SEAM, source.colour).y;
    this.#writer = new LabelWriter({
      fontSize: Math.max(12, Math.round(side / 45)),
      maxWidth: planes.width,
      colour: source.colour,
    });
  }

  /**
   * Whether a frame is like the one for which the sizes were chosen.
   *
   * @param frame The frame.
   * @returns Whether it may be drawn on.
   */
  suits({ planes, source }: Frame): boolean {
    return planes.width === this.#planes.width && planes.height === this.#planes.height &&
      source === this.#source;
  }

  /**
   * Draws what was found on its frame; earlier detections come to lie on top of later ones.
   *
   * @param item The frame and the detections.
   */
  async draw({ frame, detections, isHeld }: Detected): Promise<void> {
    const { planes } = frame;
    this.#drawTrails(frame, detections);
    const visible = detections.filter(({ box }) => isVisible(box, planes)).reverse();
    if (visible.length === 0) return;
    if (this.#options.labels || this.#options.confidence) {
      await this.#writer.prepare(this.#options.labels ? visible.map(nameOf) : []);
    }
    const outlines = visible.map((detection) =>
      drawOutline(planes, detection.box, {
        colour: this.#yuvOf(detection),
        width: this.#lineWidth,
        seamLuma: this.#seamLuma,
        isDashed: isHeld ?? false,
      })
    );
    if (this.#options.keypoints) {
      for (const detection of visible) {
        this.#point(planes, detection);
      }
    }
    for (const [index, detection] of visible.entries()) {
      this.#tag(planes, detection, outlines[index] as Box<"frame">);
    }
  }

  /** Where an object that is followed was in the last second, as a row of dots. */
  #drawTrails({ planes, timestampUs }: Frame, detections: readonly Detection[]): void {
    if (!this.#options.trails) return;
    for (const track of detections.filter(isTrack)) {
      const { box: { x1, y1, x2, y2 }, trackId } = track;
      const past = (this.#trails.get(trackId) ?? [])
        .filter((point) => timestampUs - point.timestampUs <= TRAIL_US);
      for (const point of past) {
        drawDisc(planes, point, {
          radius: this.#lineWidth / 2,
          colour: this.#yuvOf(track),
          seam: 0,
          seamLuma: this.#seamLuma,
        });
      }
      past.push({ x: (x1 + x2) / 2, y: (y1 + y2) / 2, timestampUs });
      this.#trails.set(trackId, past);
    }
    for (const [trackId, past] of this.#trails) {
      if (timestampUs - (past.at(-1)?.timestampUs ?? -Infinity) > TRAIL_US) {
        this.#trails.delete(trackId);
      }
    }
  }

  #point(planes: Planes, detection: Detection): void {
    const { x1, y1, x2, y2 } = detection.box;
    const radius = Math.min(1.25 * this.#lineWidth, Math.max(1, Math.hypot(x2 - x1, y2 - y1) / 30));
    for (const { x, y } of detection.keypoints ?? []) {
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      drawDisc(planes, { x, y }, {
        radius,
        colour: this.#yuvOf(detection),
        seam: 1,
        seamLuma: this.#seamLuma,
      });
    }
  }

  #tag(planes: Planes, detection: Detection, outline: Box<"frame">): void {
    const { labels, confidence } = this.#options;
    const isSure = confidence && Number.isFinite(detection.confidence);
    const tag = this.#writer.tagOf({
      label: labels ? nameOf(detection) : undefined,
      confidence: isSure ? Math.min(1, Math.max(0, detection.confidence)) : undefined,
      ground: rgbOf(detection),
    });
    if (!tag || tag.height > planes.height) return;
    pastePatch(planes, tag, placeOf(tag, { outline, planes, lineWidth: this.#lineWidth }));
  }

  #yuvOf(detection: Detection): Yuv {
    return yuvFromRgb(rgbOf(detection), this.#source.colour);
  }
}

/** An object that is followed keeps its colour; else objects of a class have theirs. */
function rgbOf(detection: Detection): Rgb {
  return colourOf(isTrack(detection) ? detection.trackId : detection.classId);
}

/** The name of an object: its class, and its number where it is followed. */
function nameOf(detection: Detection): string {
  return isTrack(detection) ? `${detection.label} #${detection.trackId}` : detection.label;
}

/** Whether any of a box can be seen; one with a coordinate that is no number cannot. */
function isVisible({ x1, y1, x2, y2 }: Box<"frame">, { width, height }: Planes): boolean {
  return [x1, y1, x2, y2].every(Number.isFinite) && x1 < x2 && y1 < y2 &&
    x1 < width && y1 < height && x2 > 0 && y2 > 0;
}

/** Where a tag lies: on the box, else inside it at its top, else below it; never outside the frame. */
function placeOf(
  tag: Planes,
  { outline, planes, lineWidth }: { outline: Box<"frame">; planes: Planes; lineWidth: number },
): { x: number; y: number } {
  const above = 2 * Math.ceil(outline.y1 / 2) - tag.height;
  const inside = 2 * Math.ceil(Math.max(0, outline.y1 + lineWidth) / 2);
  const below = 2 * Math.floor(outline.y2 / 2);
  const isRoomInside = inside + tag.height <= outline.y2 - lineWidth;
  const wanted = above >= 0 ? above : isRoomInside ? inside : below;
  return {
    x: evenWithin(outline.x1, planes.width - tag.width),
    y: evenWithin(wanted, planes.height - tag.height),
  };
}

/** The even number next below, from 0 to a limit. */
function evenWithin(value: number, limit: number): number {
  return 2 * Math.floor(Math.max(0, Math.min(value, limit)) / 2);
}
