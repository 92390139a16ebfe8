import type { Detector, InputSpec } from "../../pipeline/detector.ts";
import { NUMBERS_PER_ANCHOR } from "../_anchors.ts";
import {
  blazeface,
  BLAZEFACE_VARIANTS,
  blazefaceAnchors,
  type BlazefaceVariant,
} from "../blazeface.ts";
import type { OnnxFacts, OnnxValue } from "../importers/onnx.ts";

/**
 * The BlazeFace that a network is, told from the shapes of its input and outputs.
 *
 * @param name What the model is called.
 * @param facts What its file tells.
 * @returns The detector; `undefined` if it is none.
 */
export function blazefaceFor(name: string, facts: OnnxFacts): Detector | undefined {
  for (const variant of Object.keys(BLAZEFACE_VARIANTS) as BlazefaceVariant[]) {
    const layout = inputLayoutOf(facts, variant);
    if (layout) return blazeface({ variant, name, layout });
  }
  return undefined;
}

/** The layout of the input if the network is this BlazeFace. */
function inputLayoutOf(
  { inputs, outputs }: OnnxFacts,
  variant: BlazefaceVariant,
): InputSpec["layout"] | undefined {
  const { size } = BLAZEFACE_VARIANTS[variant];
  const anchors = blazefaceAnchors(variant).length / NUMBERS_PER_ANCHOR;
  const told = outputs.map(({ dims }) => tailOf(dims)).toSorted();
  const wanted = [[anchors, 16], [anchors, 1]].map(String).toSorted();
  if (inputs.length !== 1 || told.join(" ") !== wanted.join(" ")) return undefined;
  switch (tailOf(inputs[0]?.dims ?? [])) {
    case `3,${size},${size}`:
      return "nchw";
    case `${size},${size},3`:
      return "nhwc";
    default:
      return undefined;
  }
}

/** The dimensions behind the batch, which may be 1 or free. */
function tailOf([batch, ...dims]: OnnxValue["dims"]): string {
  return batch === undefined || batch === 1 ? dims.join() : `a batch of ${batch}`;
}
