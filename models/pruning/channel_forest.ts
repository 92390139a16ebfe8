/** What a convolution does to channels. */
export interface ChannelUse {
  /** How many channels it gives. */
  readonly filters: number;
  /** In how many parts the channels are, which do not see each other. */
  readonly groups: number;
  /** Channels of its input that a filter reads. */
  readonly channelsPerGroup: number;
}

/**
 * Channels by number, and which of them can only be kept or removed together: sets that can be joined,
 * a forest whose roots stand for the sets (Tarjan, "Efficiency of a Good But Not Linear Set Union
 * Algorithm", 1975).
 */
export class ChannelForest {
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

  /**
   * The channels that a convolution gives: new ones, but where it turns each channel by itself they go
   * with what they are made of, and its groups stay equally large.
   */
  convolved(
    source: readonly number[],
    { filters, groups, channelsPerGroup }: ChannelUse,
  ): number[] {
    const results = this.add(filters);
    if (groups === 1) return results;
    if (channelsPerGroup === 1) {
      for (const [i, result] of results.entries()) {
        this.join(source[Math.floor(i * groups / filters)], result);
      }
    } else {
      this.joinParts(source, groups);
      this.joinParts(results, groups);
    }
    return results;
  }
}
