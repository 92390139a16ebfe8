import type { Meter } from "./meter.ts";

/** What an item carries that has to be given back: the item itself, or its frame. */
function disposableOf(item: unknown): Disposable | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const carried = "frame" in item ? item.frame : item;
  return typeof carried === "object" && carried !== null && Symbol.dispose in carried
    ? carried as Disposable
    : undefined;
}

/** Gives back what an item carries. */
export function disposeOf(item: unknown): void {
  disposableOf(item)?.[Symbol.dispose]();
}

/** The time at which an item is shown, in microseconds, if it or its frame tells. */
function timestampUsOf(item: unknown): number | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const carried = "frame" in item ? item.frame : item;
  return (carried as { timestampUs?: number } | undefined)?.timestampUs;
}

/** The frames that a stage has taken and not passed on, with the time at which it took each. */
export class Holdings {
  readonly #takenAtMs = new Map<unknown, number>();
  readonly #meter: Meter;
  /** The presentation time of the last item taken, in microseconds. */
  lastTimestampUs: number | undefined;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Notes what passes into a stage. */
  async *taking<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of items) {
      this.lastTimestampUs = timestampUsOf(item) ?? this.lastTimestampUs;
      this.#takenAtMs.set(disposableOf(item) ?? item, performance.now());
      yield item;
    }
  }

  /** Notes that an item leaves the stage. As order is kept, older ones still held never will. */
  release(item: unknown): void {
    const key = disposableOf(item) ?? item;
    const takenAtMs = this.#takenAtMs.get(key);
    if (takenAtMs === undefined) return;
    this.#meter.record(performance.now() - takenAtMs);
    for (const held of this.#takenAtMs.keys()) {
      this.#takenAtMs.delete(held);
      if (held === key) break;
      disposeOf(held);
    }
  }

  /** Gives back all that is still held. */
  [Symbol.dispose](): void {
    for (const held of this.#takenAtMs.keys()) disposeOf(held);
    this.#takenAtMs.clear();
  }
}
