import type { Detector, InputSpec } from "../../pipeline/detector.ts";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import { NUMBERS_PER_ANCHOR } from "../_anchors.ts";
import {
  blazeface,
  BLAZEFACE_VARIANTS,
  blazefaceAnchors,
  type BlazefaceVariant,
} from "../blazeface.ts";
import type { OnnxFacts, OnnxValue } from "../importers/onnx.ts";

/** How many numbers an anchor has in each of the two outputs. */
const COLUMNS = [16, 1];

/**
 * The BlazeFace that a network is, told from the shapes of its input and outputs. Conversions of the
 * older files give each grid of anchors by itself, which is told too.
 *
 * @param name What the model is called.
 * @param facts What its file tells.
 * @returns The detector; `undefined` if it is none.
 */
export function blazefaceFor(name: string, facts: OnnxFacts): Detector | undefined {
  for (const variant of Object.keys(BLAZEFACE_VARIANTS) as BlazefaceVariant[]) {
    const layout = inputLayoutOf(facts, variant);
    if (!layout || facts.inputs.length !== 1) continue;
    const { grids } = BLAZEFACE_VARIANTS[variant];
    const anchors = blazefaceAnchors(variant).length / NUMBERS_PER_ANCHOR;
    const detector = blazeface({ variant, name, layout });
    if (hasOutputs(facts, [anchors])) return detector;
    const parts = grids.map(({ cells, anchors }) => cells ** 2 * anchors);
    if (hasOutputs(facts, parts)) {
      return {
        ...detector,
        decode: (outputs, minConfidence) => detector.decode(joined(outputs), minConfidence),
      };
    }
  }
  return undefined;
}

/** The layout of the input if its size is this BlazeFace's. */
function inputLayoutOf(
  { inputs }: OnnxFacts,
  variant: BlazefaceVariant,
): InputSpec["layout"] | undefined {
  const { size } = BLAZEFACE_VARIANTS[variant];
  switch (tailOf(inputs[0]?.dims ?? [])) {
    case `3,${size},${size}`:
      return "nchw";
    case `${size},${size},3`:
      return "nhwc";
    default:
      return undefined;
  }
}

/** Whether there are two outputs for each of so many anchors, and no others. */
function hasOutputs({ outputs }: OnnxFacts, parts: readonly number[]): boolean {
  const told = outputs.map(({ dims }) => tailOf(dims)).toSorted();
  const wanted = parts.flatMap((anchors) => COLUMNS.map((columns) => `${anchors},${columns}`));
  return told.join(" ") === wanted.toSorted().join(" ");
}

/** The outputs of all grids together, the finest first. */
function joined(outputs: Outputs): Outputs {
  return Object.fromEntries(COLUMNS.map((columns) => {
    const parts = Object.values(outputs).filter(({ dims }) => dims.at(-1) === columns)
      .toSorted((a, b) => b.data.length - a.data.length);
    const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    let start = 0;
    for (const part of parts) {
      data.set(part.data, start);
      start += part.data.length;
    }
    const tensor: Tensor = { dims: [1, data.length / columns, columns], data };
    return [String(columns), tensor];
  }));
}

/** The dimensions behind the batch, which may be 1 or free. */
function tailOf([batch, ...dims]: OnnxValue["dims"]): string {
  return batch === undefined || batch === 1 ? dims.join() : `a batch of ${batch}`;
}
