import type { Planes } from "../../pipeline/planes.ts";
import { borderRow, clamped, type Sampler, type SamplerSpec } from "./sampler.ts";

/** Between which two source pixels each tensor pixel of an axis lies. */
interface Taps {
  /** The first of the two; the other follows it. Either may lie outside the picture. */
  readonly first: Int32Array;
  /** The weight of the second, from 0 to below 1. */
  readonly fraction: Float64Array;
  /** From here … */
  readonly innerFrom: number;
  /** … to before here both lie in the picture. */
  readonly innerTo: number;
}

function tapsOf(count: number, scale: number, offset: number, limit: number): Taps {
  const first = new Int32Array(count);
  const fraction = new Float64Array(count);
  let innerFrom = count;
  let innerTo = count;
  for (let i = count - 1; i >= 0; i--) {
    const position = (i + 0.5) * scale + offset - 0.5;
    first[i] = Math.floor(position);
    fraction[i] = position - first[i]!;
    if (first[i]! + 1 >= limit) innerTo = i;
    if (first[i]! >= 0) innerFrom = i;
  }
  return { first, fraction, innerFrom: Math.min(innerFrom, innerTo), innerTo };
}

/** A source row, sampled at the tensor's columns. */
interface Line {
  /** Which source row it is. */
  row: number;
  readonly rgb: Float64Array;
}

/**
 * Samples with four taps, as `cv2.warpAffine` with `INTER_LINEAR` and `BORDER_CONSTANT` does to the
 * picture in RGB: each tap is converted with the chroma of its own 2x2 block, then weighted; taps
 * outside the picture have the border's colour.
 *
 * @param spec What it is made for.
 * @returns The sampler.
 */
export function bilinearSampler(spec: SamplerSpec): Sampler {
  const { frame, tensor, fit, border } = spec;
  const columns = tapsOf(tensor.width, fit.scaleX, fit.offsetX, frame.width);
  const rows = tapsOf(tensor.height, fit.scaleY, fit.offsetY, frame.height);
  const outside: Line = { row: NaN, rgb: borderRow(tensor.width, border) };
  // Two, as consecutive tensor rows often share a source row when a picture is enlarged.
  const lines: [Line, Line] = [
    { row: NaN, rgb: new Float64Array(3 * tensor.width) },
    { row: NaN, rgb: new Float64Array(3 * tensor.width) },
  ];
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
    for (let row = 0; row < tensor.height; row++) {
      const upper = lineAt(planes, rows.first[row]!).rgb;
      const lower = lineAt(planes, rows.first[row]! + 1).rgb;
      const fraction = rows.fraction[row]!;
      for (let i = 0; i < blended.length; i++) {
        blended[i] = upper[i]! + (lower[i]! - upper[i]!) * fraction;
      }
      emit(row, blended);
    }
  };
}

/** Samples a source row where both taps lie in the picture. This is the hot loop. */
function sampleInner(
  { width, chromaWidth, y, u, v }: Planes,
  row: number,
  { first, fraction, innerFrom, innerTo }: Taps,
  { rgbFromYuv }: SamplerSpec,
  rgb: Float64Array,
): void {
  const { lumaOffset, lumaGain, redFromV, greenFromU, greenFromV, blueFromU } = rgbFromYuv;
  const lumaRow = row * width;
  const chromaRow = (row >> 1) * chromaWidth;
  for (let i = innerFrom; i < innerTo; i++) {
    const x = first[i]!;
    const f = fraction[i]!;
    const leftChroma = chromaRow + (x >> 1);
    const rightChroma = chromaRow + ((x + 1) >> 1);
    const leftY = (y[lumaRow + x]! - lumaOffset) * lumaGain;
    const rightY = (y[lumaRow + x + 1]! - lumaOffset) * lumaGain;
    const leftU = u[leftChroma]! - 128;
    const leftV = v[leftChroma]! - 128;
    const rightU = u[rightChroma]! - 128;
    const rightV = v[rightChroma]! - 128;
    rgb[3 * i] = clamped(leftY + redFromV * leftV) * (1 - f) +
      clamped(rightY + redFromV * rightV) * f;
    rgb[3 * i + 1] = clamped(leftY + greenFromU * leftU + greenFromV * leftV) * (1 - f) +
      clamped(rightY + greenFromU * rightU + greenFromV * rightV) * f;
    rgb[3 * i + 2] = clamped(leftY + blueFromU * leftU) * (1 - f) +
      clamped(rightY + blueFromU * rightU) * f;
  }
}

/** Samples a source row where a tap lies outside the picture, or both. */
function sampleEdges(
  planes: Planes,
  row: number,
  { first, fraction, innerFrom, innerTo }: Taps,
  spec: SamplerSpec,
  rgb: Float64Array,
): void {
  for (let i = 0; i < first.length; i++) {
    if (i === innerFrom) i = innerTo;
    if (i === first.length) break;
    const left = colourAt(planes, row, first[i]!, spec);
    const right = colourAt(planes, row, first[i]! + 1, spec);
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * i + channel] = left[channel]! * (1 - fraction[i]!) + right[channel]! * fraction[i]!;
    }
  }
}

function colourAt(
  { width, chromaWidth, ...planes }: Planes,
  row: number,
  column: number,
  { rgbFromYuv, border }: SamplerSpec,
): readonly [number, number, number] {
  if (column < 0 || column >= width) return border;
  const chroma = (row >> 1) * chromaWidth + (column >> 1);
  const luma = (planes.y[row * width + column]! - rgbFromYuv.lumaOffset) * rgbFromYuv.lumaGain;
  const u = planes.u[chroma]! - 128;
  const v = planes.v[chroma]! - 128;
  return [
    clamped(luma + rgbFromYuv.redFromV * v),
    clamped(luma + rgbFromYuv.greenFromU * u + rgbFromYuv.greenFromV * v),
    clamped(luma + rgbFromYuv.blueFromU * u),
  ];
}
