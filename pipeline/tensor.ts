/** Numbers in rows and columns: a network's input or output. */
export interface Tensor {
  /** The size of each dimension, outermost first. */
  readonly dims: readonly number[];
  /** The numbers, row-major. */
  readonly data: Float32Array;
}

/** A network's outputs, by name. */
export type Outputs = Readonly<Record<string, Tensor>>;
