/** Which weights turn RGB into luma and chroma. */
export type ColourMatrix = "bt601" | "bt709" | "bt2020";

/** Whether luma runs from 16 to 235 (`limited`) or from 0 to 255 (`full`). */
export type ColourRange = "limited" | "full";

/** What the numbers of a picture's planes mean. */
export interface Colour {
  /** The matrix between RGB and YUV. */
  readonly matrix: ColourMatrix;
  /** The range of the values. */
  readonly range: ColourRange;
  /**
   * The source's own tags, as ffmpeg names them, to be written to the output as they were.
   * A tag that the source did not give is absent.
   */
  readonly tags: {
    /** The matrix, such as `bt709` or `smpte170m`. */
    readonly space?: string;
    /** The primaries, such as `bt709`. */
    readonly primaries?: string;
    /** The transfer characteristic, such as `bt709`. */
    readonly transfer?: string;
    /** The range: `tv` or `pc`. */
    readonly range?: string;
  };
}

/** The luma weights of red and blue: ITU-R BT.601-7, BT.709-6 and BT.2020-2, non-constant luminance. */
const LUMA_WEIGHTS: Record<ColourMatrix, { readonly kr: number; readonly kb: number }> = {
  bt601: { kr: 0.299, kb: 0.114 },
  bt709: { kr: 0.2126, kb: 0.0722 },
  bt2020: { kr: 0.2627, kb: 0.0593 },
};

/**
 * What turns a pixel's luma and chroma into red, green and blue, all from 0 to 255:
 *
 * `luma = (y - lumaOffset) * lumaGain`, `red = luma + redFromV * (v - 128)`,
 * `green = luma + greenFromU * (u - 128) + greenFromV * (v - 128)`,
 * `blue = luma + blueFromU * (u - 128)`.
 */
export interface RgbFromYuv {
  /** The luma of black. */
  readonly lumaOffset: number;
  /** What stretches luma to 0 … 255. */
  readonly lumaGain: number;
  /** The share of v in red. */
  readonly redFromV: number;
  /** The share of u in green (negative). */
  readonly greenFromU: number;
  /** The share of v in green (negative). */
  readonly greenFromV: number;
  /** The share of u in blue. */
  readonly blueFromU: number;
}

/**
 * The coefficients from YUV to RGB (ITU-R BT.601-7, section 2.5; BT.709-6, sections 3.2 to 3.4).
 *
 * @param colour The matrix and range of the planes.
 * @returns The coefficients.
 */
export function rgbFromYuv({ matrix, range }: Pick<Colour, "matrix" | "range">): RgbFromYuv {
  const { kr, kb } = LUMA_WEIGHTS[matrix];
  const kg = 1 - kr - kb;
  const chromaGain = range === "limited" ? 255 / 224 : 1;
  const redFromV = 2 * (1 - kr) * chromaGain;
  const blueFromU = 2 * (1 - kb) * chromaGain;
  return {
    lumaOffset: range === "limited" ? 16 : 0,
    lumaGain: range === "limited" ? 255 / 219 : 1,
    redFromV,
    greenFromU: -blueFromU * kb / kg,
    greenFromV: -redFromV * kr / kg,
    blueFromU,
  };
}

/** A colour as luma, blue difference and red difference, each from 0 to 255. */
export interface Yuv {
  /** Luma. */
  readonly y: number;
  /** Blue difference. */
  readonly u: number;
  /** Red difference. */
  readonly v: number;
}

/**
 * A colour of a screen as the planes hold it: the inverse of {@linkcode rgbFromYuv}.
 *
 * @param rgb Red, green and blue, each from 0 to 255.
 * @param colour The matrix and range of the planes.
 * @returns The colour, rounded to whole numbers.
 */
export function yuvFromRgb(
  [red, green, blue]: readonly [number, number, number],
  colour: Pick<Colour, "matrix" | "range">,
): Yuv {
  const { kr, kb } = LUMA_WEIGHTS[colour.matrix];
  const { lumaOffset, lumaGain, redFromV, blueFromU } = rgbFromYuv(colour);
  const luma = kr * red + (1 - kr - kb) * green + kb * blue;
  return {
    y: Math.round(luma / lumaGain + lumaOffset),
    u: Math.min(255, Math.round((blue - luma) / blueFromU + 128)),
    v: Math.min(255, Math.round((red - luma) / redFromV + 128)),
  };
}
