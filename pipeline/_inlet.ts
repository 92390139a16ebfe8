/** Someone who waits until an item may be followed by another. */
interface Offer {
  taken(): void;
  refused(reason: unknown): void;
}

/**
 * A hand-over from a stream's sink to an async iteration, one item at a time, without a queue.
 *
 * Whoever offers an item waits until the one behind it is wanted, so that nothing is asked of those
 * before while an item is worked on: else each stage would keep a frame waiting. An eager inlet has the
 * next item ready by then.
 */
export class Inlet<T> implements AsyncIterableIterator<T> {
  readonly #isEager: boolean;
  #offered: Offer & { readonly item: T } | undefined;
  /** Whose item was taken, and is worked on. */
  #underWay: Offer | undefined;
  #wanted: PromiseWithResolvers<IteratorResult<T>> | undefined;
  #end: { readonly failed: boolean; readonly reason?: unknown } | undefined;

  constructor({ isEager = false }: { readonly isEager?: boolean } = {}) {
    this.#isEager = isEager;
  }

  /** Why the items stopped coming, once {@linkcode Inlet.fail} was called. */
  get failure(): { readonly reason?: unknown } | undefined {
    return this.#end?.failed ? this.#end : undefined;
  }

  /** Hands an item over, and waits until another may be offered. */
  offer(item: T): Promise<void> {
    if (this.#end) return Promise.reject(this.#end.reason);
    return new Promise((taken, refused) => {
      const offer = { item, taken, refused };
      if (!this.#wanted) {
        this.#offered = offer;
        return;
      }
      this.#take(offer);
      this.#wanted.resolve({ done: false, value: item });
      this.#wanted = undefined;
    });
  }

  #take(offer: Offer): void {
    if (this.#isEager) offer.taken();
    else this.#underWay = offer;
  }

  /** Ends the iteration behind the last item. */
  end(): void {
    this.#end ??= { failed: false };
    this.#wanted?.resolve({ done: true, value: undefined });
    this.#wanted = undefined;
  }

  /**
   * Makes the iteration throw, and refuses the item that waits.
   *
   * @returns The item that waited: nobody owns it any more.
   */
  fail(reason: unknown): T | undefined {
    if (this.failure) return undefined;
    this.#end = { failed: true, reason };
    this.#wanted?.reject(reason);
    this.#wanted = undefined;
    const offered = this.#offered;
    this.#offered = undefined;
    offered?.refused(reason);
    this.#underWay?.refused(reason);
    this.#underWay = undefined;
    return offered?.item;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.failure) return Promise.reject(this.failure.reason);
    this.#underWay?.taken();
    this.#underWay = undefined;
    if (this.#offered) {
      const { item } = this.#offered;
      this.#take(this.#offered);
      this.#offered = undefined;
      return Promise.resolve({ done: false, value: item });
    }
    if (this.#end) return Promise.resolve({ done: true, value: undefined });
    this.#wanted = Promise.withResolvers();
    return this.#wanted.promise;
  }

  return(): Promise<IteratorResult<T>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
