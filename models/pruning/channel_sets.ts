import type { RouteLayer } from "../darknet/layer.ts";
import type { DarknetArchitecture } from "../darknet/network.ts";
import { ChannelForest } from "./channel_forest.ts";

/** Which channels of a network can only be kept or removed together. */
export interface ChannelSets {
  /** For each layer, the number of the set that each channel of its result belongs to. */
  readonly ofLayers: readonly (readonly number[])[];
  /** The same for the network's input. */
  readonly ofInput: readonly number[];
  /** The sets that cannot be removed: those of the input, of results, and of what detects. */
  readonly fixed: ReadonlySet<number>;
}

/**
 * Finds which channels of a network can only be kept or removed together: what is added in a residual
 * sum, what passes a pooling, what a convolution turns channel by channel, and the same place of each
 * part where channels are cut into parts.
 *
 * @param architecture The network.
 * @returns The sets.
 */
export function channelSetsOf({ layers, input }: DarknetArchitecture): ChannelSets {
  const forest = new ChannelForest();
  const ofInput = forest.add(input[0]);
  const channels: (readonly number[])[] = [];
  const fixed = new Set(ofInput);
  const read = new Set(layers.flatMap(({ sources }) => sources));
  for (const [index, layer] of layers.entries()) {
    const sources = layer.sources.map((source) => channels[source] ?? ofInput);
    const [first = []] = sources;
    switch (layer.kind) {
      case "convolutional":
        channels.push(forest.convolved(first, layer));
        break;
      case "route":
        channels.push(routed(forest, sources, layer));
        break;
      case "shortcut":
        for (const [i, channel] of (sources[1] ?? []).entries()) forest.join(first[i], channel);
        channels.push(first);
        break;
      default:
        channels.push(first);
    }
    const isDetecting = layer.kind === "convolutional" && !layer.hasBatchNorm;
    if (isDetecting || layer.kind === "yolo" || !read.has(index)) {
      for (const channel of channels.at(-1) ?? []) fixed.add(channel);
    }
  }
  const roots = (numbers: readonly number[]) => numbers.map((number) => forest.rootOf(number));
  return {
    ofLayers: channels.map(roots),
    ofInput: roots(ofInput),
    fixed: new Set(roots([...fixed])),
  };
}

function routed(
  forest: ChannelForest,
  sources: readonly (readonly number[])[],
  { groups, groupId }: RouteLayer,
): number[] {
  return sources.flatMap((source) => {
    const length = source.length / groups;
    if (groups > 1) forest.joinParts(source, groups);
    return source.slice(groupId * length, (groupId + 1) * length);
  });
}
