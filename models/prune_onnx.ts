import { toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import { ModelError } from "../pipeline/errors.ts";
import { readOnnx } from "./importers/onnx.ts";
import { checkPruneOptions, type PruneOptions } from "./prune.ts";
import { chooseSets, type ScaledLayer } from "./pruning/choose_channels.ts";
import { countOf, type Kept, keptWeights } from "./pruning/cut_weights.ts";
import type { LayerScales } from "./pruning/inspect_gammas.ts";
import { onnxChannelSetsOf } from "./pruning/onnx_channel_sets.ts";
import { attributeOf, numbersOf, type OnnxConvolution, setNumbers } from "./pruning/onnx_layers.ts";

/** What pruning left of a convolution of an ONNX network. */
export interface PrunedOnnxLayer {
  /** The name of the convolution in the file, or of its result. */
  readonly name: string;
  /** How many filters are left. */
  readonly kept: number;
  /** How many there were. */
  readonly total: number;
}

/** A pruned ONNX network. */
export interface PrunedOnnx {
  /** The bytes of an `.onnx` file of what is left. */
  readonly network: Uint8Array<ArrayBuffer>;
  /** Its convolutions. */
  readonly layers: readonly PrunedOnnxLayer[];
}

/**
 * Prunes the channels of an ONNX network that matter least, as `prune` does for a Darknet one. The
 * batch normalisations must be operators of their own: an exporter that folds them into the
 * convolutions leaves nothing to go by.
 *
 * Where channels are followed by operators that are not understood, such as a Reshape or a Slice, they
 * are kept.
 *
 * @param bytes The bytes of an `.onnx` file.
 * @param options How much is pruned; what removed channels gave is dropped.
 * @returns What is left.
 * @throws {RangeError} If an option makes no sense.
 * @throws {ModelError} If the file is damaged, or has no batch normalisation that can be cut.
 */
export function pruneOnnx(
  bytes: Uint8Array,
  { ratio, floor = 0.1, iterations = 1, multiple = 1 }: Omit<PruneOptions, "compensate">,
): PrunedOnnx {
  checkPruneOptions({ ratio, floor, iterations, multiple });
  const { model, graph } = readOnnx(bytes);
  if (graph.node.some(({ attribute }) => attribute.some(({ g, graphs }) => g || graphs.length))) {
    throw new ModelError("Cannot prune the ONNX file: it holds branches or loops");
  }
  const totals = onnxChannelSetsOf(graph).convolutions.map(({ filters }) => filters);
  for (let i = 0; i < iterations; i++) pruneOnce(graph, { ratio, floor, multiple });
  const layers = onnxChannelSetsOf(graph).convolutions.map((convolution, i) => ({
    name: nameOf(convolution),
    kept: convolution.filters,
    total: totals[i] ?? convolution.filters,
  }));
  return { network: new Uint8Array(toBinary(ModelProtoSchema, model)), layers };
}

function pruneOnce(
  graph: GraphProto,
  options: Required<Pick<PruneOptions, "ratio" | "floor" | "multiple">>,
): void {
  const { convolutions, ofValues, fixed } = onnxChannelSetsOf(graph);
  const setsOf = (name = "") => ofValues.get(name) ?? [];
  const scaled = convolutions.flatMap(({ node, batchNorm }): ScaledLayer[] => {
    const [scales] = batchNorm?.learnt ?? [];
    return scales ? [{ scales: numbersOf(scales), sets: setsOf(node.output[0]) }] : [];
  });
  if (scaled.length === 0) {
    throw new ModelError(
      "Cannot prune the ONNX file: there is no batch normalisation behind a convolution",
    );
  }
  const kept = chooseSets(scaled, fixed, options);
  const maskOf = (name = "") => setsOf(name).map((set) => kept.has(set));
  for (const convolution of convolutions) {
    const { input: [source], output: [result] } = convolution.node;
    cut(convolution, { inputs: maskOf(source), outputs: maskOf(result) });
  }
  const weights = new Map(graph.initializer.map(({ name, dims }) => [name, dims]));
  // Old files list their weights among the inputs.
  for (const { name, type } of [...graph.valueInfo, ...graph.input]) {
    const dims = type?.value.case === "tensorType" ? type.value.value.shape?.dim : undefined;
    const mask = maskOf(name);
    for (const [axis, dim] of dims?.entries() ?? []) {
      const channels = axis === 1 && mask.length > 0 ? BigInt(countOf(mask)) : undefined;
      const value = weights.get(name)?.[axis] ?? channels;
      if (value !== undefined) dim.value = { case: "dimValue", value };
    }
  }
}

/** Cuts what a convolution and its batch normalisation have learnt. */
function cut(convolution: OnnxConvolution, kept: Kept): void {
  const { node, weights, bias, batchNorm, groups, channelsPerGroup } = convolution;
  const [, , ...window] = weights.dims.map(Number);
  const filters = countOf(kept.outputs);
  const isByChannel = groups > 1 && channelsPerGroup === 1;
  const numbers = keptWeights(convolution, numbersOf(weights), kept);
  const area = window.reduce((product, size) => product * size, 1);
  setNumbers(weights, numbers, [filters, numbers.length / filters / area, ...window]);
  for (const list of [...bias ? [bias] : [], ...batchNorm?.learnt ?? []]) {
    const left = numbersOf(list).filter((_, filter) => kept.outputs[filter]);
    setNumbers(list, left, [left.length]);
  }
  const group = attributeOf(node, "group");
  if (group && isByChannel) group.i = BigInt(countOf(kept.inputs));
}

/**
 * The scales of an ONNX network's batch normalisations that stand behind convolutions.
 *
 * @param bytes The bytes of an `.onnx` file.
 * @returns The scales of each, by the name of the convolution.
 * @throws {ModelError} If the file is damaged.
 */
export function onnxScales(bytes: Uint8Array): LayerScales[] {
  return onnxChannelSetsOf(readOnnx(bytes).graph).convolutions.flatMap((convolution) => {
    const [scales] = convolution.batchNorm?.learnt ?? [];
    return scales ? [{ layer: nameOf(convolution), scales: numbersOf(scales) }] : [];
  });
}

function nameOf({ node }: OnnxConvolution): string {
  return node.name || (node.output[0] ?? "");
}
