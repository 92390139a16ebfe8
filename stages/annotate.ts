import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { Annotator } from "./drawing/annotator.ts";

/** What {@linkcode annotate} draws. */
export interface AnnotateOptions {
  /**
   * Whether each box bears its label.
   *
   * @default {true}
   */
  readonly labels?: boolean;
  /**
   * Whether each box bears its confidence, from 0.00 to 1.00.
   *
   * @default {true}
   */
  readonly confidence?: boolean;
  /**
   * Whether keypoints are drawn, for networks that find such.
   *
   * @default {true}
   */
  readonly keypoints?: boolean;
  /**
   * Whether dots show where objects that are followed were in the last second.
   *
   * @default {true}
   */
  readonly trails?: boolean;
  /**
   * How wide the boxes' lines are: a whole number of pixels.
   *
   * @default {1/400 of the frame's smaller side, at least 2}
   */
  readonly lineWidth?: number;
}

/**
 * Draws what was found on each frame, in place, and passes the items on.
 *
 * A box is drawn around the object, so that its inside stays to be seen, with a dark seam that makes
 * it stand out from any ground, in the colour of its track, or its class where objects are not followed
 * (Okabe and Ito's colours, which colour-blind people can tell apart). Its label and confidence stand on a tag above it, or inside or
 * below where the frame leaves no room above. The boxes of a frame that was passed over
 * (`isHeld`) are dashed. A box with a coordinate that is not a finite number, or without an area, is
 * not drawn.
 *
 * Labels may hold any Unicode text; one too long for the frame is cut. The fonts are the
 * program's own: reading their files is the only permission needed, and nothing is read before the
 * first label.
 *
 * @typeParam T What flows: a frame and its detections.
 * @param options What is drawn.
 * @returns The stage.
 * @throws {RangeError} If `lineWidth` is not a whole number of at least 1.
 *
 * @example A pipeline that draws
 * ```ts
 * import { discard } from "../pipeline/discard.ts";
 * import type { Detected } from "../pipeline/items.ts";
 *
 * const found = ReadableStream.from<Detected>([]);
 * await found.pipeThrough(annotate({ confidence: false })).pipeTo(discard());
 * ```
 */
export function annotate<T extends Detected>(
  { labels = true, confidence = true, keypoints = true, trails = true, lineWidth }:
    AnnotateOptions = {},
): MeteredStage<T, T> {
  if (lineWidth !== undefined && !(Number.isInteger(lineWidth) && lineWidth >= 1)) {
    throw new RangeError(
      `Cannot annotate as lineWidth must be a whole number of at least 1: current value is ${lineWidth}`,
    );
  }
  return stage("annotate", async function* annotate(items: AsyncIterable<T>) {
    let annotator: Annotator | undefined;
    for await (const item of items) {
      if (!annotator?.suits(item.frame)) {
        annotator = new Annotator(item.frame, { labels, confidence, keypoints, trails, lineWidth });
      }
      await annotator.draw(item);
      yield item;
    }
  });
}
