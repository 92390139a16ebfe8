import { type Colour, rgbFromYuv, yuvFromRgb } from "../../pipeline/colour.ts";
import { letterboxFit, type Size } from "../../pipeline/fit.ts";
import { type Planes, planesFrom } from "../../pipeline/planes.ts";
import { evenSized } from "../ffmpeg/even_size.ts";

/** The size of an output's pictures, and what their numbers mean. */
export interface PictureForm extends Size {
  /** The matrix and range. */
  readonly colour: Pick<Colour, "matrix" | "range">;
}

/** What a pixel of the output is mixed from, on one axis. */
interface Tap {
  readonly first: number;
  readonly weights: Float32Array;
}

/** How a plane is scaled into a place in another. */
interface Scaling {
  readonly rows: readonly Tap[];
  readonly columns: readonly Tap[];
  readonly left: number;
  readonly top: number;
}

/**
 * Makes pictures of any size and colour space fit one output: whole, undistorted, in the middle,
 * with black bars where nothing is.
 */
export class Refit {
  /** The form of the output; its size is even, as encoders want it. */
  readonly form: PictureForm;
  #from: PictureForm | undefined;
  #luma: Scaling | undefined;
  #chroma: Scaling | undefined;
  #row = new Float32Array(0);

  /** @param form The form of the first picture: those like it are not scaled. */
  constructor({ width, height, colour }: PictureForm) {
    this.form = { width: width + width % 2, height: height + height % 2, colour };
  }

  /** Whether a picture has to be scaled. */
  isScaled({ width, height }: Size): boolean {
    return width + width % 2 !== this.form.width || height + height % 2 !== this.form.height;
  }

  /**
   * A picture in the form of the output.
   *
   * @param planes The picture.
   * @param colour What its numbers mean.
   * @param data Memory of the output's size, which is filled where the picture is not fit as it is.
   * @returns The picture itself, or the one in `data`.
   */
  fit(planes: Planes, colour: PictureForm["colour"], data: Uint8Array<ArrayBuffer>): Planes {
    const isRecoloured = colour.matrix !== this.form.colour.matrix ||
      colour.range !== this.form.colour.range;
    const fitted = this.isScaled(planes)
      ? this.#scaled(planes, { width: planes.width, height: planes.height, colour }, data)
      : isRecoloured
      ? copied(evenSized(planes, data), data)
      : evenSized(planes, data);
    if (isRecoloured) recolour(fitted, colour, this.form.colour);
    return fitted;
  }

  #scaled(planes: Planes, from: PictureForm, data: Uint8Array<ArrayBuffer>): Planes {
    const { width, height } = this.form;
    if (from.width !== this.#from?.width || from.height !== this.#from.height) {
      this.#from = from;
      this.#luma = scalingFor(from, this.form);
      this.#chroma = scalingFor(halved(from), halved(this.form));
      this.#row = new Float32Array(from.width);
    }
    const fitted = planesFrom(data, width, height);
    const black = yuvFromRgb([0, 0, 0], from.colour); // It is recoloured with the rest.
    fitted.y.fill(black.y);
    fitted.u.fill(black.u);
    fitted.v.fill(black.v);
    this.#scale(planes.y, fitted.y, this.#luma!, planes.width, width);
    this.#scale(planes.u, fitted.u, this.#chroma!, planes.chromaWidth, fitted.chromaWidth);
    this.#scale(planes.v, fitted.v, this.#chroma!, planes.chromaWidth, fitted.chromaWidth);
    return fitted;
  }

  /** First the rows that a row is mixed from, then the columns of what comes of that. */
  #scale(
    from: Uint8Array,
    to: Uint8Array,
    { rows, columns, left, top }: Scaling,
    fromStride: number,
    toStride: number,
  ): void {
    const row = this.#row;
    for (const [y, { first, weights }] of rows.entries()) {
      row.fill(0);
      for (const [k, weight] of weights.entries()) {
        const at = (first + k) * fromStride;
        for (let x = 0; x < fromStride; x++) row[x]! += weight * from[at + x]!;
      }
      let at = (top + y) * toStride + left;
      for (const { first, weights } of columns) {
        let sum = 0.5;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * row[first + k]!;
        to[at++] = sum;
      }
    }
  }
}

function halved({ width, height }: Size): Size {
  return { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
}

function scalingFor(from: Size, to: Size): Scaling {
  const { scaleX } = letterboxFit(from, to);
  const width = Math.min(to.width, Math.max(1, Math.round(from.width / scaleX)));
  const height = Math.min(to.height, Math.max(1, Math.round(from.height / scaleX)));
  return {
    rows: tapsFor(from.height, height),
    columns: tapsFor(from.width, width),
    left: Math.floor((to.width - width) / 2),
    top: Math.floor((to.height - height) / 2),
  };
}

/** A triangle as wide as two pixels of the coarser of both: linear between pixels, or a mean of them. */
function tapsFor(from: number, to: number): Tap[] {
  const scale = from / to;
  const radius = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - radius));
    const last = Math.min(from - 1, Math.floor(centre + radius));
    const weights = Float32Array.from(
      { length: last - first + 1 },
      (_, k) => Math.max(0, 1 - Math.abs(first + k - centre) / radius),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function copied(planes: Planes, data: Uint8Array<ArrayBuffer>): Planes {
  if (planes.data !== data) data.set(planes.data);
  return planesFrom(data, planes.width, planes.height);
}

/**
 * Changes what the numbers mean, in place: from YUV over RGB to YUV, which comes to one 3x3 matrix
 * whose first column is all luma, as grey stays grey.
 */
function recolour(planes: Planes, from: PictureForm["colour"], to: PictureForm["colour"]): void {
  const source = rgbFromYuv(from);
  const target = rgbFromYuv(to);
  const chromaGain = to.range === "limited" ? 255 / 224 : 1;
  const [kr, kb] = [1 - target.redFromV / 2 / chromaGain, 1 - target.blueFromU / 2 / chromaGain];
  const kg = 1 - kr - kb;
  const lumaFromU = kb * source.blueFromU + kg * source.greenFromU;
  const lumaFromV = kr * source.redFromV + kg * source.greenFromV;
  const { y, u, v, width, height, chromaWidth } = planes;
  const gain = source.lumaGain / target.lumaGain;
  const clamped = new Uint8ClampedArray(y.buffer, y.byteOffset, y.length);
  for (let row = 0, at = 0; row < height; row++) {
    const chromaRow = (row >> 1) * chromaWidth;
    for (let x = 0; x < width; x++, at++) {
      const blue = u[chromaRow + (x >> 1)]! - 128;
      const red = v[chromaRow + (x >> 1)]! - 128;
      clamped[at] = (y[at]! - source.lumaOffset) * gain + target.lumaOffset +
        (lumaFromU * blue + lumaFromV * red) / target.lumaGain;
    }
  }
  const [clampedU, clampedV] = [u, v].map((plane) =>
    new Uint8ClampedArray(plane.buffer, plane.byteOffset, plane.length)
  ) as [Uint8ClampedArray, Uint8ClampedArray];
  for (let at = 0; at < u.length; at++) {
    const blue = u[at]! - 128;
    const red = v[at]! - 128;
    clampedU[at] = 128 +
      ((source.blueFromU - lumaFromU) * blue - lumaFromV * red) / target.blueFromU;
    clampedV[at] = 128 + ((source.redFromV - lumaFromV) * red - lumaFromU * blue) / target.redFromV;
  }
}
