import { ModelError } from "../../pipeline/errors.ts";
import { FlatTable } from "./_flatbuffer.ts";
import { OPERATOR_NAMES } from "./_operator_names.ts";

/** The types of TFLite's tensors by number (its schema, `TensorType`), as far as they are named. */
const TENSOR_TYPES = [
  "FLOAT32",
  "FLOAT16",
  "INT32",
  "UINT8",
  "INT64",
  "STRING",
  "BOOL",
  "INT16",
  "COMPLEX64",
  "INT8",
] as const;

/** How one dimension of a sparse tensor is stored. */
export interface SparseLevel {
  /** Whether only some of its places are stored. */
  readonly isSparse: boolean;
  /** How many places a dense one has. */
  readonly denseSize: number;
  /** For a sparse one, where each entry of the level above begins in `indices`. */
  readonly segments: readonly number[];
  /** For a sparse one, which places are stored. */
  readonly indices: readonly number[];
}

/** How a sparse tensor is stored (TFLite's schema, `SparsityParameters`). */
export interface Sparsity {
  /** The order in which the dimensions, and behind them those of the blocks, are stored. */
  readonly traversalOrder: readonly number[];
  /** Which dimension each block dimension is a part of. */
  readonly blockMap: readonly number[];
  /** The dimensions in the order in which they are stored. */
  readonly levels: readonly SparseLevel[];
}

/** A tensor of a TFLite file. */
export interface TfliteTensor {
  /** Its name, for people. */
  readonly name: string;
  /** The size of each dimension. */
  readonly shape: readonly number[];
  /** What its numbers are. */
  readonly type: string;
  /** Its bytes; empty for one that is computed. */
  readonly data: Uint8Array;
  /** How its bytes are stored, if not densely. */
  readonly sparsity: Sparsity | undefined;
}

/** An operator of a TFLite file. */
export interface TfliteOperator {
  /** What it does, such as `CONV_2D`. */
  readonly name: string;
  /** The numbers of the tensors it reads; -1 for one left out. */
  readonly inputs: readonly number[];
  /** The numbers of the tensors it writes. */
  readonly outputs: readonly number[];
  /** Its options, if it has some. */
  readonly options: FlatTable | undefined;
}

/** What a TFLite file holds. */
export interface TfliteModel {
  /** The tensors, which the others name by number. */
  readonly tensors: readonly TfliteTensor[];
  /** The operators in the order in which they run. */
  readonly operators: readonly TfliteOperator[];
  /** The tensors that are fed. */
  readonly inputs: readonly number[];
  /** The tensors that are the result. */
  readonly outputs: readonly number[];
}

/**
 * Reads the tables of a TFLite file; the numbers of the fields are those of TFLite's schema
 * (tensorflow/lite/schema/schema.fbs, version 3).
 *
 * @throws {ModelError} If the file is not one, is damaged, or holds several networks.
 */
export function readTflite(bytes: Uint8Array): TfliteModel {
  if (bytes.byteLength < 16) {
    throw new ModelError(
      `Cannot import the TFLite file: it is only ${bytes.byteLength} bytes long`,
    );
  }
  const model = FlatTable.rootOf(bytes, "TFL3");
  const graphs = model.tables(2);
  const graph = graphs[0];
  if (!graph || graphs.length > 1) {
    throw new ModelError(
      `Cannot import the TFLite file: it holds ${graphs.length} networks, not 1`,
    );
  }
  const buffers = model.tables(4);
  const names = model.tables(1).map(operatorNameFrom);
  const tensors = graph.tables(0).map((table) => tensorFrom(table, buffers));
  const operators = graph.tables(3).map((table) => operatorFrom(table, names));
  const inputs = graph.int32s(1);
  const outputs = graph.int32s(2);
  const named = [...inputs, ...outputs, ...operators.flatMap((one) => one.outputs)];
  const missing = named.find((tensor) => !(tensor in tensors)) ??
    operators.flatMap((one) => one.inputs).find((tensor) => tensor !== -1 && !(tensor in tensors));
  if (missing !== undefined) {
    throw new ModelError(`Cannot import the TFLite file: there is no tensor ${missing} in it`);
  }
  return { tensors, operators, inputs, outputs };
}

function operatorNameFrom(table: FlatTable): string {
  // Numbers beyond a byte have a newer field; old files have the old one alone.
  const number = Math.max(table.int8(0), table.int32(3));
  const name = OPERATOR_NAMES[number] ?? `operator ${number}`;
  return name === "CUSTOM" ? `custom operator ${JSON.stringify(table.text(1))}` : name;
}

function operatorFrom(table: FlatTable, names: readonly string[]): TfliteOperator {
  const name = names[table.uint32(0)];
  if (name === undefined) {
    throw new ModelError(
      `Cannot import the TFLite file: it has no operator code ${table.uint32(0)}`,
    );
  }
  return { name, inputs: table.int32s(1), outputs: table.int32s(2), options: table.table(4) };
}

function tensorFrom(table: FlatTable, buffers: readonly FlatTable[]): TfliteTensor {
  const number = table.uint32(2);
  const name = table.text(3);
  const buffer = buffers[number];
  if (!buffer) {
    throw new ModelError(
      `Cannot import the TFLite file: tensor ${JSON.stringify(name)} has no buffer ${number}`,
    );
  }
  const shape = table.int32s(0);
  if (shape.length > 8 || shape.some((size) => size < 0)) {
    throw new ModelError(
      `Cannot import the TFLite file: tensor ${JSON.stringify(name)} has the shape [${shape}]`,
    );
  }
  const sparsity = table.table(6);
  return {
    name,
    shape,
    type: TENSOR_TYPES[table.int8(1)] ?? `type ${table.int8(1)}`,
    data: buffer.bytes(0),
    sparsity: sparsity && sparsityFrom(sparsity),
  };
}

function sparsityFrom(table: FlatTable): Sparsity {
  return {
    traversalOrder: table.int32s(0),
    blockMap: table.int32s(1),
    levels: table.tables(2).map((level) => ({
      isSparse: level.int8(0) === 1,
      denseSize: level.int32(1),
      segments: indexVectorFrom(level, 2),
      indices: indexVectorFrom(level, 4),
    })),
  };
}

/** A list of a union type: `field` tells the width of its numbers, the next field holds it. */
function indexVectorFrom(level: FlatTable, field: number): readonly number[] {
  const list = level.table(field + 1);
  if (!list) return [];
  switch (level.int8(field)) {
    case 1:
      return list.int32s(0);
    case 2:
      return list.uint16s(0);
    case 3:
      return list.uint8s(0);
    default:
      throw new ModelError("Cannot import the TFLite file: an index list is of an unknown type");
  }
}
