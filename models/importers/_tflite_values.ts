import type { Graph, Value } from "../graph.ts";
import { transpose } from "../rearrangements.ts";
import type { TfliteModel } from "./_tflite_schema.ts";

/** How many numbers a picture between two operators may have: a damaged file may claim any size. */
const MAX_NUMBERS = 2 ** 27;

/**
 * What each computed tensor of a TFLite file is in the ONNX graph. TFLite has pictures as rows,
 * columns, channels; the graph has the channels first. So a tensor may be known as a picture, or
 * plainly in TFLite's own order; one is made from the other where it is asked for.
 */
export class Values {
  readonly #graph: Graph;
  readonly #tensors: TfliteModel["tensors"];
  readonly #pictures = new Map<number, Value>();
  readonly #plain = new Map<number, Value>();

  constructor(graph: Graph, { tensors }: TfliteModel) {
    this.#graph = graph;
    this.#tensors = tensors;
  }

  /** Whether all of the tensors are known with their channels first. */
  arePictures(tensors: readonly number[]): boolean {
    return tensors.every((tensor) => this.#pictures.has(tensor));
  }

  /** A tensor with its channels first. */
  picture(tensor: number): Value {
    const known = this.#pictures.get(tensor);
    if (known) return known;
    const picture = transpose(this.#graph, this.#known(this.#plain, tensor, 4), [2, 0, 1]);
    this.#pictures.set(tensor, picture);
    return picture;
  }

  /** A tensor in TFLite's order. */
  plain(tensor: number): Value {
    const known = this.#plain.get(tensor);
    if (known) return known;
    const plain = transpose(this.#graph, this.#known(this.#pictures, tensor), [1, 2, 0]);
    this.#plain.set(tensor, plain);
    return plain;
  }

  /** Tells what a tensor is, with its channels first. */
  setPicture(tensor: number, value: Value): void {
    const [channels = 0, height = 0, width = 0] = value.dims;
    this.#check(tensor, [height, width, channels]);
    this.#pictures.set(tensor, value);
  }

  /** Tells what a tensor is, in TFLite's order. */
  setPlain(tensor: number, value: Value): void {
    this.#check(tensor, value.dims);
    this.#plain.set(tensor, value);
  }

  /**
   * The dimensions of a tensor behind the batch.
   *
   * @throws {RangeError} If it is not one for a batch of 1, or too large.
   */
  dimsOf(tensor: number): number[] {
    const [batch, ...dims] = this.#tensors[tensor]?.shape ?? [];
    const size = dims.reduce((product, one) => product * one, 1);
    if (batch !== 1 || !(size > 0 && size <= MAX_NUMBERS)) {
      throw new RangeError(`Cannot compute tensors of [${this.#tensors[tensor]?.shape}]`);
    }
    return dims;
  }

  #known(values: Map<number, Value>, tensor: number, rank?: number): Value {
    const value = values.get(tensor);
    const { name, shape } = this.#tensors[tensor] ?? { name: `${tensor}`, shape: [] };
    if (!value) {
      throw new RangeError(
        `Cannot use tensor ${JSON.stringify(name)}: no operator has computed it`,
      );
    }
    if (rank === undefined || shape.length === rank) return value;
    throw new RangeError(
      `Cannot use tensor ${JSON.stringify(name)} as a picture: it is [${shape}]`,
    );
  }

  #check(tensor: number, dims: readonly number[]): void {
    const told = this.dimsOf(tensor);
    if (told.join() === dims.join()) return;
    throw new RangeError(`Cannot compute [1,${told}]: the operator gives [1,${dims}]`);
  }
}
