import type { Box } from "../../pipeline/box.ts";
import { type Similarity, STILL, zoomOf } from "../../pipeline/similarity.ts";
import { alignment, pictureMotionFrom } from "./alignment.ts";
import { Landmarks } from "./landmarks.ts";
import { type Seen, Shrinker, type SmallPicture } from "./small_picture.ts";

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
  #last: Sight | undefined;
  /** The sight before that, whose memory is used again. */
  #spare: Sight | undefined;
  /** How the camera moved last. */
  #motion = STILL;

  /**
   * Looks at the next frame.
   *
   * @param frame The frame; nothing of it is kept.
   * @param objects Where objects are in it, which move by themselves.
   */
  look(frame: Seen, objects: readonly Box<"frame">[]): View {
    const last = this.#last;
    const sight = this.#spare?.suits(frame) ? this.#spare : new Sight(frame);
    sight.see(frame, objects);
    this.#spare = last;
    this.#last = sight;
    const [then, now] = [last?.landmarks ?? [], sight.landmarks];
    if (then.length === 0 || now.length === 0) return { isCut: false };
    if (!isSameSize(then[0]!.picture, now[0]!.picture)) return { isCut: true };
    const level = then.findIndex(({ picture: { width, height } }) =>
      Math.max(width, height) <= COMPARED_SIDE
    );
    const [before, after] = [then.at(level)!.picture, now.at(level)!.picture];
    const still = likeness(before, after, STILL);
    const tried = (guess: Similarity) => {
      const motion = alignment(then, now, guess);
      const zoom = zoomOf(motion);
      const isPlausible = zoom < MAX_ZOOM && zoom > 1 / MAX_ZOOM;
      return { motion, aligned: isPlausible ? likeness(before, after, motion) : 0 };
    };
    let found = tried(STILL);
    // A camera in full swing may move too far for that, but goes on as it did.
    if (found.aligned < SURE_LIKENESS && this.#motion !== STILL) {
      const again = tried(this.#motion);
      if (again.aligned > found.aligned) found = again;
    }
    const best = Math.max(found.aligned, still);
    const isCut = best < MIN_LIKENESS ||
      (best < SURE_LIKENESS && commonShades(before, after) < MIN_COMMON_SHADES);
    this.#motion = isCut || found.aligned < still - MISTRUST ? STILL : found.motion;
    return isCut ? { isCut } : { isCut, motion: this.#motion };
  }
}

/** What is seen of a frame, in the same memory for every other frame. */
class Sight {
  /** The landmarks at each size, largest first. */
  readonly landmarks: readonly Landmarks[];
  readonly #shrinker: Shrinker;

  /** Makes room for what is seen of a frame, and of others like it. */
  constructor(frame: Seen) {
    this.#shrinker = new Shrinker(frame);
    const [first, ...smaller] = this.#shrinker.pictures;
    const others = smaller.map((picture) => new Landmarks(picture));
    this.landmarks = first ? [new Landmarks(first, others[0]), ...others] : [];
  }

  /** Whether another frame's pictures have the same sizes. */
  suits(frame: Seen): boolean {
    return this.#shrinker.suits(frame);
  }

  /** Looks at a frame. */
  see(frame: Seen, objects: readonly Box<"frame">[]): void {
    this.#shrinker.shrink(frame);
    // The largest last, as it stands on the next smaller one.
    for (const landmarks of this.landmarks.toReversed()) landmarks.pick(objects);
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
      const a = y * width + x;
      const b = nowY * width + nowX;
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
