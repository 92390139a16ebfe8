import type { Resampler } from "../../../stages/sampling/tensor_maker.ts";
import type { FrameReading } from "./frame_reading.ts";
import type { Perturbations } from "./perturbations.ts";
import type { TieMethod } from "./tie_methods.ts";

/** What was read in a clip. */
export interface StudyClip {
  /** Its name. */
  readonly name: string;
  /** The readings of each method, by how frames were read. */
  readonly resamplers: Readonly<Record<Resampler, readonly (readonly FrameReading[])[]>>;
}

export function studyReport(
  model: string,
  clips: readonly StudyClip[],
  { methods, perturbations }: {
    readonly methods: readonly TieMethod[];
    readonly perturbations: Perturbations;
  },
): string {
  return `${model} ${clips.length} ${methods.length} ${perturbations.all.length}\n`;
}
