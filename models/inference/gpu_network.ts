import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
} from "onnx-buf";

/** From this version of ONNX's operators on, Pad reads its widths from a tensor. */
const TENSOR_PADS_SINCE = 11n;

/**
 * The network as the WebGPU runtime computes it rightly.
 *
 * onnxruntime-web 1.30 gives wrong numbers, without a word, for each convolution of more than one
 * pixel, or that moves by more than one, whose channels in are a multiple of 3 but neither 3 nor a
 * multiple of 4, while those out are a multiple of 4 (a shader that reads three channels at a time;
 * microsoft/onnxruntime, issue 29651). Such a convolution gets empty channels more, up to a multiple
 * of 4; they change no result.
 *
 * @param network The bytes of an ONNX file.
 * @returns The bytes of one that says the same; the very same where nothing has to be changed, or
 * where it cannot be read.
 */
export function networkForGpu(network: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, network);
  } catch {
    return network; // The runtime says what is wrong with it.
  }
  const { graph } = model;
  if (!graph) return network;
  const dims = new Map(graph.initializer.map((one) => [one.name, one.dims.map(Number)]));
  const channelsByConv = new Map<NodeProto, number>();
  for (const node of graph.node) {
    const [out = 0, channels = 0, ...kernel] = dims.get(node.input[1] ?? "") ?? [];
    if (isMiscomputed(node, { out, channels, kernel })) channelsByConv.set(node, channels);
  }
  if (channelsByConv.size === 0) return network;
  const version = model.opsetImport.find(({ domain }) => domain === "")?.version ?? 1n;
  graph.node = graph.node.flatMap((node, place) => {
    const channels = channelsByConv.get(node);
    if (channels === undefined) return [node];
    const rank = dims.get(node.input[1] ?? "")?.length ?? 0;
    // Channels stand behind the batch in the picture, and behind the filters in the weights.
    const pads = new Array<number>(2 * rank).fill(0).with(rank + 1, 4 - channels % 4);
    const padded = [0, 1].map((input) =>
      padNode(node.input[input] ?? "", `padded_for_gpu_${place}_${input}`, pads, version)
    );
    if (version >= TENSOR_PADS_SINCE) {
      graph.initializer.push(...padded.map(({ input }) => padsTensor(input[1] ?? "", pads)));
    }
    const [picture, weights] = padded.map(({ output }) => output[0] ?? "");
    node.input.splice(0, 2, picture!, weights!);
    return [...padded, node];
  });
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

/** What the weights of a convolution tell. */
interface Filters {
  readonly out: number;
  /** How many channels each filter reads. */
  readonly channels: number;
  readonly kernel: readonly number[];
}

function isMiscomputed(node: NodeProto, { out, channels, kernel }: Filters): boolean {
  if (node.opType !== "Conv") return false;
  const ints = (name: string) => node.attribute.find((one) => one.name === name)?.ints ?? [];
  const groups = node.attribute.find(({ name }) => name === "group")?.i ?? 1n;
  // These are computed as a product of matrices, by another shader.
  const isPointwise = kernel.every((size) => size === 1) &&
    ints("strides").every((stride) => stride === 1n) && ints("pads").every((pad) => pad === 0n);
  return groups === 1n && !isPointwise && channels > 3 && channels % 3 === 0 &&
    channels % 4 !== 0 && out % 4 === 0;
}

/** A node that adds zeros. */
function padNode(
  input: string,
  output: string,
  pads: readonly number[],
  version: bigint,
): NodeProto {
  const { STRING, INTS } = AttributeProto_AttributeType;
  const mode = create(AttributeProtoSchema, {
    name: "mode",
    type: STRING,
    s: new TextEncoder().encode("constant"),
  });
  const isTensor = version >= TENSOR_PADS_SINCE;
  const widths = create(AttributeProtoSchema, {
    name: "pads",
    type: INTS,
    ints: pads.map(BigInt),
  });
  return create(NodeProtoSchema, {
    opType: "Pad",
    name: output,
    input: isTensor ? [input, `${output}_widths`] : [input],
    output: [output],
    attribute: isTensor ? [mode] : [mode, widths],
  });
}

function padsTensor(name: string, pads: readonly number[]) {
  return create(TensorProtoSchema, {
    name,
    dims: [BigInt(pads.length)],
    dataType: TensorProto_DataType.INT64,
    int64Data: pads.map(BigInt),
  });
}
