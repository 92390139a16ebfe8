import type { PictureTaker, PictureTap } from "./picture_tap.ts";

/** How much may lie in a connection until no more is put in, in bytes; one picture may always be. */
const MAX_BUFFERED_BYTES = 65536;

/** How long a connection may take nothing at all, in milliseconds. */
const STUCK_MS = 30_000;

/**
 * Somebody who looks at the page. They get a picture of a feed when they have asked for one, and
 * news while they read them: so what waits for them is bounded, however slow they are.
 */
export class Viewer implements PictureTaker {
  readonly #socket: WebSocket;
  readonly #taps: readonly PictureTap[];
  #fullSinceMs: number | undefined;

  /**
   * Serves a connection.
   *
   * @param socket The connection.
   * @param taps Where the pictures of each feed are had; feeds may be added.
   * @param changed Called when they have come, and with `true` when they have gone.
   */
  constructor(
    socket: WebSocket,
    taps: readonly PictureTap[],
    changed: (viewer: Viewer, hasGone: boolean) => void,
  ) {
    this.#socket = socket;
    this.#taps = taps;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => changed(this, false);
    socket.onmessage = ({ data }) => this.#ask(data);
    socket.onerror = () => {}; // It closes, too.
    socket.onclose = () => {
      for (const tap of this.#taps) tap.forget(this);
      changed(this, true);
    };
  }

  /** Takes a picture over; who asks for more than they read gets none. */
  take(message: Uint8Array<ArrayBuffer>): void {
    const { readyState, bufferedAmount } = this.#socket;
    if (readyState !== WebSocket.OPEN || bufferedAmount > MAX_BUFFERED_BYTES) return;
    this.#socket.send(message);
  }

  /** Tells news, unless older ones are still on their way; gives up who is stuck. */
  tell(news: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const nowMs = performance.now();
    if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) {
      this.#fullSinceMs = undefined;
      this.#socket.send(news);
    } else if (nowMs - (this.#fullSinceMs ??= nowMs) > STUCK_MS) {
      this.close();
    }
  }

  /** Says goodbye. */
  close(): void {
    this.#socket.close(1000);
  }

  /** What a page says is the number of a feed of which it wants the next picture. */
  #ask(data: unknown): void {
    const isNumber = typeof data === "string" && /^\d{1,4}$/.test(data);
    if (isNumber) this.#taps[Number(data)]?.ask(this);
  }
}
