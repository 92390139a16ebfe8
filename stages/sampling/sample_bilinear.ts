import type { Planes } from "../../pipeline/planes.ts";
import { borderRow, clamped, type Sampler, type SamplerSpec } from "./sampler.ts";

/** Between which two source pixels each tensor pixel of an axis lies. */
interface Taps {
  /** The first of the two; the other follows it. Either may lie outside the picture. */
  readonly first: Int32Array;
  /** The weight of the second, from 0 to below 1. */
  readonly fraction: Float64Array;
  /** From here … */
  readonly from: number;
  /** … to before here at least one of the two lies in the picture. */
  readonly to: number;
  /** From here … */
  readonly innerFrom: number;
  /** … to before here both do, and the chroma samples on both sides of each. */
  readonly innerTo: number;
}

function tapsOf(count: number, scale: number, offset: number, limit: number): Taps {
  const first = new Int32Array(count);
  const fraction = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const position = (i + 0.5) * scale + offset - 0.5;
    first[i] = Math.floor(position);
    fraction[i] = position - first[i]!;
  }
  const before = (end: number) => first.filter((value) => value < end).length;
  // The chroma sample behind the last but one pixel is missing where their number is even.
  const innerTo = before(limit % 2 ? limit - 1 : limit - 2);
  const innerFrom = Math.min(before(0), innerTo);
  return { first, fraction, from: before(-1), to: before(limit), innerFrom, innerTo };
}

/** A source row, sampled at the tensor's columns. */
interface Line {
  /** Which source row it is. */
  row: number;
  readonly rgb: Float64Array;
}

/**
 * Samples with four taps, as `cv2.warpAffine` with `INTER_LINEAR` and `BORDER_CONSTANT` does to the
 * picture in RGB: each tap is converted, then weighted; taps outside the picture have the border's
 * colour.
 *
 * A tap's chroma is interpolated between the samples around it, which lie where H.264 has them
 * unless told otherwise (ITU-T H.264, figure 6-1 and annex E, chroma_loc_type 0): column k on the
 * pixel column 2k, row k between the rows 2k and 2k + 1. Beyond the first and the last sample it
 * stays the same.
 *
 * @param spec What it is made for.
 * @returns The sampler.
 */
export function bilinearSampler(spec: SamplerSpec): Sampler {
  const { frame, tensor, fit, border } = spec;
  const columns = tapsOf(tensor.width, fit.scaleX, fit.offsetX, frame.width);
  const rows = tapsOf(tensor.height, fit.scaleY, fit.offsetY, frame.height);
  const newLine = (): Line => ({ row: NaN, rgb: borderRow(tensor.width, border) });
  const outside = newLine();
  // Two, as consecutive tensor rows often share a source row when a picture is enlarged.
  const lines: [Line, Line] = [newLine(), newLine()];
  const blended = new Float64Array(3 * tensor.width);

  function lineAt(planes: Planes, row: number): Line {
    if (row < 0 || row >= frame.height) return outside;
    const line = lines[row & 1]!;
    if (line.row !== row) {
      sampleInner(planes, row, columns, spec, line.rgb);
      sampleEdges(planes, row, columns, spec, line.rgb);
      line.row = row;
    }
    return line;
  }

  return function sampleBilinear(planes, emit) {
    for (const line of lines) line.row = NaN;
    for (let row = rows.from; row < rows.to; row++) {
      const fraction = rows.fraction[row]!;
      const upper = lineAt(planes, rows.first[row]!).rgb;
      // At odd whole ratios the second row never counts, and need not be read.
      const lower = fraction === 0 ? upper : lineAt(planes, rows.first[row]! + 1).rgb;
      for (let i = 0; i < blended.length; i++) {
        blended[i] = upper[i]! + (lower[i]! - upper[i]!) * fraction;
      }
      emit(row, blended);
    }
  };
}

/** Where the chroma rows begin that are nearest to a pixel row, and second to it. */
function chromaRowsOf(
  row: number,
  { chromaWidth, chromaHeight }: Planes,
): { readonly near: number; readonly far: number } {
  const near = row >> 1;
  const far = row & 1 ? Math.min(near + 1, chromaHeight - 1) : Math.max(near - 1, 0);
  return { near: near * chromaWidth, far: far * chromaWidth };
}

/**
 * Samples a source row where all that is read lies in the picture. This is the hot loop.
 *
 * The nearer chroma row counts three quarters and the other one quarter; a pixel between two chroma
 * columns takes half of each. In eighths, all of it are whole numbers.
 */
function sampleInner(
  planes: Planes,
  row: number,
  { first, fraction, innerFrom, innerTo }: Taps,
  { rgbFromYuv }: SamplerSpec,
  rgb: Float64Array,
): void {
  const { y, u, v } = planes;
  const { lumaOffset, lumaGain } = rgbFromYuv;
  const redFromV = rgbFromYuv.redFromV / 8;
  const greenFromU = rgbFromYuv.greenFromU / 8;
  const greenFromV = rgbFromYuv.greenFromV / 8;
  const blueFromU = rgbFromYuv.blueFromU / 8;
  const lumaRow = row * planes.width;
  const chromaRows = chromaRowsOf(row, planes);
  for (let i = innerFrom; i < innerTo; i++) {
    const x = first[i]!;
    const f = fraction[i]!;
    const near = chromaRows.near + (x >> 1);
    const far = chromaRows.far + (x >> 1);
    const thisU = 3 * u[near]! + u[far]!;
    const thisV = 3 * v[near]! + v[far]!;
    const nextU = 3 * u[near + 1]! + u[far + 1]!;
    const nextV = 3 * v[near + 1]! + v[far + 1]!;
    const betweenU = thisU + nextU - 1024;
    const betweenV = thisV + nextV - 1024;
    const isOdd = x & 1;
    const leftU = isOdd ? betweenU : 2 * thisU - 1024;
    const leftV = isOdd ? betweenV : 2 * thisV - 1024;
    const rightU = isOdd ? 2 * nextU - 1024 : betweenU;
    const rightV = isOdd ? 2 * nextV - 1024 : betweenV;
    const leftY = (y[lumaRow + x]! - lumaOffset) * lumaGain;
    const rightY = (y[lumaRow + x + 1]! - lumaOffset) * lumaGain;
    const red = clamped(leftY + redFromV * leftV);
    const green = clamped(leftY + greenFromU * leftU + greenFromV * leftV);
    const blue = clamped(leftY + blueFromU * leftU);
    const rightGreen = clamped(rightY + greenFromU * rightU + greenFromV * rightV);
    rgb[3 * i] = red + (clamped(rightY + redFromV * rightV) - red) * f;
    rgb[3 * i + 1] = green + (rightGreen - green) * f;
    rgb[3 * i + 2] = blue + (clamped(rightY + blueFromU * rightU) - blue) * f;
  }
}

/** Samples a source row where something of what is read lies outside the picture, but not all. */
function sampleEdges(
  planes: Planes,
  row: number,
  { first, fraction, from, to, innerFrom, innerTo }: Taps,
  spec: SamplerSpec,
  rgb: Float64Array,
): void {
  for (let i = from; i < to; i++) {
    if (i === innerFrom) i = innerTo;
    if (i >= to) break;
    const left = colourAt(planes, row, first[i]!, spec);
    const right = colourAt(planes, row, first[i]! + 1, spec);
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * i + channel] = left[channel]! * (1 - fraction[i]!) + right[channel]! * fraction[i]!;
    }
  }
}

function colourAt(
  planes: Planes,
  row: number,
  column: number,
  { rgbFromYuv, border }: SamplerSpec,
): readonly [number, number, number] {
  if (column < 0 || column >= planes.width) return border;
  const { near, far } = chromaRowsOf(row, planes);
  const before = column >> 1;
  const behind = Math.min((column + 1) >> 1, planes.chromaWidth - 1);
  const chromaIn = (plane: Uint8Array) =>
    (3 * (plane[near + before]! + plane[near + behind]!) +
        plane[far + before]! + plane[far + behind]!) / 8 - 128;
  const u = chromaIn(planes.u);
  const v = chromaIn(planes.v);
  const luma = (planes.y[row * planes.width + column]! - rgbFromYuv.lumaOffset) *
    rgbFromYuv.lumaGain;
  return [
    clamped(luma + rgbFromYuv.redFromV * v),
    clamped(luma + rgbFromYuv.greenFromU * u + rgbFromYuv.greenFromV * v),
    clamped(luma + rgbFromYuv.blueFromU * u),
  ];
}
