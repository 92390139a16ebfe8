import type { ConvolutionalLayer, RouteLayer } from "../darknet/layer.ts";
import type { DarknetArchitecture } from "../darknet/network.ts";

/** Which channels of a network can only be kept or removed together. */
export interface ChannelSets {
  /** For each layer, the number of the set that each channel of its result belongs to. */
  readonly ofLayers: readonly (readonly number[])[];
  /** The same for the network's input. */
  readonly ofInput: readonly number[];
  /** The sets that cannot be removed: those of the input, of results, and of what detects. */
  readonly fixed: ReadonlySet<number>;
}

/** Sets of numbers that can be joined: a forest whose roots stand for the sets (Tarjan, 1975). */
class Forest {
  readonly #parents: number[] = [];

  /** Adds sets of one number each. */
  add(count: number): number[] {
    return Array.from({ length: count }, () => this.#parents.push(this.#parents.length) - 1);
  }

  /** Makes the sets of the two numbers one. */
  join(a: number | undefined, b: number | undefined): void {
    if (a === undefined || b === undefined) throw new RangeError("Cannot join what is not there");
    this.#parents[this.rootOf(a)] = this.rootOf(b);
  }

  /** The number that stands for the set of another. */
  rootOf(number: number): number {
    let root = number;
    for (let next = this.#parents[root]; next !== undefined && next !== root;) {
      const above = this.#parents[next] ?? next;
      this.#parents[root] = above; // So the next way is half as long.
      root = above;
      next = this.#parents[root];
    }
    return root;
  }

  /** Joins the numbers at the same place of each part of a list. */
  joinParts(numbers: readonly number[], parts: number): void {
    const length = numbers.length / parts;
    for (const [i, number] of numbers.entries()) this.join(numbers[i % length], number);
  }
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
  const forest = new Forest();
  const ofInput = forest.add(input[0]);
  const channels: (readonly number[])[] = [];
  const fixed = new Set(ofInput);
  const read = new Set(layers.flatMap(({ sources }) => sources));
  for (const [index, layer] of layers.entries()) {
    const sources = layer.sources.map((source) => channels[source] ?? ofInput);
    const [first = []] = sources;
    switch (layer.kind) {
      case "convolutional":
        channels.push(convolved(forest, first, layer));
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

function convolved(
  forest: Forest,
  source: readonly number[],
  { filters, groups, channelsPerGroup }: ConvolutionalLayer,
): number[] {
  const results = forest.add(filters);
  if (groups === 1) return results;
  if (channelsPerGroup === 1) { // Each channel by itself: it goes with what it is made of.
    for (const [i, result] of results.entries()) {
      forest.join(source[Math.floor(i * groups / filters)], result);
    }
  } else { // Groups have to stay equally large.
    forest.joinParts(source, groups);
    forest.joinParts(results, groups);
  }
  return results;
}

function routed(
  forest: Forest,
  sources: readonly (readonly number[])[],
  { groups, groupId }: RouteLayer,
): number[] {
  return sources.flatMap((source) => {
    const length = source.length / groups;
    if (groups > 1) forest.joinParts(source, groups);
    return source.slice(groupId * length, (groupId + 1) * length);
  });
}
