/** Seven numbers: the filters of a head's convolutions before the one that detects. */
type HeadWidths = readonly [number, number, number, number, number, number, number];

/** How many filters each convolution of a YOLOv3 has. */
export interface Widths {
  /** The first convolution. */
  readonly stem: number;
  /**
   * The five stages of Darknet-53 (Redmon and Farhadi, "YOLOv3", 2018, table 1): the filters that a
   * stage's residual sums share, then those of the 1x1 convolution in each of its residual blocks.
   */
  readonly stages: readonly (readonly [shared: number, blocks: readonly number[]])[];
  /** The heads, for large objects first; the later two begin with the one before the upsampling. */
  readonly heads: readonly [HeadWidths, HeadWidths, HeadWidths];
}

function times(count: number, width: number): number[] {
  return new Array<number>(count).fill(width);
}

/** Those of YOLOv3. */
export const FULL: Widths = {
  stem: 32,
  stages: [
    [64, [32]],
    [128, [64, 64]],
    [256, times(8, 128)],
    [512, times(8, 256)],
    [1024, times(4, 512)],
  ],
  heads: [
    [512, 1024, 512, 512, 1024, 512, 1024],
    [256, 256, 512, 256, 512, 256, 512],
    [128, 128, 256, 128, 256, 128, 256],
  ],
};

/** What pruning left: the numbers are the authors', read from their cfg files. */
export const PRUNED: Readonly<Record<"50" | "90" | "95", Widths>> = {
  // The paper's row "50" is the network pruned by half twice (BFLOPs and parameters tell).
  50: {
    stem: 17,
    stages: [
      [50, [25]],
      [122, [20, 44]],
      [256, [54, 100, 92, 111, 95, 91, 80, 74]],
      [509, [226, 187, 130, 124, 128, 104, 210, 68]],
      [1012, [280, 67, 84, 108]],
    ],
    heads: [
      [118, 218, 104, 96, 201, 105, 244],
      [80, 79, 107, 72, 106, 58, 193],
      [50, 40, 72, 23, 64, 44, 82],
    ],
  },
  90: {
    stem: 19,
    stages: [
      [40, [10]],
      [93, [6, 24]],
      [231, [19, 33, 20, 19, 12, 12, 12, 12]],
      [465, [51, 32, ...times(6, 25)]],
      [789, [72, 51, 51, 51]],
    ],
    heads: [
      [51, 102, 51, 51, 102, 51, 102],
      [25, 25, 51, 25, 51, 25, 51],
      [12, 12, 25, 12, 25, 12, 27],
    ],
  },
  95: {
    stem: 16,
    stages: [
      [31, [5]],
      [80, [6, 12]],
      [199, times(8, 12)],
      [405, times(8, 25)],
      [507, times(4, 51)],
    ],
    heads: [
      [51, 102, 51, 51, 102, 51, 102],
      [25, 25, 51, 25, 51, 25, 51],
      [12, 12, 25, 12, 25, 12, 25],
    ],
  },
};
