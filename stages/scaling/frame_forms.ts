import type { InputSpec } from "../../pipeline/detector.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { Frame, FrameSource } from "../../pipeline/frame.ts";
import type { PooledBuffer } from "../../pipeline/frame_pool.ts";
import { type Planes, planesByteLength, planesFrom } from "../../pipeline/planes.ts";
import { scalePlanFor } from "./scale_plan.ts";

/** What is wanted of each frame. */
interface Wishes {
  /** A network's input for which it is scaled. */
  readonly scaledFor?: InputSpec;
  /** Whether its planes are wanted then. */
  readonly isWhole?: boolean;
  /** Whether the small grey picture is wanted then. */
  readonly hasLuma?: boolean;
}

/** The forms in which each frame is decoded: whole, scaled for a network, and as a small grey picture. */
export interface FrameForms {
  /** For each form, the filters that make it of the planes. */
  readonly filters: readonly string[];
  /** For each form, how many bytes a picture has. */
  readonly byteLengths: readonly number[];
  /** Views the pictures of a frame as what it bears. */
  view(pictures: readonly PooledBuffer[]): Pick<Frame, "planes" | "scaled">;
}

/** What is read of a frame of which nobody wants the planes. */
const NO_PLANES: Planes = planesFrom(new Uint8Array(0), 0, 0);

/**
 * What ffmpeg is to make of the frames of a source: what is wanted, as far as it can do it.
 *
 * @param source The source.
 * @param wishes What is wanted.
 * @returns The forms.
 */
export function frameFormsFor(
  { width, height, colour }: FrameSource,
  { scaledFor, isWhole = true, hasLuma = true }: Wishes,
): FrameForms {
  const plan = scaledFor && scalePlanFor({ width, height }, colour, scaledFor);
  const planes = {
    filters: [""],
    byteLengths: [planesByteLength(width, height)],
    view: ([whole]: readonly PooledBuffer[]) => (
      { planes: planesFrom(new Uint8Array(whole!.buffer), width, height) }
    ),
  };
  if (!plan) return planes;
  const { input, left, top, picture } = plan;
  const luma = hasLuma ? plan.luma : undefined;
  const bytesOf = ({ width, height }: Size, planes: number) => 2 * planes * width * height;
  const offset = isWhole ? 1 : 0;
  return {
    filters: [
      ...(isWhole ? planes.filters : []),
      plan.pictureFilters,
      ...(luma ? [plan.lumaFilters] : []),
    ],
    byteLengths: [
      ...(isWhole ? planes.byteLengths : []),
      bytesOf(picture, 3),
      ...(luma ? [bytesOf(luma, 1)] : []),
    ],
    view(pictures) {
      const valuesOf = (form: number) => new Uint16Array(pictures[offset + form]!.buffer);
      return {
        planes: isWhole ? planes.view(pictures).planes : NO_PLANES,
        scaled: {
          ...{ input, left, top },
          picture: { ...picture, data: valuesOf(0) },
          ...(luma && { luma: { ...luma, data: valuesOf(1) } }),
        },
      };
    },
  };
}
