import type { Detector, InputSpec } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import { NUMBERS_PER_ANCHOR } from "./_anchors.ts";
import {
  blazeface,
  BLAZEFACE_VARIANTS,
  blazefaceAnchors,
  type BlazefaceVariant,
} from "./blazeface.ts";
import type { OnnxFacts, OnnxValue } from "./importers/onnx.ts";

/**
 * The detector that a network is for, told from the shapes of its input and outputs.
 *
 * @throws {ModelError} If no known detector has such.
 */
export function recognised(name: string, facts: OnnxFacts): Detector {
  for (const variant of Object.keys(BLAZEFACE_VARIANTS) as BlazefaceVariant[]) {
    const layout = blazefaceLayoutOf(facts, variant);
    if (layout) return blazeface({ variant, name, layout });
  }
  throw new ModelError(
    `Cannot use the model "${name}": no known detector has inputs of ${shapesOf(facts.inputs)} ` +
      `and outputs of ${shapesOf(facts.outputs)}`,
  );
}

/** The layout of the input if the network is this BlazeFace. */
function blazefaceLayoutOf(
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

function shapesOf(values: readonly OnnxValue[]): string {
  return values.map(({ dims }) => `[${dims.map((size) => size ?? "?")}]`).join(" and ") ||
    "nothing";
}
