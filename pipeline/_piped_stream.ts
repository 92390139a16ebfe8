/** For each stream that is piped into: the pipe, which settles when all before it has cleared up. */
const PIPES = new WeakMap<WritableStream, Promise<void>>();

/**
 * A stream that remembers where it was piped to, so that a stage which fails or is cancelled can
 * wait until those before it have cleared up: web streams tell them, but wait for the nearest only.
 */
export class PipedStream<T> extends ReadableStream<T> {
  override pipeThrough<Out>(
    pair: ReadableWritablePair<Out, T>,
    options?: StreamPipeOptions,
  ): ReadableStream<Out> {
    const pipe = this.pipeTo(pair.writable, options);
    pipe.catch(() => {}); // What fails here fails what follows too, and is reported there.
    PIPES.set(pair.writable, pipe);
    return pair.readable;
  }
}

/** Waits until all that is piped into the stream, which must have failed or ended, has cleared up. */
export async function upstreamOf(writable: WritableStream): Promise<void> {
  await PIPES.get(writable)?.catch(() => {}); // Its failure is known.
}
