import type { Tensor } from "../../pipeline/tensor.ts";

/** Throws a RangeError unless a network can take the input. */
export function checkInput({ dims, data }: Tensor, shape: readonly (number | string)[]): void {
  checkDims(dims, shape);
  const length = dims.reduce((product, size) => product * size, 1);
  if (data.length !== length) {
    throw new RangeError(
      `Cannot run the network on ${data.length} numbers as ${dims.join("x")}: it takes ${length}`,
    );
  }
}

/** Throws a RangeError unless a network can take an input of that size. */
export function checkDims(dims: readonly number[], shape: readonly (number | string)[]): void {
  const isAsShaped = dims.length === shape.length &&
    shape.every((size, axis) => isFree(size) || size === dims[axis]);
  if (!isAsShaped) {
    const wanted = shape.map((size) => isFree(size) ? "N" : size).join("x");
    throw new RangeError(
      `Cannot run the network on a tensor of ${dims.join("x")}: it takes ${wanted}`,
    );
  }
}

/** Whether a dimension is left free: it has a name, or a number that is none. */
function isFree(size: number | string): boolean {
  return typeof size === "string" || !(size > 0);
}
