/** A hand-over from a stream's sink to an async iteration, one item at a time, without a queue. */
export class Inlet<T> implements AsyncIterableIterator<T> {
  #offered: { readonly item: T; taken(): void; refused(reason: unknown): void } | undefined;
  #wanted: PromiseWithResolvers<IteratorResult<T>> | undefined;
  #end: { readonly failed: boolean; readonly reason?: unknown } | undefined;

  /** Why the items stopped coming, once {@linkcode Inlet.fail} was called. */
  get failure(): { readonly reason?: unknown } | undefined {
    return this.#end?.failed ? this.#end : undefined;
  }

  /** Waits until the iteration takes the item. */
  offer(item: T): Promise<void> {
    if (this.#end) return Promise.reject(this.#end.reason);
    if (this.#wanted) {
      this.#wanted.resolve({ done: false, value: item });
      this.#wanted = undefined;
      return Promise.resolve();
    }
    return new Promise((taken, refused) => {
      this.#offered = { item, taken, refused };
    });
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
    return offered?.item;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.failure) return Promise.reject(this.failure.reason);
    if (this.#offered) {
      const { item, taken } = this.#offered;
      this.#offered = undefined;
      taken();
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
