import type { Sparsity } from "./_tflite_schema.ts";

/** A sparse tensor's stored numbers and what tells where they belong. */
export interface SparseTensor {
  /** The size of each dimension when all is filled in. */
  readonly shape: readonly number[];
  /** The stored numbers. */
  readonly values: Float32Array;
  /** Where they belong. */
  readonly sparsity: Sparsity;
}

/**
 * Fills in the zeros of a sparse tensor, TFLite's DENSIFY: dimensions are walked in the order in
 * which they are stored, a dense one through all of its places and a sparse one through those listed
 * (TACO's formats, as in TFLite's schema, `SparsityParameters`). A dimension that is cut into blocks
 * is walked twice: through the blocks, and through the places in a block.
 *
 * @returns The numbers, row-major.
 * @throws {RangeError} If the lists contradict one another.
 */
export function densify({ shape, values, sparsity }: SparseTensor): Float32Array<ArrayBuffer> {
  const { traversalOrder, levels } = sparsity;
  const { steps, extents } = walkOf(shape, sparsity);
  const dense = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (values.length > dense.length) raise("it holds more numbers than its shape");
  // Lists may overlap in a hostile file; an honest one takes no more steps than it has places.
  let stepsLeft = (dense.length + 1) * levels.length;

  function walk(level: number, entry: number, place: number): void {
    const { isSparse, segments, indices } = levels[level] ?? raise(`level ${level} is missing`);
    const [step, extent] = [steps[level] ?? 0, extents[level] ?? 0];
    const first = isSparse ? segments[entry] ?? raise("a segment is missing") : entry * extent;
    const end = isSparse ? segments[entry + 1] ?? raise("a segment is missing") : first + extent;
    for (let next = first; next < end; next++) {
      if (--stepsLeft < 0) raise("its lists overlap");
      const index = isSparse ? indices[next] ?? raise("an index is missing") : next - first;
      if (!(index >= 0 && index < extent)) raise(`index ${index} is not below ${extent}`);
      const target = place + index * step;
      if (level + 1 < traversalOrder.length) walk(level + 1, next, target);
      else dense[target] = values[next] ?? raise("a value is missing");
    }
  }
  walk(0, 0, 0);
  return dense;
}

/** For each level, how many places it has and how far apart they lie in the dense tensor. */
function walkOf(
  shape: readonly number[],
  { traversalOrder, blockMap, levels }: Sparsity,
): { readonly steps: readonly number[]; readonly extents: readonly number[] } {
  const rank = shape.length;
  const sorted = traversalOrder.toSorted((a, b) => a - b);
  if (
    rank === 0 || sorted.length !== rank + blockMap.length || levels.length !== sorted.length ||
    sorted.some((dimension, i) => dimension !== i) || new Set(blockMap).size !== blockMap.length
  ) raise("its dimensions do not match its shape");
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, n) => product * n, 1));
  const blockSizeOf = (dimension: number) => {
    const block = blockMap.indexOf(dimension);
    const level = block < 0 ? undefined : levels[traversalOrder.indexOf(rank + block)];
    return block < 0 ? 1 : level?.denseSize ?? 0;
  };
  const steps: number[] = [];
  const extents: number[] = [];
  for (const [i, dimension] of traversalOrder.entries()) {
    const isBlock = dimension >= rank;
    const original = isBlock ? blockMap[dimension - rank] ?? -1 : dimension;
    const blockSize = blockSizeOf(original);
    const extent = isBlock ? blockSize : (shape[original] ?? 0) / blockSize;
    const level = levels[i];
    if (
      !(Number.isInteger(extent) && extent > 0) || (isBlock && level?.isSparse) ||
      (!level?.isSparse && level?.denseSize !== extent)
    ) raise(`dimension ${dimension} does not match its shape`);
    extents.push(extent);
    steps.push((strides[original] ?? 0) * (isBlock ? 1 : blockSize));
  }
  return { steps, extents };
}

function raise(reason: string): never {
  throw new RangeError(`Cannot fill in a sparse tensor: ${reason}`);
}
