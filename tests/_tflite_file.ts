/**
 * Makes small TFLite files with flatbuffers' own writer; the numbers are those of TFLite's schema.
 *
 * @module
 */

import { Builder } from "flatbuffers";

/** The types of tensors that are written. */
const TYPES = { FLOAT32: 0, FLOAT16: 1, INT32: 2, INT8: 9 } as const;

/** A stored dimension: its size if dense, else where its entries begin and lie. */
export type Level = number | {
  readonly segments: readonly number[];
  readonly indices: readonly number[];
  /** The width of the numbers in both lists. */
  readonly bits: 8 | 16 | 32;
};

/** A tensor to be written. */
export interface TensorOptions {
  readonly shape: readonly number[];
  readonly type?: keyof typeof TYPES;
  /** Its numbers, if it is a constant. */
  readonly data?: Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly sparsity?: {
    readonly traversalOrder: readonly number[];
    readonly blockMap: readonly number[];
    readonly levels: readonly Level[];
  };
}

/** An operator to be written. */
export interface OperatorOptions {
  /** Its number in `BuiltinOperator`. */
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Its options, by the number of the field: a byte or an `int`. */
  readonly options?: readonly {
    readonly field: number;
    readonly type: "byte" | "int";
    readonly value: number;
  }[];
}

/** A network to be written. */
export interface TfliteOptions {
  readonly tensors: readonly TensorOptions[];
  readonly operators: readonly OperatorOptions[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The bytes of a `.tflite` file; tensor `i` is named `ti`. */
export function tfliteFile({ tensors, operators, inputs, outputs }: TfliteOptions): Uint8Array {
  const b = new Builder(1024);
  const buffers = tensors.map(({ data }) => {
    const bytes = data && bytesVector(b, new Uint8Array(data.buffer));
    return table(b, 1, () => bytes !== undefined && b.addFieldOffset(0, bytes, 0));
  });
  const tables = tensors.map((tensor, i) => tensorTable(b, tensor, i));
  const codes = operators.map(({ code }) =>
    table(b, 4, () => {
      b.addFieldInt8(0, Math.min(code, 127), 0);
      b.addFieldInt32(3, code, 0);
    })
  );
  const nodes = operators.map((operator, i) => operatorTable(b, operator, i));
  const lists = [tables, inputs, outputs, nodes].map((list, i) =>
    i === 1 || i === 2 ? intVector(b, list) : offsetVector(b, list)
  );
  const graph = table(b, 5, () => lists.forEach((list, i) => b.addFieldOffset(i, list, 0)));
  const parts = [codes, [graph], buffers].map((list) => offsetVector(b, list));
  const model = table(b, 8, () => {
    b.addFieldInt32(0, 3, 0);
    [1, 2, 4].forEach((field, i) => b.addFieldOffset(field, parts[i] ?? 0, 0));
  });
  b.finish(model, "TFL3");
  return b.asUint8Array().slice();
}

function table(b: Builder, fields: number, fill: () => unknown): number {
  b.startObject(fields);
  fill();
  return b.endObject();
}

function intVector(b: Builder, values: readonly number[]): number {
  b.startVector(4, values.length, 4);
  for (const value of values.toReversed()) b.addInt32(value);
  return b.endVector();
}

function offsetVector(b: Builder, offsets: readonly number[]): number {
  b.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) b.addOffset(offset);
  return b.endVector();
}

function bytesVector(b: Builder, bytes: Uint8Array): number {
  b.startVector(1, bytes.length, 16);
  for (const byte of bytes.toReversed()) b.addInt8(byte);
  return b.endVector();
}

function tensorTable(b: Builder, { shape, type = "FLOAT32", sparsity }: TensorOptions, i: number) {
  const name = b.createString(`t${i}`);
  const dims = intVector(b, shape);
  const sparse = sparsity && sparsityTable(b, sparsity);
  return table(b, 9, () => {
    b.addFieldOffset(0, dims, 0);
    b.addFieldInt8(1, TYPES[type], 0);
    b.addFieldInt32(2, i, 0);
    b.addFieldOffset(3, name, 0);
    if (sparse !== undefined) b.addFieldOffset(6, sparse, 0);
  });
}

function sparsityTable(b: Builder, sparsity: NonNullable<TensorOptions["sparsity"]>): number {
  const levels = offsetVector(b, sparsity.levels.map((level) => levelTable(b, level)));
  const order = intVector(b, sparsity.traversalOrder);
  const blocks = intVector(b, sparsity.blockMap);
  return table(
    b,
    3,
    () => [order, blocks, levels].forEach((list, i) => b.addFieldOffset(i, list, 0)),
  );
}

function levelTable(b: Builder, level: Level): number {
  if (typeof level === "number") return table(b, 6, () => b.addFieldInt32(1, level, 0));
  const { bits } = level;
  const lists = [level.segments, level.indices].map((values) => {
    b.startVector(bits / 8, values.length, 4);
    for (const value of values.toReversed()) {
      if (bits === 32) b.addInt32(value);
      else if (bits === 16) b.addInt16(value);
      else b.addInt8(value);
    }
    const vector = b.endVector();
    return table(b, 1, () => b.addFieldOffset(0, vector, 0));
  });
  return table(b, 6, () => {
    b.addFieldInt8(0, 1, 0);
    lists.forEach((list, i) => {
      b.addFieldInt8(2 + 2 * i, { 32: 1, 16: 2, 8: 3 }[bits], 0);
      b.addFieldOffset(3 + 2 * i, list, 0);
    });
  });
}

function operatorTable(
  b: Builder,
  { inputs, outputs, options }: OperatorOptions,
  i: number,
): number {
  const lists = [intVector(b, inputs), intVector(b, outputs)];
  const own = options && table(b, 8, () => {
    for (const { field, type, value } of options) {
      if (type === "byte") b.addFieldInt8(field, value, 0);
      else b.addFieldInt32(field, value, 0);
    }
  });
  return table(b, 5, () => {
    b.addFieldInt32(0, i, 0);
    lists.forEach((list, j) => b.addFieldOffset(1 + j, list, 0));
    if (own !== undefined) b.addFieldOffset(4, own, 0);
  });
}
