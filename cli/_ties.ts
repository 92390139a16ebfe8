import type { Detector } from "../pipeline/detector.ts";
import type { Detected } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { blend } from "../stages/blend.ts";
import { blendOverTime } from "../stages/blend_over_time.ts";
import { suppress } from "../stages/suppress.ts";
import type { RunOptions } from "./_run_options.ts";

const STAGES = { blend, suppress, "blend-over-time": blendOverTime } as const;

/**
 * The stage that resolves ties as the user asks for it, else as the model's authors recommend; for a
 * network that leaves none, the one that holds the number of objects.
 */
export function tiesFor(
  { ties, iou, maxDet }: Pick<RunOptions, "ties" | "iou" | "maxDet">,
  { defaults, isEndToEnd }: Pick<Detector, "defaults" | "isEndToEnd">,
): MeteredStage<Detected, Detected> {
  const maxDetections = maxDet ?? defaults.maxDetections;
  if (isEndToEnd) return suppress({ iou: 1, maxDetections }); // No two overlap by more than that.
  return STAGES[ties]({ iou: iou ?? defaults.iou, maxDetections });
}
