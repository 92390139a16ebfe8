import { pictureOf } from "./_picture.ts";
import type { Graph, Value } from "./graph.ts";
import type { HeightWidth, Padding } from "./layers.ts";

/**
 * Adds zeros around a picture, and empty channels before and behind its own.
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param padding How many rows and columns.
 * @param channels How many channels before and behind.
 * @returns The larger picture.
 * @throws {RangeError} If something is to be cut off.
 */
export function pad(
  graph: Graph,
  picture: Value,
  { top, left, bottom, right }: Padding,
  [before, behind]: readonly [number, number] = [0, 0],
): Value {
  const pads = [0, before, top, left, 0, behind, bottom, right];
  if (pads.some((size) => !(size >= 0))) throw new RangeError(`Cannot pad by [${pads}]`);
  const [depth, height, width] = pictureOf(picture);
  return graph.node("Pad", {
    inputs: [picture, graph.constant(BigInt64Array.from(pads, BigInt))],
    dims: [depth + before + behind, height + top + bottom, width + left + right],
    attributes: { mode: "constant" },
  });
}

/**
 * Adds one value behind another.
 *
 * @param graph The network.
 * @param values The values.
 * @param axis Along which dimension, 0 being the first behind the batch.
 * @returns The longer value.
 * @throws {RangeError} If they differ in another dimension.
 */
export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const first = values[0]?.dims ?? [];
  const others = values.map(({ dims }) => dims.toSpliced(axis, 1).join());
  if (!(axis >= 0 && axis < first.length) || others.some((other) => other !== others[0])) {
    throw new RangeError(
      `Cannot join ${values.map(({ dims }) => `[${dims}]`).join(" and ")} in dimension ${axis}`,
    );
  }
  const length = values.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
  return graph.node("Concat", {
    inputs: values,
    dims: first.with(axis, length),
    attributes: { axis: axis + 1 },
  });
}

/**
 * Adds a change of the order of the dimensions.
 *
 * @param graph The network.
 * @param value What it reads.
 * @param order For each dimension of the result, which one it was, 0 being the first behind the batch.
 * @returns The turned value.
 */
export function transpose(graph: Graph, value: Value, order: readonly number[]): Value {
  return graph.node("Transpose", {
    inputs: [value],
    dims: order.map((axis) => value.dims[axis] ?? 0),
    attributes: { perm: [0, ...order.map((axis) => axis + 1)] },
  });
}

/**
 * Adds a change of the dimensions that keeps the order of the numbers.
 *
 * @param graph The network.
 * @param value What it reads.
 * @param dims The new dimensions behind the batch.
 * @returns The value in other dimensions.
 * @throws {RangeError} If their product is another.
 */
export function reshape(graph: Graph, value: Value, dims: readonly number[]): Value {
  const size = (sizes: readonly number[]) => sizes.reduce((product, one) => product * one, 1);
  if (size(value.dims) !== size(dims)) {
    throw new RangeError(`Cannot reshape [${value.dims}] to [${dims}]: their sizes differ`);
  }
  // A 0 keeps what is there: the batch.
  const shape = graph.constant(BigInt64Array.from([0, ...dims], BigInt));
  return graph.node("Reshape", { inputs: [value, shape], dims });
}

/** How pixels of a larger picture are found in a smaller one; the names are ONNX's. */
export type PixelMapping = "asymmetric" | "half_pixel" | "align_corners";

/**
 * Adds a bilinear change of size.
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param size The new size.
 * @param mapping How the pixels correspond.
 * @returns The picture in its new size.
 * @throws {RangeError} If the ratio cannot be written exactly enough.
 */
export function resizeBilinear(
  graph: Graph,
  picture: Value,
  size: HeightWidth,
  mapping: PixelMapping,
): Value {
  const [channels, height, width] = pictureOf(picture);
  const scales = Float32Array.of(1, 1, size.height / height, size.width / width);
  const reached = [scales[2] ?? 0, scales[3] ?? 0].map((scale, i) =>
    Math.floor(Math.fround(scale * (i === 0 ? height : width)))
  );
  if (reached[0] !== size.height || reached[1] !== size.width) {
    throw new RangeError(`Cannot resize ${width}x${height} to ${size.width}x${size.height}`);
  }
  return graph.node("Resize", {
    inputs: [picture, undefined, graph.constant(scales)],
    dims: [channels, size.height, size.width],
    attributes: { mode: "linear", coordinate_transformation_mode: mapping },
  });
}

/**
 * Adds a step that spreads channels over blocks of pixels, the channels of a block's first pixel
 * first.
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param blockSize The width and height of a block.
 * @returns The larger picture with fewer channels.
 * @throws {RangeError} If the channels cannot be spread so.
 */
export function depthToSpace(graph: Graph, picture: Value, blockSize: number): Value {
  const [channels, height, width] = pictureOf(picture);
  const spread = channels / (blockSize * blockSize);
  if (!(blockSize >= 1 && Number.isInteger(spread))) {
    throw new RangeError(`Cannot spread ${channels} channels over blocks of ${blockSize}`);
  }
  return graph.node("DepthToSpace", {
    inputs: [picture],
    dims: [spread, height * blockSize, width * blockSize],
    attributes: { blocksize: blockSize, mode: "DCR" },
  });
}

/**
 * Adds a change of size that repeats each pixel.
 *
 * @param graph The network.
 * @param picture What it reads.
 * @param factor How often each pixel stands in a row, and each row in a column.
 * @returns The larger picture.
 * @throws {RangeError} If the factor is no whole number from 1.
 */
export function repeatPixels(graph: Graph, picture: Value, factor: number): Value {
  if (!(Number.isInteger(factor) && factor >= 1)) {
    throw new RangeError(
      `Cannot repeat pixels as factor must be whole: current value is ${factor}`,
    );
  }
  const [channels, height, width] = pictureOf(picture);
  return graph.node("Resize", {
    inputs: [picture, undefined, graph.constant(Float32Array.of(1, 1, factor, factor))],
    dims: [channels, height * factor, width * factor],
    attributes: {
      mode: "nearest",
      nearest_mode: "floor",
      coordinate_transformation_mode: "asymmetric",
    },
  });
}

/**
 * Adds a cut that keeps some of the channels of a picture, or of whatever else lies behind the batch.
 *
 * @param graph The network.
 * @param value What it reads.
 * @param start The first channel that is kept.
 * @param end The first channel behind it that is not.
 * @returns The channels.
 * @throws {RangeError} If there are no such channels.
 */
export function sliceChannels(graph: Graph, value: Value, start: number, end: number): Value {
  const [channels = 0, ...rest] = value.dims;
  if (!(start >= 0 && start < end && end <= channels)) {
    throw new RangeError(`Cannot cut the channels ${start} to ${end} out of [${value.dims}]`);
  }
  const inputs = [start, end, 1].map((one) => graph.constant(BigInt64Array.of(BigInt(one))));
  return graph.node("Slice", { inputs: [value, ...inputs], dims: [end - start, ...rest] });
}
