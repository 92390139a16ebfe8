/** Where a network's anchors lie. */
export interface AnchorOptions {
  /** The width and height of the network's input, in pixels. */
  readonly size: number;
  /** For each layer of anchors, how many input pixels lie between two cells. */
  readonly strides: readonly number[];
  /** How many anchors each layer puts into a cell. */
  readonly anchorsPerCell: number;
}

/**
 * The centres of SSD anchors of a fixed size, in input pixels: x and y of each, one behind the other.
 * Layers that follow one another with the same stride share their cells; cells go row by row, and
 * all anchors of a cell lie at its middle (MediaPipe, ssd_anchors_calculator.cc, with
 * `fixed_anchor_size` and offsets of 0.5).
 */
export function anchorCentresOf({ size, strides, anchorsPerCell }: AnchorOptions): Float32Array {
  const centres: number[] = [];
  let layer = 0;
  while (layer < strides.length) {
    const stride = strides[layer] ?? size;
    const next = strides.findIndex((other, i) => i > layer && other !== stride);
    const end = next < 0 ? strides.length : next;
    const cells = Math.ceil(size / stride);
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        for (let i = 0; i < (end - layer) * anchorsPerCell; i++) {
          centres.push((column + 0.5) / cells * size, (row + 0.5) / cells * size);
        }
      }
    }
    layer = end;
  }
  return Float32Array.from(centres);
}
