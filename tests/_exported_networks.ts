/**
 * A Darknet network as other programs would have exported it: with its boxes worked out inside, with
 * suppression, with half precision, or fed bytes.
 *
 * @module
 */

import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { DarknetNetwork } from "../models/darknet/network.ts";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";

const { FLOAT, FLOAT16, INT64, UINT8 } = TensorProto_DataType;

/** More objects than the networks with suppression inside give. */
const MAX_OBJECTS = 300;

/** Adds operators to a network that is there already. */
class Extension {
  readonly model: ModelProto;
  #count = 0;

  constructor(network: Uint8Array<ArrayBuffer>) {
    this.model = fromBinary(ModelProtoSchema, network);
  }

  get graph() {
    return this.model.graph!;
  }

  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    output = `added_${this.#count++}`,
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]): AttributeProto =>
      typeof value === "number"
        ? create(AttributeProtoSchema, {
          name,
          type: AttributeProto_AttributeType.INT,
          i: BigInt(value),
        })
        : create(AttributeProtoSchema, {
          name,
          type: AttributeProto_AttributeType.INTS,
          ints: value.map(BigInt),
        })
    );
    this.graph.node.push(
      create(NodeProtoSchema, { opType, input: [...input], output: [output], attribute }),
    );
    return output;
  }

  floats(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant(dims, { dataType: FLOAT, floatData: [...values] });
  }

  wholes(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant(dims, { dataType: INT64, int64Data: values.map(BigInt) });
  }

  #constant(dims: readonly number[], data: MessageInitShape<typeof TensorProtoSchema>): string {
    const name = `added_constant_${this.#count++}`;
    this.graph.initializer.push(
      create(TensorProtoSchema, { ...data, name, dims: dims.map(BigInt) }),
    );
    return name;
  }

  slice(value: string, axis: number, start: number, end: number): string {
    return this.node("Slice", [value, ...[[start], [end], [axis]].map((one) => this.wholes(one))]);
  }

  written(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(toBinary(ModelProtoSchema, this.model));
  }
}

function info(
  name: string,
  elemType: TensorProto_DataType,
  dims: readonly number[],
): ValueInfoProto {
  const dim = dims.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } },
  });
}

/**
 * The values of all boxes, `[1, anchors, 5 + classes]`: middle and size in input pixels, and the
 * confidences (Redmon and Farhadi, "YOLOv3", 2018, section 2.1).
 */
function boxesOf(net: Extension, { input: [, height, width], layers }: DarknetNetwork) {
  let anchors = 0;
  let columns = 0;
  const heads = layers.flatMap((layer, index) => {
    if (layer.kind !== "yolo") return [];
    const info = net.graph.output.find(({ name }) => name === `yolo_${index}`)!;
    const shape = info.type!.value.case === "tensorType" ? info.type!.value.value.shape!.dim : [];
    const [, , rows, cols] = shape.map(({ value }) => Number(value.value));
    const cells = rows! * cols!;
    columns = 5 + layer.classes;
    const all = net.node("Reshape", [
      net.node("Transpose", [
        net.node("Reshape", [info.name, net.wholes([1, 3, columns, cells])]),
      ], { perm: [0, 1, 3, 2] }),
      net.wholes([1, 3 * cells, columns]),
    ]);
    const places = [0, 1, 2].flatMap(() =>
      Array.from({ length: cells }, (_, cell) => [cell % cols!, Math.floor(cell / cols!)]).flat()
    );
    const sizes = layer.anchors.flatMap((anchor) => Array(cells).fill(anchor).flat());
    const { scaleXY } = layer;
    const within = net.node("Sub", [
      net.node("Mul", [net.node("Sigmoid", [net.slice(all, 2, 0, 2)]), net.floats([scaleXY])]),
      net.floats([(scaleXY - 1) / 2]),
    ]);
    anchors += 3 * cells;
    return net.node("Concat", [
      net.node("Mul", [
        net.node("Add", [within, net.floats(places, [1, 3 * cells, 2])]),
        net.floats([width! / cols!, height! / rows!]),
      ]),
      net.node("Mul", [
        net.node("Exp", [net.slice(all, 2, 2, 4)]),
        net.floats(sizes, [1, 3 * cells, 2]),
      ]),
      net.node("Sigmoid", [net.slice(all, 2, 4, columns)]),
    ], { axis: 2 });
  });
  return { boxes: net.node("Concat", heads, { axis: 1 }), anchors, columns };
}

/** With the boxes worked out, as YOLOv5 exports them. */
export function asYolov5(network: DarknetNetwork): Uint8Array<ArrayBuffer> {
  const net = new Extension(onnxFromDarknet(network));
  const { boxes, anchors, columns } = boxesOf(net, network);
  net.node("Identity", [boxes], {}, "output0");
  net.graph.output = [info("output0", FLOAT, [1, anchors, columns])];
  return net.written();
}

/** The boxes left after suppression: corners, confidences and classes, `[objects, n]`. */
function suppressedIn(net: Extension, network: DarknetNetwork) {
  const { boxes, columns } = boxesOf(net, network);
  const middle = net.slice(boxes, 2, 0, 2);
  const half = net.node("Mul", [net.slice(boxes, 2, 2, 4), net.floats([0.5])]);
  const corners = net.node("Concat", [
    net.node("Sub", [middle, half]),
    net.node("Add", [middle, half]),
  ], { axis: 2 });
  const confidences = net.node("Transpose", [
    net.node("Mul", [net.slice(boxes, 2, 4, 5), net.slice(boxes, 2, 5, columns)]),
  ], { perm: [0, 2, 1] });
  const chosen = net.node("NonMaxSuppression", [
    corners,
    confidences,
    net.wholes([100]),
    net.floats([0.45]),
    net.floats([0.25]),
  ]);
  const [ids, places] = [net.slice(chosen, 1, 1, 2), net.slice(chosen, 1, 2, 3)];
  const first = net.wholes([0]);
  return {
    corners: net.node("GatherND", [net.node("Squeeze", [corners, first]), places]),
    confidences: net.node("Unsqueeze", [
      net.node("GatherND", [
        net.node("Squeeze", [confidences, first]),
        net.node("Concat", [ids, places], { axis: 1 }),
      ]),
      net.wholes([1]),
    ]),
    ids,
  };
}

/** With suppression inside, and rows of zeros behind the objects, as YOLOv10 exports them. */
export function asYolov10(network: DarknetNetwork): Uint8Array<ArrayBuffer> {
  const net = new Extension(onnxFromDarknet(network));
  const { corners, confidences, ids } = suppressedIn(net, network);
  const rows = net.node("Concat", [
    corners,
    confidences,
    net.node("Cast", [ids], { to: FLOAT }),
  ], { axis: 1 });
  const filled = net.node("Concat", [
    rows,
    net.floats(Array(MAX_OBJECTS * 6).fill(0), [MAX_OBJECTS, 6]),
  ], { axis: 0 });
  net.node(
    "Unsqueeze",
    [net.slice(filled, 0, 0, MAX_OBJECTS), net.wholes([0])],
    {},
    "output0",
  );
  net.graph.output = [info("output0", FLOAT, [1, MAX_OBJECTS, 6])];
  return net.written();
}

/** With three outputs and the size to which boxes refer, as RT-DETR exports them. */
export function asRtDetr(network: DarknetNetwork): Uint8Array<ArrayBuffer> {
  const net = new Extension(onnxFromDarknet(network));
  const { corners, confidences, ids } = suppressedIn(net, network);
  const [, height, width] = network.input;
  const size = net.node("Cast", ["orig_target_sizes"], { to: FLOAT });
  const sizes = net.node("Concat", [size, size], { axis: 1 });
  const parts = net.node("Div", [corners, net.floats([width!, height!, width!, height!])]);
  const first = net.wholes([0]);
  net.node("Unsqueeze", [net.node("Mul", [parts, sizes]), first], {}, "boxes");
  net.node("Transpose", [confidences], { perm: [1, 0] }, "scores");
  net.node("Transpose", [ids], { perm: [1, 0] }, "labels");
  net.graph.input.push(info("orig_target_sizes", INT64, [1, 2]));
  net.graph.output = [
    freed(info("labels", INT64, [1, 0])),
    freed(info("boxes", FLOAT, [1, 0, 4])),
    freed(info("scores", FLOAT, [1, 0])),
  ];
  return net.written();
}

/** Leaves the number of objects free. */
function freed(value: ValueInfoProto): ValueInfoProto {
  const shape = value.type?.value.case === "tensorType" ? value.type.value.value.shape : undefined;
  shape!.dim[1]!.value = { case: "dimParam", value: "objects" };
  return value;
}

/** Fed bytes, channels last, with suppression inside, as TensorFlow's Object Detection exports them. */
export function asTensorflow(network: DarknetNetwork): Uint8Array<ArrayBuffer> {
  const net = new Extension(onnxFromDarknet(network));
  const { corners, confidences, ids } = suppressedIn(net, network);
  const [, height, width] = network.input;
  const [x1, y1, x2, y2] = [0, 1, 2, 3].map((i) => net.slice(corners, 1, i, i + 1));
  const turned = net.node("Concat", [y1!, x1!, y2!, x2!], { axis: 1 });
  const parts = net.node("Div", [turned, net.floats([height!, width!, height!, width!])]);
  const first = net.wholes([0]);
  net.node("Unsqueeze", [parts, first], {}, "detection_boxes");
  net.node("Transpose", [confidences], { perm: [1, 0] }, "detection_scores");
  const numbers = net.node("Add", [net.node("Cast", [ids], { to: FLOAT }), net.floats([1])]);
  net.node("Transpose", [numbers], { perm: [1, 0] }, "detection_classes");
  const count = net.node("Slice", [net.node("Shape", [ids]), net.wholes([0]), net.wholes([1])]);
  net.node("Cast", [count], { to: FLOAT }, "num_detections");
  const picture = net.graph.input[0]!;
  const { graph } = net;
  for (const node of graph.node) {
    node.input = node.input.map((name) => name === picture.name ? "fed" : name);
  }
  net.node(
    "Transpose",
    [
      net.node("Div", [net.node("Cast", [picture.name], { to: FLOAT }), net.floats([255])]),
    ],
    { perm: [0, 3, 1, 2] },
    "fed",
  );
  graph.node = [...graph.node.splice(-3), ...graph.node]; // What comes first stands first.
  graph.input = [info(picture.name, UINT8, [1, height!, width!, 3])];
  graph.output = [
    freed(info("detection_boxes", FLOAT, [1, 0, 4])),
    freed(info("detection_scores", FLOAT, [1, 0])),
    freed(info("detection_classes", FLOAT, [1, 0])),
    info("num_detections", FLOAT, [1]),
  ];
  return net.written();
}

/** Which operators read numbers that stay at 32 bits: the scales of Resize. */
function keptIn(nodes: readonly NodeProto[]): Set<string> {
  return new Set(nodes.flatMap(({ opType, input }) => opType === "Resize" ? input.slice(1) : []));
}

/** With half precision from end to end. */
export function asHalf(network: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { model, graph } = new Extension(network);
  const kept = keptIn(graph.node);
  for (const tensor of graph.initializer) {
    if (tensor.dataType !== FLOAT || kept.has(tensor.name)) continue;
    const values = tensor.rawData.length > 0
      ? new Float32Array(tensor.rawData.slice().buffer)
      : Float32Array.from(tensor.floatData);
    tensor.dataType = FLOAT16;
    tensor.floatData = [];
    tensor.rawData = new Uint8Array(Float16Array.from(values).buffer);
  }
  for (const { type } of [...graph.input, ...graph.output, ...graph.valueInfo]) {
    if (type?.value.case === "tensorType" && type.value.value.elemType === FLOAT) {
      type.value.value.elemType = FLOAT16;
    }
  }
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}
