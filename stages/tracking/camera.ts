import type { Box } from "../../pipeline/box.ts";
import type { Frame } from "../../pipeline/frame.ts";
import { type Similarity, STILL, zoomOf } from "../../pipeline/similarity.ts";
import { alignment, pictureMotionFrom } from "./alignment.ts";
import { type Landmarks, landmarksOf } from "./landmarks.ts";
import { shrunk, type SmallPicture } from "./small_picture.ts";

/** What became of the view since the frame before. */
export interface View {
  /** How the camera's own motion moved the picture, where that can be said. */
  readonly motion?: Similarity;
  /** Whether it is another scene. */
  readonly isCut: boolean;
}

/** Below which likeness a picture shows another scene, and below which it does if its shades agree. */
const MIN_LIKENESS = 0.28;
const SURE_LIKENESS = 0.6;
/** Which share of two pictures of one scene has the same shades at least. */
const MIN_COMMON_SHADES = 0.7;
/** Which share of the picture must be comparable for it to be said to be like another. */
const MIN_SHARE = 0.2;
/** The square of a slope that is mere noise: flat pictures are alike. */
const FLAT_SLOPE = 16;
/** How much more alike the pictures must be as they are for the motion not to be believed. */
const MISTRUST = 0.05;
/** Scenes are compared in a picture of at most this width or height. */
const COMPARED_SIDE = 64;
/** No camera zooms by more from one frame to the next. */
const MAX_ZOOM = 2;

/** Tells from the frames themselves how the camera moves, and when another scene begins. */
export class Camera {
  #last: readonly Landmarks[] = [];

  /**
   * Looks at the next frame.
   *
   * @param frame The frame.
   * @param objects Where objects are in it, which move by themselves.
   */
  look(frame: Pick<Frame, "planes" | "scaled">, objects: readonly Box<"frame">[]): View {
    const then = this.#last;
    const now = shrunk(frame).map((picture) => landmarksOf(picture, objects));
    this.#last = now;
    if (then.length === 0 || now.length === 0) return { isCut: false };
    if (!isSameSize(then[0]!.picture, now[0]!.picture)) return { isCut: true };
    const level = then.findIndex(({ picture: { width, height } }) =>
      Math.max(width, height) <= COMPARED_SIDE
    );
    const [before, after] = [then.at(level)!.picture, now.at(level)!.picture];
    const motion = alignment(then, now);
    const zoom = zoomOf(motion);
    const isPlausible = zoom < MAX_ZOOM && zoom > 1 / MAX_ZOOM;
    const aligned = isPlausible ? likeness(before, after, motion) : 0;
    const still = likeness(before, after, STILL);
    const best = Math.max(aligned, still);
    const isCut = best < MIN_LIKENESS ||
      (best < SURE_LIKENESS && commonShades(before, after) < MIN_COMMON_SHADES);
    return isCut ? { isCut } : { isCut, motion: aligned < still - MISTRUST ? STILL : motion };
  }
}

function isSameSize(a: SmallPicture, b: SmallPicture): boolean {
  return a.width === b.width && a.height === b.height && a.scale === b.scale;
}

/**
 * How alike the slopes in two pictures are, up to 1: `2 (s · s') / (s² + s'²)`, summed over all pixels,
 * after the term for structure and contrast of Wang et al., "Image Quality Assessment: From Error
 * Visibility to Structural Similarity", IEEE Transactions on Image Processing 13(4), 2004. Slopes, as
 * much that is dark below and bright above is alike in shades alone.
 *
 * @param motion How the second is moved against the first, in pixels of the frame.
 */
function likeness(then: SmallPicture, now: SmallPicture, motion: Similarity): number {
  const { width, height } = then;
  const { cosine, sine, dx, dy } = pictureMotionFrom(motion, then);
  let [count, products, squares] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const nowX = Math.round(cosine * x - sine * y + dx);
      const nowY = Math.round(sine * x + cosine * y + dy);
      if (!(nowX > 0 && nowY > 0 && nowX < width - 1 && nowY < height - 1)) continue;
      const [a, b] = [y * width + x, nowY * width + nowX];
      const thenX = then.shades[a + 1]! - then.shades[a - 1]!;
      const thenY = then.shades[a + width]! - then.shades[a - width]!;
      const slopeX = now.shades[b + 1]! - now.shades[b - 1]!;
      const slopeY = now.shades[b + width]! - now.shades[b - width]!;
      count++;
      products += thenX * slopeX + thenY * slopeY;
      squares += thenX ** 2 + thenY ** 2 + slopeX ** 2 + slopeY ** 2;
    }
  }
  if (count < MIN_SHARE * width * height) return 0;
  return (2 * products + FLAT_SLOPE * count) / (squares + FLAT_SLOPE * count);
}

/** Which share of two pictures has the same shades, wherever they are: the overlap of histograms. */
function commonShades(then: SmallPicture, now: SmallPicture): number {
  const surplus = new Int32Array(32);
  for (const shade of then.shades) surplus[shade >> 3]!++;
  let common = 0;
  for (const shade of now.shades) if (surplus[shade >> 3]!-- > 0) common++;
  return common / now.shades.length;
}
