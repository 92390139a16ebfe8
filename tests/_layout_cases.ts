/**
 * Networks that always say the same, one for each layout, and what they say. What it means was worked
 * out by tests/reference/layouts_numpy.py.
 *
 * @module
 */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  ModelProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import type { Outputs } from "../pipeline/tensor.ts";

/** An output, its numbers, and their type in ONNX's words. */
export interface CaseOutput {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: readonly number[];
}

/** A network of one layout. */
export interface LayoutCase {
  readonly layout: string;
  readonly size: readonly [width: number, height: number];
  /** How many classes its shapes tell. */
  readonly classes: number | null;
  readonly minConfidence: number;
  readonly outputs: readonly CaseOutput[];
  /** What is in the picture, in input pixels. */
  readonly objects: readonly {
    readonly box: readonly [number, number, number, number];
    readonly confidence: number;
    readonly classId: number;
    readonly points?: readonly (readonly [number, number])[];
  }[];
  /** What its card has to tell. */
  readonly card?: { readonly layout: string };
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether it takes the size to which boxes refer. */
  readonly sizeInput?: true;
  readonly inputType?: string;
  readonly order?: "nhwc";
}

/** All of them. */
export const LAYOUT_CASES: readonly LayoutCase[] = JSON.parse(
  await Deno.readTextFile(new URL("fixtures/layouts/cases.json", import.meta.url)),
);

/** The numbers of a case, as if its network had given them. */
export function outputsOf({ outputs }: LayoutCase): Outputs {
  return Object.fromEntries(
    outputs.map(({ name, dims, data }) => [name, { dims, data: Float32Array.from(data) }]),
  );
}

type Dim = number | string;

function typeNamed(name: string): TensorProto_DataType {
  return TensorProto_DataType[name.toUpperCase() as keyof typeof TensorProto_DataType];
}

function valueInfo(
  name: string,
  type: string,
  dims: readonly Dim[],
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => ({
    value: typeof size === "string"
      ? { case: "dimParam" as const, value: size }
      : { case: "dimValue" as const, value: BigInt(size) },
  }));
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: typeNamed(type), shape: { dim } } } },
  };
}

function constantOf(
  { name, dims, type, data }: CaseOutput,
): MessageInitShape<typeof TensorProtoSchema> {
  const numbers = { FLOAT: Float32Array, FLOAT16: Float16Array, INT64: BigInt64Array } as const;
  const List = numbers[type.toUpperCase() as keyof typeof numbers];
  const values = List === BigInt64Array
    ? BigInt64Array.from(data, BigInt)
    : (List as typeof Float32Array).from(data);
  return {
    name: `${name} told`,
    dims: dims.map(BigInt),
    dataType: typeNamed(type),
    rawData: new Uint8Array(values.buffer),
  };
}

/** How a case's network is exported, where not as the case says. */
export interface ExportOptions {
  /** Whether all that is `float` has half precision. */
  readonly isHalf?: boolean;
  /** Whether the sizes of its input and the lengths of its outputs are left free. */
  readonly isFree?: boolean;
}

/** The network of a case, as the bytes of an ONNX file. */
export function networkOf(
  { layout, size: [width, height], outputs, metadata = {}, sizeInput, inputType = "float", order }:
    LayoutCase,
  { isHalf = false, isFree = false }: ExportOptions = {},
): Uint8Array<ArrayBuffer> {
  const typeOf = (type: string) => isHalf && type === "float" ? "float16" : type;
  const sides: Dim[] = isFree ? ["height", "width"] : [height, width];
  const given = outputs.map((one) => ({ ...one, type: typeOf(one.type) }));
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: 13n }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "case",
      node: given.map(({ name }) => ({
        opType: "Identity",
        input: [`${name} told`],
        output: [name],
      })),
      initializer: given.map(constantOf),
      input: [
        valueInfo("images", typeOf(inputType), order ? [1, ...sides, 3] : [1, 3, ...sides]),
        ...sizeInput ? [valueInfo("orig_target_sizes", "int64", [1, 2])] : [],
      ],
      output: given.map((one) =>
        valueInfo(one.name, one.type, isFree ? freed(one, layout) : one.dims)
      ),
    },
  });
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

/** The axes that follow from the size of the input, where it is not the one behind the batch. */
const FREE_AXES: Readonly<Record<string, readonly number[]>> = {
  "yolov3-grids": [2, 3],
  "yolov4-grids": [2, 3],
  "yolov5-grids": [2, 3],
  "yolov7-grids": [2, 3],
  yolov8: [2],
};

/** The sizes with those free that follow from the size of the input. */
function freed({ dims, name }: CaseOutput, layout: string): Dim[] {
  const axes = FREE_AXES[layout] ?? [dims[0] === 1 ? 1 : 0];
  return dims.map((size, axis) => axes.includes(axis) ? `${name} ${axis}` : size);
}
