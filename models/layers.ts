import { pictureOf } from "./_picture.ts";
import type { Constant, Graph, Value } from "./graph.ts";

/** Numbers for the height and the width of a picture. */
export interface HeightWidth {
  /** The one for the height. */
  readonly height: number;
  /** The one for the width. */
  readonly width: number;
}

/** Rows and columns that are added around a picture. */
export interface Padding {
  /** Rows above it. */
  readonly top: number;
  /** Columns to its left. */
  readonly left: number;
  /** Rows below it. */
  readonly bottom: number;
  /** Columns to its right. */
  readonly right: number;
}

/** How a window moves over a picture. */
export interface Window {
  /** The size of the window. */
  readonly kernel: HeightWidth;
  /** How far it moves at a time. */
  readonly stride: HeightWidth;
  /** How far apart the places it reads are; 1 reads neighbours. */
  readonly dilation: HeightWidth;
  /** What is added around the picture. */
  readonly padding: Padding;
}

/** No rows and columns added. */
export const NO_PADDING: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

function reach(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/**
 * TensorFlow's `SAME` padding: as much as gives `ceil(size / stride)` results, the odd row or column
 * at the bottom or right (tf.nn, "Notes on padding").
 *
 * @param picture The size of the picture.
 * @param window The window, its padding left open.
 * @returns The padding.
 *
 * @example A window of 3, moved by 2 over an even size, reads one row below the picture only
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const size = { height: 8, width: 8 };
 * const stride = { height: 2, width: 2 };
 * const kernel = { height: 3, width: 3 };
 * const padding = samePadding(size, { kernel, stride, dilation: { height: 1, width: 1 } });
 * assertEquals(padding, { top: 0, left: 0, bottom: 1, right: 1 });
 * ```
 */
export function samePadding(
  picture: HeightWidth,
  { kernel, stride, dilation }: Omit<Window, "padding">,
): Padding {
  const total = (side: "height" | "width") =>
    Math.max(
      0,
      (Math.ceil(picture[side] / stride[side]) - 1) * stride[side] +
        reach(kernel[side], dilation[side]) - picture[side],
    );
  const [rows, columns] = [total("height"), total("width")];
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return { top, left, bottom: rows - top, right: columns - left };
}

function slid([height, width]: readonly [number, number], window: Window): [number, number] {
  const { kernel, stride, dilation, padding } = window;
  const steps = (size: number, side: "height" | "width") =>
    Math.floor((size - reach(kernel[side], dilation[side])) / stride[side]) + 1;
  const moved: [number, number] = [
    steps(height + padding.top + padding.bottom, "height"),
    steps(width + padding.left + padding.right, "width"),
  ];
  const moves = [stride.height, stride.width, dilation.height, dilation.width];
  if (moves.every((move) => move >= 1) && moved.every((size) => size >= 1)) return moved;
  throw new RangeError(
    `Cannot move a window over a picture of ${width}x${height}: it does not fit`,
  );
}

function windowAttributes({ kernel, stride, dilation, padding }: Window) {
  return {
    kernel_shape: [kernel.height, kernel.width],
    strides: [stride.height, stride.width],
    dilations: [dilation.height, dilation.width],
    pads: [padding.top, padding.left, padding.bottom, padding.right],
  };
}

/** What a convolution is made of. */
export interface ConvOptions extends Omit<Window, "kernel"> {
  /** `[channels out, channels in / groups, height, width]`. */
  readonly weights: Constant;
  /** One number a channel out; left out where a batch normalisation follows, which has its own. */
  readonly bias?: Constant;
  /** In how many parts the channels are, which do not see each other. */
  readonly groups: number;
}

/**
 * Adds a convolution.
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param options Its weights, and how they move.
 * @returns Its result.
 * @throws {RangeError} If weights, groups and picture do not fit each other.
 */
export function conv(graph: Graph, picture: Value, options: ConvOptions): Value {
  const { weights, bias, groups } = options;
  const [channels, height, width] = pictureOf(picture);
  const [out = 0, channelsPerGroup = 0, kernelHeight = 0, kernelWidth = 0] = weights.constantDims;
  if (
    weights.constantDims.length !== 4 || channelsPerGroup * groups !== channels ||
    out % groups !== 0 || (bias && bias.constantDims[0] !== out)
  ) {
    throw new RangeError(
      `Cannot convolve [${picture.dims}] in ${groups} groups as weights of ` +
        `[${weights.constantDims}] and a bias of [${bias?.constantDims ?? "none"}] do not fit`,
    );
  }
  const window = { ...options, kernel: { height: kernelHeight, width: kernelWidth } };
  return graph.node("Conv", {
    inputs: bias ? [picture, weights, bias] : [picture, weights],
    dims: [out, ...slid([height, width], window)],
    attributes: { ...windowAttributes(window), group: groups },
  });
}

/** What a batch normalisation has learnt: one number a channel each. */
export interface BatchNormOptions {
  /** What the normalised numbers are multiplied by. */
  readonly scale: Constant;
  /** What is added then. */
  readonly shift: Constant;
  /** The mean that is taken away. */
  readonly mean: Constant;
  /** The variance by whose root is divided. */
  readonly variance: Constant;
  /**
   * What is added to the variance: ONNX's default is Caffe's and PyTorch's too.
   *
   * @default {1e-5}
   */
  readonly epsilon?: number;
}

/**
 * Adds a batch normalisation as it is after training, `(x - mean) / sqrt(variance + epsilon) * scale
 * + shift` in each channel (Ioffe and Szegedy, "Batch Normalization", 2015, algorithm 2).
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param options What it has learnt.
 * @returns Its result.
 * @throws {RangeError} If there are not as many numbers as channels.
 */
export function batchNorm(graph: Graph, picture: Value, options: BatchNormOptions): Value {
  const { scale, shift, mean, variance, epsilon = 1e-5 } = options;
  const [channels] = pictureOf(picture);
  const learnt = [scale, shift, mean, variance];
  if (learnt.some(({ constantDims }) => constantDims.join() !== String(channels))) {
    throw new RangeError(
      `Cannot normalise [${picture.dims}] with numbers of ` +
        learnt.map(({ constantDims }) => `[${constantDims}]`).join(", "),
    );
  }
  return graph.node("BatchNormalization", {
    inputs: [picture, ...learnt],
    dims: picture.dims,
    attributes: { epsilon: { float: epsilon } },
  });
}

/**
 * Adds a pooling that keeps the greatest number under its window; what is added around the picture
 * never is.
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param window Its window.
 * @returns Its result.
 * @throws {RangeError} If the window does not fit.
 */
export function maxPool(graph: Graph, picture: Value, window: Window): Value {
  const [channels, height, width] = pictureOf(picture);
  return graph.node("MaxPool", {
    inputs: [picture],
    dims: [channels, ...slid([height, width], window)],
    attributes: windowAttributes(window),
  });
}

/**
 * Adds the sum of two values.
 *
 * @param graph The network.
 * @param a A value.
 * @param b One of the same size.
 * @returns The sum.
 * @throws {RangeError} If their sizes differ.
 */
export function add(graph: Graph, a: Value, b: Value): Value {
  if (a.dims.join() !== b.dims.join()) {
    throw new RangeError(`Cannot add [${a.dims}] and [${b.dims}]: their sizes differ`);
  }
  return graph.node("Add", { inputs: [a, b], dims: a.dims });
}

/**
 * Adds a rectifier: what is below 0 becomes 0, and what is above the limit the limit.
 *
 * @param graph The network.
 * @param value What it reads.
 * @param limit The greatest result; without it, there is none.
 * @returns Its result.
 */
export function relu(graph: Graph, value: Value, limit?: number): Value {
  if (limit === undefined) return graph.node("Relu", { inputs: [value], dims: value.dims });
  const bounds = [0, limit].map((bound) => graph.constant(Float32Array.of(bound), []));
  return graph.node("Clip", { inputs: [value, ...bounds], dims: value.dims });
}
