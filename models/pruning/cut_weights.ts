import type { ChannelUse } from "./channel_forest.ts";

/** Which channels a convolution keeps. */
export interface Kept {
  /** Whether each channel that it reads is kept. */
  readonly inputs: readonly boolean[];
  /** Whether each channel that it gives is kept. */
  readonly outputs: readonly boolean[];
}

/** How many channels are kept. */
export function countOf(mask: readonly boolean[]): number {
  return mask.reduce((count, isKept) => count + Number(isKept), 0);
}

/** The weights of the kept filters for the kept channels that they read. */
export function keptWeights(
  use: ChannelUse,
  weights: Float32Array<ArrayBuffer>,
  { inputs, outputs }: Kept,
): Float32Array<ArrayBuffer> {
  const area = weights.length / (use.filters * use.channelsPerGroup);
  const left = new Float32Array(weights.length);
  let end = 0;
  for (const { filter, channel, window } of windowsOf(use)) {
    if (!outputs[filter] || !inputs[channel]) continue;
    left.set(weights.subarray(window * area, (window + 1) * area), end);
    end += area;
  }
  return left.slice(0, end);
}

/** One of the windows of a convolution's weights. */
export interface WeightWindow {
  /** Its number. */
  readonly window: number;
  /** The filter that it belongs to. */
  readonly filter: number;
  /** The channel that it reads. */
  readonly channel: number;
}

/** The windows of a convolution's weights, in order. */
export function* windowsOf(
  { filters, groups, channelsPerGroup }: ChannelUse,
): Generator<WeightWindow> {
  for (let window = 0; window < filters * channelsPerGroup; window++) {
    const filter = Math.floor(window / channelsPerGroup);
    const group = Math.floor(filter * groups / filters);
    const channel = group * channelsPerGroup + window % channelsPerGroup;
    yield { window, filter, channel };
  }
}
