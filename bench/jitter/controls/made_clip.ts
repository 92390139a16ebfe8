import { seededRandom } from "../../../pipeline/metrics/random.ts";
import type { Track } from "../../../pipeline/track.ts";
import type { ObservedClip } from "../observe/observed_clip.ts";

/** How a made clip trembles. */
export interface MadeNoise {
  /** The deviation of the trembling, in % of the size, on all four coordinates. */
  readonly sigmaPercent: number;
  /** How much of it is left a frame later, from 0 to below 1. */
  readonly correlation: number;
}

/** Options of {@linkcode madeClip}. */
export interface MadeClipOptions extends MadeNoise {
  /** The seed. */
  readonly seed: number;
  /** How many objects there are. */
  readonly tracks: number;
  /** How many frames. */
  readonly frames: number;
}

/** Its frame rate. */
export const MADE_FPS = 30;
const SIZE_PX = 100;

/** How far an object swings to each side, in sizes, and how often. */
const SWING = { sizes: 0.6, hz: 0.4 };

/**
 * Where a made object truly is: it swings around its place, and grows and shrinks by a tenth.
 *
 * @param object Its number, from 0.
 * @param timeS The time, in seconds.
 * @returns Centre x, centre y, log width and log height, in pixels.
 */
export function trueShape(object: number, timeS: number): [number, number, number, number] {
  const phase = 2 * Math.PI * SWING.hz * timeS + object;
  const reach = SWING.sizes * SIZE_PX;
  const growth = 0.1 * Math.sin(phase / 2);
  return [
    1000 * object + reach * Math.sin(phase),
    500 + reach * Math.cos(phase),
    Math.log(SIZE_PX) + growth,
    Math.log(SIZE_PX) + growth,
  ];
}

/**
 * A clip of which all is known: objects in even motion, whose boxes tremble by known noise, white or
 * correlated (AR(1): `n' = correlation · n + √(1 - correlation²) · σ · N(0, 1)`).
 *
 * @param options See {@linkcode MadeClipOptions}.
 * @returns The clip; one way of detecting has seen it.
 */
export function madeClip(
  { seed, tracks, frames, sigmaPercent, correlation }: MadeClipOptions,
): ObservedClip {
  const random = seededRandom(seed);
  const sigma = sigmaPercent / 100;
  const fresh = Math.sqrt(1 - correlation ** 2);
  const noises = Array.from({ length: 4 * tracks }, () => sigma * random.normal());
  const made = Array.from({ length: frames }, (_, frame) => {
    const shown = Array.from({ length: tracks }, (_, object): Track => {
      const noise = (k: number) => noises[4 * object + k]!;
      const [x, y, logWidth, logHeight] = trueShape(object, frame / MADE_FPS);
      const [centreX, centreY] = [x + SIZE_PX * noise(0), y + SIZE_PX * noise(1)];
      const halfWidth = Math.exp(logWidth + noise(2)) / 2;
      const halfHeight = Math.exp(logHeight + noise(3)) / 2;
      const box = {
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
      };
      const thing = { classId: 0, label: "thing", confidence: 0.9 };
      return { ...thing, trackId: object + 1, box, rawBox: box };
    });
    noises.forEach((noise, k) => noises[k] = correlation * noise + fresh * sigma * random.normal());
    return { timestampUs: Math.round(frame * 1e6 / MADE_FPS), tracks: shown };
  });
  return {
    name: "made",
    sha256: "0".repeat(64),
    observations: [{ id: "made", frames: made }],
    hasOtherBoxes: false,
    hasOwnNumbers: true,
    complaints: [],
    isInterrupted: false,
  };
}
