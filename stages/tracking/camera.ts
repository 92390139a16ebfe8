import type { Box } from "../../pipeline/box.ts";
import type { Planes } from "../../pipeline/planes.ts";
import { type Similarity, STILL, zoomOf } from "../../pipeline/similarity.ts";
import { alignment, pictureMotionFrom } from "./alignment.ts";
import { type Landmarks, landmarksOf } from "./landmarks.ts";
import { shrunk, type SmallPicture } from "./small_picture.ts";

/** What became of the view since the frame before. */
export interface View {
  /** How the camera's own motion moved the picture. */
  readonly motion: Similarity;
  /** Whether it is another scene. */
  readonly isCut: boolean;
}

/** Below which likeness a picture shows another scene. */
const MIN_LIKENESS = 0.4;
/** How much more alike the pictures must be as they are for the motion not to be believed. */
const MISTRUST = 0.05;
/** Which share of the picture must be comparable for that to be said. */
const MIN_SHARE = 0.2;
/** Shades of noise, squared: flat pictures are alike. */
const FLAT_VARIANCE = 4;
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
   * @param planes The frame.
   * @param objects Where objects are in it, which move by themselves.
   */
  look(planes: Planes, objects: readonly Box<"frame">[]): View {
    const then = this.#last;
    const now = shrunk(planes).map((picture) => landmarksOf(picture, objects));
    this.#last = now;
    if (then.length === 0 || now.length === 0) return { motion: STILL, isCut: false };
    if (!isSameSize(then[0]!.picture, now[0]!.picture)) return { motion: STILL, isCut: true };
    const level = then.findIndex(({ picture: { width, height } }) =>
      Math.max(width, height) <= COMPARED_SIDE
    );
    const compared = then.at(level)!.picture;
    const likenessBy = (motion: Similarity) =>
      likeness(compared, now.at(level)!.picture, pictureMotionFrom(motion, compared));
    const motion = alignment(then, now);
    const zoom = zoomOf(motion);
    const aligned = zoom < MAX_ZOOM && zoom > 1 / MAX_ZOOM ? likenessBy(motion) : 0;
    const still = likenessBy(STILL);
    if (Math.max(aligned, still) < MIN_LIKENESS) return { motion: STILL, isCut: true };
    return { motion: aligned < still - MISTRUST ? STILL : motion, isCut: false };
  }
}

function isSameSize(a: SmallPicture, b: SmallPicture): boolean {
  return a.width === b.width && a.height === b.height && a.scale === b.scale;
}

/**
 * How alike two pictures are, up to 1, whatever their brightness: the product of the terms for
 * contrast and structure of Wang et al., "Image Quality Assessment: From Error Visibility to Structural
 * Similarity", IEEE Transactions on Image Processing 13(4), 2004, section III.B, over the whole
 * picture.
 *
 * @param motion How the second is moved against the first, in pixels.
 */
function likeness(then: SmallPicture, now: SmallPicture, motion: Similarity): number {
  const { width, height } = then;
  const { cosine, sine, dx, dy } = motion;
  let [count, sumThen, sumNow, squares, products] = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const nowX = Math.round(cosine * x - sine * y + dx);
      const nowY = Math.round(sine * x + cosine * y + dy);
      if (!(nowX >= 0 && nowY >= 0 && nowX < width && nowY < height)) continue;
      const shadeThen = then.shades[y * width + x]!;
      const shadeNow = now.shades[nowY * width + nowX]!;
      count++;
      sumThen += shadeThen;
      sumNow += shadeNow;
      squares += shadeThen ** 2 + shadeNow ** 2;
      products += shadeThen * shadeNow;
    }
  }
  if (count < MIN_SHARE * width * height) return 0;
  const covariance = products / count - sumThen * sumNow / count ** 2;
  const variances = squares / count - (sumThen ** 2 + sumNow ** 2) / count ** 2;
  return (2 * covariance + FLAT_VARIANCE) / (variances + FLAT_VARIANCE);
}
