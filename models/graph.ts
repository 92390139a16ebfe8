import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";

/** What flows between the layers of a {@linkcode Graph}, for a batch of any size. */
export interface Value {
  /** The size of each dimension behind the batch; for pictures: channels, height, width. */
  readonly dims: readonly number[];
}

/** Numbers that a {@linkcode Graph} holds, such as weights. */
export interface Constant {
  /** The size of each dimension. */
  readonly constantDims: readonly number[];
}

/** An operator's option: a whole number, a list of them, a word, or a number of floating point. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** What an operator of a {@linkcode Graph} is made of. */
export interface NodeOptions {
  /** What it reads, in the operator's order; `undefined` stands for one that is left out. */
  readonly inputs: readonly (Value | Constant | undefined)[];
  /** The size of its result behind the batch. */
  readonly dims: readonly number[];
  /** Its options, by the names that ONNX gives them. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** The version of ONNX's operators that is written: the oldest that has all that is needed. */
const OPERATOR_SET = 13n;

/** The version of the file format that came with that operator set (ONNX, docs/Versioning.md). */
const FORMAT_VERSION = 7n;

/**
 * A network in the making, operator by operator; {@linkcode Graph.toOnnx} writes it as an ONNX file.
 *
 * Pictures lie in it as `[N, channels, height, width]`, and the batch `N` is free. Layers that check
 * their sizes stand in `layers.ts`.
 *
 * @example A network that takes the greater of each number and 0
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const graph = new Graph("rectifier");
 * const picture = graph.input("picture", [3, 8, 8]);
 * const rectified = graph.node("Relu", { inputs: [picture], dims: picture.dims });
 * graph.output("rectified", rectified);
 * assertEquals(graph.toOnnx().length > 0, true);
 * ```
 */
export class Graph {
  readonly #name: string;
  readonly #names = new Map<Value | Constant, string>();
  readonly #nodes: {
    readonly operator: string;
    readonly result: Value;
    readonly options: NodeOptions;
  }[] = [];
  readonly #constants: { readonly constant: Constant; readonly tensor: TensorProto }[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs = new Set<Value>();
  readonly #results = new Set<Value>();

  /**
   * Begins a network.
   *
   * @param name Its name, kept in the file.
   */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Adds what is fed to the network.
   *
   * @param name The name under which it is fed.
   * @param dims The size of each dimension behind the batch.
   * @returns The value.
   */
  input(name: string, dims: readonly number[]): Value {
    const value = { dims };
    this.#names.set(value, name);
    this.#inputs.push(value);
    return value;
  }

  /**
   * Adds numbers, such as weights (32-bit floats) or sizes (64-bit integers).
   *
   * @param data The numbers, row-major.
   * @param dims The size of each dimension.
   * @returns The constant.
   * @throws {RangeError} If there are not as many numbers as the dimensions say.
   */
  constant(data: Float32Array | BigInt64Array, dims: readonly number[] = [data.length]): Constant {
    if (data.length !== dims.reduce((product, size) => product * size, 1)) {
      throw new RangeError(
        `Cannot add a constant as [${dims}] does not have its size: current value is ${data.length}`,
      );
    }
    const constant = { constantDims: dims };
    const tensor = create(TensorProtoSchema, {
      name: `constant_${this.#constants.length}`,
      dims: dims.map(BigInt),
      dataType: data instanceof Float32Array
        ? TensorProto_DataType.FLOAT
        : TensorProto_DataType.INT64,
      rawData: new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    });
    this.#names.set(constant, tensor.name);
    this.#constants.push({ constant, tensor });
    return constant;
  }

  /**
   * Adds an operator.
   *
   * @param operator Its name in ONNX, such as `Conv`.
   * @param options What it reads, how large its result is, and its attributes.
   * @returns Its result.
   */
  node(operator: string, options: NodeOptions): Value {
    const result = { dims: options.dims };
    this.#names.set(result, `${operator.toLowerCase()}_${this.#nodes.length}`);
    this.#results.add(result);
    this.#nodes.push({ operator, result, options });
    return result;
  }

  /**
   * Makes a value a result of the network.
   *
   * @param name The name of the result.
   * @param value The value: of an operator, and not a result already.
   * @throws {RangeError} If the value cannot be a result.
   */
  output(name: string, value: Value): void {
    if (this.#outputs.has(value) || !this.#results.has(value)) {
      throw new RangeError(`Cannot make "${name}" a result as it must be an operator's, once`);
    }
    this.#names.set(value, name);
    this.#outputs.add(value);
  }

  /**
   * Writes the network.
   *
   * @returns The bytes of an ONNX file.
   */
  toOnnx(): Uint8Array<ArrayBuffer> {
    const model = create(ModelProtoSchema, {
      irVersion: FORMAT_VERSION,
      opsetImport: [{ domain: "", version: OPERATOR_SET }],
      producerName: "steadybox",
      graph: {
        name: this.#name,
        node: this.#nodes.map(({ operator, result, options }) =>
          create(NodeProtoSchema, {
            opType: operator,
            name: `${this.#nameOf(result)}_node`,
            input: options.inputs.map((input) => input === undefined ? "" : this.#nameOf(input)),
            output: [this.#nameOf(result)],
            attribute: Object.entries(options.attributes ?? {}).map(attributeFrom),
          })
        ),
        initializer: this.#constants.map(({ tensor }) => tensor),
        input: this.#inputs.map((value) => this.#infoOf(value)),
        output: Array.from(this.#outputs, (value) => this.#infoOf(value)),
        // The sizes in between are told as well: work is counted from them.
        valueInfo: Array.from(
          this.#results.difference(this.#outputs),
          (value) => this.#infoOf(value),
        ),
      },
    });
    return new Uint8Array(toBinary(ModelProtoSchema, model));
  }

  #nameOf(value: Value | Constant): string {
    const name = this.#names.get(value);
    if (name === undefined) throw new RangeError("Cannot use a value of another graph");
    return name;
  }

  #infoOf(value: Value): ValueInfoProto {
    return create(ValueInfoProtoSchema, {
      name: this.#nameOf(value),
      type: {
        value: {
          case: "tensorType",
          value: {
            elemType: TensorProto_DataType.FLOAT,
            shape: {
              dim: [
                { value: { case: "dimParam", value: "N" } },
                ...value.dims.map((size) => ({
                  value: { case: "dimValue" as const, value: BigInt(size) },
                })),
              ],
            },
          },
        },
      },
    });
  }
}

function attributeFrom([name, value]: [string, Attribute]): AttributeProto {
  const { FLOAT, INT, INTS, STRING } = AttributeProto_AttributeType;
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  }
  if (typeof value === "string") {
    return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
  }
  return "float" in value
    ? create(AttributeProtoSchema, { name, type: FLOAT, f: value.float })
    : create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
}
