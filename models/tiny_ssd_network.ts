import { type Constant, Graph, type Value } from "./graph.ts";
import { batchNorm, conv, maxPool, relu } from "./layers.ts";
import { concat, reshape, transpose } from "./rearrangements.ts";
import { TINY_SSD_GRIDS, TINY_SSD_SIZE } from "./tiny_ssd.ts";

/** Where the numbers of a {@linkcode tinySsdNetwork} come from. */
export interface TinySsdWeights {
  /**
   * Whether there are numbers of a name.
   *
   * @param name The name.
   */
  has(name: string): boolean;
  /**
   * Gives numbers.
   *
   * @param name Their name.
   * @param dims The size of each dimension, as the network needs it.
   * @returns The numbers, row-major.
   */
  take(name: string, dims: readonly number[]): Float32Array;
}

/**
 * Makes Tiny SSD's network (Tables I and II of the paper), one number for the background and one a
 * class behind each default box.
 *
 * The tables are read with two corrections, without which they do not give the paper's own count of
 * 571.09 million multiply-accumulates: Table II counts the Fire modules from 2, and conv12_1 and
 * conv13_1 are 1x1, the strides and paddings being those of conv12_2 and conv13_2.
 *
 * The numbers are named `LAYER.weight`, `[out, in, height, width]`, and `LAYER.bias`. Where
 * `LAYER.norm.weight` is there, a batch normalisation follows, of which `.norm.bias`,
 * `.norm.running_mean` and `.norm.running_var` are the rest, and the bias may be absent. The layers
 * are `conv1`; `fire1` to `fire10`, each with `.squeeze`, `.expand1` and `.expand3`; `conv12_1`,
 * `conv12_2`, `conv13_1`, `conv13_2`; and for each map `loc.0` and `conf.0` to `loc.5` and `conf.5`.
 * With `fire4.norm.weight`, what the first map sees is normalised.
 *
 * @param weights Where its numbers come from.
 * @param classes How many classes it knows, without the background.
 * @returns The bytes of an ONNX file: `picture`, `[N, 3, 300, 300]`, in; `boxes`, `[N, 8030, 4]`, and
 * `logits`, `[N, 8030, 1 + classes]`, out.
 */
export function tinySsdNetwork(
  weights: TinySsdWeights,
  classes: number,
): Uint8Array<ArrayBuffer> {
  const graph = new Graph("tiny-ssd");
  const layers = new Layers(graph, weights);

  let x = graph.input("picture", [3, TINY_SSD_SIZE, TINY_SSD_SIZE]);
  x = layers.convolved("conv1", x, { filters: 57, kernel: 3, stride: 2 });
  x = layers.pooled(x);
  x = layers.fire("fire1", x, [15, 49, 53]);
  x = layers.fire("fire2", x, [15, 54, 52]);
  x = layers.pooled(x);
  x = layers.fire("fire3", x, [29, 92, 94]);
  const fire4 = x = layers.fire("fire4", x, [29, 90, 83]);
  x = layers.pooled(x);
  x = layers.fire("fire5", x, [44, 166, 161]);
  x = layers.fire("fire6", x, [45, 155, 146]);
  x = layers.fire("fire7", x, [49, 163, 171]);
  const fire8 = x = layers.fire("fire8", x, [25, 29, 54]);
  x = layers.pooled(x);
  const fire9 = x = layers.fire("fire9", x, [37, 45, 56]);
  x = layers.pooled(x);
  const fire10 = x = layers.fire("fire10", x, [38, 41, 44]);
  x = layers.convolved("conv12_1", x, { filters: 51, kernel: 1 });
  const conv12 = x = layers.convolved("conv12_2", x, {
    filters: 46,
    kernel: 3,
    stride: 2,
    padding: 1,
  });
  x = layers.convolved("conv13_1", x, { filters: 55, kernel: 1 });
  const conv13 = layers.convolved("conv13_2", x, { filters: 85, kernel: 3, stride: 2, padding: 1 });

  const maps = [layers.normalised("fire4", fire4), fire8, fire9, fire10, conv12, conv13];
  graph.output("boxes", layers.heads("loc", maps, 4));
  graph.output("logits", layers.heads("conf", maps, 1 + classes));
  return graph.toOnnx();
}

/** What a convolution of Tiny SSD is like. */
interface Convolution {
  readonly filters: number;
  /** The width and height of a filter. */
  readonly kernel: number;
  readonly stride?: number;
  /** Rows and columns of zeros on each side. */
  readonly padding?: number;
}

/** What Tiny SSD is made of, each layer with the numbers of its name. */
class Layers {
  readonly #graph: Graph;
  readonly #weights: TinySsdWeights;

  constructor(graph: Graph, weights: TinySsdWeights) {
    this.#graph = graph;
    this.#weights = weights;
  }

  /** A convolution, what is below 0 made 0. */
  convolved(name: string, x: Value, options: Convolution): Value {
    return relu(this.#graph, this.normalised(name, this.#conv(name, x, options)));
  }

  /** A pooling as Caffe's, which rounds up: an even size has a last window beyond the edge. */
  pooled(x: Value): Value {
    const [, height = 0, width = 0] = x.dims;
    return maxPool(this.#graph, x, {
      kernel: { height: 3, width: 3 },
      stride: { height: 2, width: 2 },
      dilation: { height: 1, width: 1 },
      padding: { top: 0, left: 0, bottom: 1 - height % 2, right: 1 - width % 2 },
    });
  }

  /** A Fire module (Iandola et al., "SqueezeNet", 2016, section 3.2). */
  fire(name: string, x: Value, [squeeze, expand1, expand3]: [number, number, number]): Value {
    const squeezed = this.convolved(`${name}.squeeze`, x, { filters: squeeze, kernel: 1 });
    return concat(this.#graph, [
      this.convolved(`${name}.expand1`, squeezed, { filters: expand1, kernel: 1 }),
      this.convolved(`${name}.expand3`, squeezed, { filters: expand3, kernel: 3, padding: 1 }),
    ], 0);
  }

  /** A batch normalisation, where there are numbers for it. */
  normalised(name: string, x: Value): Value {
    if (!this.#weights.has(`${name}.norm.weight`)) return x;
    const channels = [x.dims[0] ?? 0];
    return batchNorm(this.#graph, x, {
      scale: this.#taken(`${name}.norm.weight`, channels),
      shift: this.#taken(`${name}.norm.bias`, channels),
      mean: this.#taken(`${name}.norm.running_mean`, channels),
      variance: this.#taken(`${name}.norm.running_var`, channels),
    });
  }

  /** So many numbers for each default box: map by map, row by row, cell by cell. */
  heads(name: string, maps: readonly Value[], numbers: number): Value {
    const heads = maps.map((x, i) => {
      const boxes = TINY_SSD_GRIDS[i]!.shapes.length;
      const head = this.#conv(`${name}.${i}`, x, {
        filters: boxes * numbers,
        kernel: 3,
        padding: 1,
      });
      const [, height = 0, width = 0] = head.dims;
      const turned = transpose(this.#graph, head, [1, 2, 0]);
      return reshape(this.#graph, turned, [height * width * boxes, numbers]);
    });
    return concat(this.#graph, heads, 0);
  }

  #conv(name: string, x: Value, { filters, kernel, stride = 1, padding = 0 }: Convolution): Value {
    const hasBias = this.#weights.has(`${name}.bias`) ||
      !this.#weights.has(`${name}.norm.weight`);
    return conv(this.#graph, x, {
      weights: this.#taken(`${name}.weight`, [filters, x.dims[0] ?? 0, kernel, kernel]),
      ...hasBias && { bias: this.#taken(`${name}.bias`, [filters]) },
      groups: 1,
      stride: { height: stride, width: stride },
      dilation: { height: 1, width: 1 },
      padding: { top: padding, left: padding, bottom: padding, right: padding },
    });
  }

  #taken(name: string, dims: readonly number[]): Constant {
    return this.#graph.constant(this.#weights.take(name, dims), dims);
  }
}
