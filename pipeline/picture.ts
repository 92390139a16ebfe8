import type { Colour } from "./colour.ts";
import type { InputSpec } from "./detector.ts";
import type { Fit } from "./fit.ts";
import type { Planes } from "./planes.ts";
import type { Sieve } from "./sieve.ts";

/** A picture of which a session makes the network's input by itself, where the network runs. */
export interface Picture {
  /** The pixels: they must stay as they are until the network has answered. */
  readonly planes: Planes;
  /** What their numbers mean. */
  readonly colour: Pick<Colour, "matrix" | "range">;
  /** What the network wants. */
  readonly input: InputSpec;
  /** How pixels are read where tensor and picture differ in size, as `letterbox` says. */
  readonly resampler: "bilinear" | "area";
  /** How the picture lies in each of the tensors that are made of it. */
  readonly fits: readonly Fit[];
  /** What of the outputs may be left out; all are wanted where it is absent. */
  readonly sieves?: readonly Sieve[];
}
