import { clamped, type Sampler, type SamplerSpec } from "./sampler.ts";

/** Which samples of a plane's axis each tensor pixel covers; the weights of one pixel add up to 1. */
interface Spans {
  /** The first sample covered. */
  readonly first: Int32Array;
  /** The last sample covered. */
  readonly last: Int32Array;
  /** The weight of the first sample. */
  readonly firstWeight: Float64Array;
  /** The weight of each sample between. */
  readonly innerWeight: Float64Array;
  /** The weight of the last sample: 0 where it is also the first. */
  readonly lastWeight: Float64Array;
  /** The share of the tensor pixel that lies in the picture. */
  readonly covered: Float64Array;
}

/** An axis of the tensor, and how the picture lies in it. */
interface Axis {
  readonly count: number;
  readonly scale: number;
  readonly offset: number;
  /** The size of the picture in full-size pixels. */
  readonly limit: number;
}

/** The spans in a plane of which a sample is `unit` full-size pixels wide. */
function spansOf({ count, scale, offset, limit }: Axis, unit: 1 | 2): Spans {
  const spans: Spans = {
    first: new Int32Array(count),
    last: new Int32Array(count),
    firstWeight: new Float64Array(count),
    innerWeight: new Float64Array(count),
    lastWeight: new Float64Array(count),
    covered: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const from = Math.max(0, i * scale + offset) / unit;
    const to = Math.min(limit, (i + 1) * scale + offset) / unit;
    if (!(to > from)) continue;
    const first = Math.floor(from);
    const last = Math.ceil(to) - 1;
    spans.first[i] = first;
    spans.last[i] = last;
    spans.firstWeight[i] = (Math.min(first + 1, to) - from) / (to - from);
    spans.innerWeight[i] = 1 / (to - from);
    spans.lastWeight[i] = last > first ? (to - last) / (to - from) : 0;
    spans.covered[i] = (to - from) * unit / scale;
  }
  return spans;
}

/** Averages one plane over the tensor's pixels: along each source row, then over the rows. */
class PlaneAverager {
  /** The averages of the tensor row that was asked for last. */
  readonly averages: Float64Array;
  readonly #columns: Spans;
  readonly #rows: Spans;
  readonly #line: Float64Array;
  #lineRow = NaN;

  constructor(x: Axis, y: Axis, unit: 1 | 2) {
    this.#columns = spansOf(x, unit);
    this.#rows = spansOf(y, unit);
    this.#line = new Float64Array(x.count);
    this.averages = new Float64Array(x.count);
  }

  /** Forgets the last picture. */
  reset(): void {
    this.#lineRow = NaN;
  }

  /** Computes the averages of a tensor row. */
  average(plane: Uint8Array, stride: number, tensorRow: number): void {
    const { first, last, firstWeight, innerWeight, lastWeight } = this.#rows;
    const from = first[tensorRow]!;
    const to = last[tensorRow]!;
    this.averages.fill(0);
    for (let row = from; row <= to; row++) {
      // Two tensor rows share the source row that the edge between them crosses.
      if (row !== this.#lineRow) averageLine(plane, row * stride, this.#columns, this.#line);
      this.#lineRow = row;
      const weights = row === from ? firstWeight : row === to ? lastWeight : innerWeight;
      const weight = weights[tensorRow]!;
      for (let i = 0; i < this.averages.length; i++) {
        this.averages[i]! += weight * this.#line[i]!;
      }
    }
  }
}

/** Averages along a source row. This is the hot loop. */
function averageLine(
  plane: Uint8Array,
  start: number,
  { first, last, firstWeight, innerWeight, lastWeight }: Spans,
  line: Float64Array,
): void {
  for (let i = 0; i < line.length; i++) {
    const from = start + first[i]!;
    const to = start + last[i]!;
    let inner = 0;
    for (let k = from + 1; k < to; k++) inner += plane[k]!;
    line[i] = plane[from]! * firstWeight[i]! + inner * innerWeight[i]! +
      plane[to]! * lastWeight[i]!;
  }
}

/**
 * Samples the exact average over the rectangle of the picture that each tensor pixel covers; what of
 * it lies outside the picture counts with the border's colour.
 *
 * @param spec What it is made for.
 * @returns The sampler.
 */
export function areaSampler({ frame, tensor, fit, rgbFromYuv, border }: SamplerSpec): Sampler {
  const x = { count: tensor.width, scale: fit.scaleX, offset: fit.offsetX, limit: frame.width };
  const y = { count: tensor.height, scale: fit.scaleY, offset: fit.offsetY, limit: frame.height };
  const averagers = [1, 2, 2].map((unit) => new PlaneAverager(x, y, unit as 1 | 2));
  const [luma, blueDifference, redDifference] = averagers as [
    PlaneAverager,
    PlaneAverager,
    PlaneAverager,
  ];
  const coveredX = spansOf(x, 1).covered;
  const coveredY = spansOf(y, 1).covered;
  const rgb = new Float64Array(3 * tensor.width);
  const { lumaOffset, lumaGain, redFromV, greenFromU, greenFromV, blueFromU } = rgbFromYuv;
  const [borderRed, borderGreen, borderBlue] = border;

  function convert(row: number): void {
    for (let i = 0; i < tensor.width; i++) {
      const share = coveredX[i]! * coveredY[row]!;
      const grey = (luma.averages[i]! - lumaOffset) * lumaGain;
      const u = blueDifference.averages[i]! - 128;
      const v = redDifference.averages[i]! - 128;
      const green = clamped(grey + greenFromU * u + greenFromV * v);
      rgb[3 * i] = clamped(grey + redFromV * v) * share + borderRed * (1 - share);
      rgb[3 * i + 1] = green * share + borderGreen * (1 - share);
      rgb[3 * i + 2] = clamped(grey + blueFromU * u) * share + borderBlue * (1 - share);
    }
  }

  return function sampleArea(planes, emit) {
    for (const averager of averagers) averager.reset();
    for (let row = 0; row < tensor.height; row++) {
      if (coveredY[row] === 0) continue;
      luma.average(planes.y, planes.width, row);
      blueDifference.average(planes.u, planes.chromaWidth, row);
      redDifference.average(planes.v, planes.chromaWidth, row);
      convert(row);
      emit(row, rgb);
    }
  };
}
