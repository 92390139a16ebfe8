/**
 * Pictures moved by a known amount, as a camera would move them, apart from the code under test.
 *
 * @module
 */

import type { Box } from "../pipeline/box.ts";
import type { Size } from "../pipeline/fit.ts";
import { type Planes, planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";
import { movedPoint, type Similarity, zoomOf } from "../pipeline/similarity.ts";

/** A picture with a shade for each pixel. */
export function pictureOf(
  width: number,
  height: number,
  shadeAt: (x: number, y: number) => number,
): Planes {
  const planes = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
  for (let i = 0; i < width * height; i++) {
    planes.y[i] = Math.min(255, Math.max(0, shadeAt(i % width, Math.floor(i / width))));
  }
  return planes;
}

/** A scene out of blurred patches, another for each seed. */
export function scene(seed: number, width = 320, height = 240): Planes {
  const random = seededRandom(seed);
  const waves = Array.from({ length: 40 }, () => ({
    x: 0.25 * random.normal(),
    y: 0.25 * random.normal(),
    phase: 7 * random.uniform(),
    height: 14 * random.normal(),
  }));
  return pictureOf(
    width,
    height,
    (x, y) =>
      waves.reduce(
        (sum, wave) => sum + wave.height * Math.sin(wave.x * x + wave.y * y + wave.phase),
        120,
      ),
  );
}

/** First one motion, then another. */
export function composed(first: Similarity, then: Similarity): Similarity {
  const { x: dx, y: dy } = movedPoint({ x: first.dx, y: first.dy }, then);
  return {
    cosine: then.cosine * first.cosine - then.sine * first.sine,
    sine: then.sine * first.cosine + then.cosine * first.sine,
    dx,
    dy,
  };
}

/** The motion back. */
export function inverted({ cosine, sine, dx, dy }: Similarity): Similarity {
  const square = cosine ** 2 + sine ** 2;
  const back = { cosine: cosine / square, sine: -sine / square, dx: 0, dy: 0 };
  const { x, y } = movedPoint({ x: dx, y: dy }, back);
  return { ...back, dx: -x, dy: -y };
}

/** How a hand-held camera shows the middle of a scene at a frame: panned, zoomed and rolled. */
export function cameraAt(frame: number, { width, height }: Size): Similarity {
  const zoom = 1.3 * (1 + 0.06 * Math.sin(0.13 * frame));
  const roll = 0.05 * Math.sin(0.17 * frame);
  const turned = { cosine: zoom * Math.cos(roll), sine: zoom * Math.sin(roll), dx: 0, dy: 0 };
  const middle = movedPoint({ x: width / 2, y: height / 2 }, turned);
  return {
    ...turned,
    dx: width / 2 - middle.x + 0.06 * width * Math.sin(0.11 * frame),
    dy: height / 2 - middle.y + 0.05 * height * Math.sin(0.19 * frame + 1),
  };
}

/** What the motion did to the picture since the frame before. */
export function stepBetween(before: Similarity, after: Similarity): Similarity {
  return composed(inverted(before), after);
}

/** The upright box of the same size, but for the zoom, around where a box's centre has moved. */
export function movedBox({ x1, y1, x2, y2 }: Box<"frame">, motion: Similarity): Box<"frame"> {
  const { x, y } = movedPoint({ x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, motion);
  const [halfWidth, halfHeight] = [zoomOf(motion) * (x2 - x1) / 2, zoomOf(motion) * (y2 - y1) / 2];
  return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
}

/** The greatest distance between where two motions take points all over a frame, in pixels. */
export function greatestError(a: Similarity, b: Similarity, { width, height }: Size): number {
  let greatest = 0;
  for (const x of [0, width / 2, width]) {
    for (const y of [0, height / 2, height]) {
      const [p, q] = [movedPoint({ x, y }, a), movedPoint({ x, y }, b)];
      greatest = Math.max(greatest, Math.hypot(p.x - q.x, p.y - q.y));
    }
  }
  return greatest;
}

/** Keys' cubic weights (IEEE Transactions on Acoustics, Speech, and Signal Processing 29(6), 1981). */
function cubicWeights(t: number): [number, number, number, number] {
  const near = (d: number) => 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  const far = (d: number) => -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
  return [far(1 + t), near(t), near(1 - t), far(2 - t)];
}

/** A picture whose luma is moved, its edges repeated, by cubic interpolation; chroma is grey. */
export function movedPlanes(
  { y: luma, width, height }: Pick<Planes, "y" | "width" | "height">,
  motion: Similarity,
): Planes {
  const planes = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
  planes.u.fill(128);
  planes.v.fill(128);
  const back = inverted(motion);
  const clamp = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const { x, y } = movedPoint({ x: column + 0.5, y: row + 0.5 }, back);
      const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
      const across = cubicWeights(x - 0.5 - left);
      const down = cubicWeights(y - 0.5 - top);
      let shade = 0;
      for (let j = 0; j < 4; j++) {
        const line = clamp(top - 1 + j, height) * width;
        let sum = 0;
        for (let i = 0; i < 4; i++) sum += across[i]! * luma[line + clamp(left - 1 + i, width)]!;
        shade += down[j]! * sum;
      }
      planes.y[row * width + column] = Math.min(Math.max(Math.round(shade), 0), 255);
    }
  }
  return planes;
}
