import { ModelError } from "../../pipeline/errors.ts";
import type { ModelUrl } from "./model_url.ts";
import { type Part, waited } from "./_part.ts";
import { failureOf, PassingError, requested } from "./_request.ts";

/** How far a download has come. */
export interface DownloadProgress {
  /** Where from, without user, password and query. */
  readonly shown: string;
  /** How many bytes are here. */
  readonly receivedBytes: number;
  /** How many there will be, where the server tells. */
  readonly totalBytes?: number;
}

/** How a file is transferred. */
export interface TransferOptions {
  /** What is here of it. */
  readonly part: Part;
  /** How large it may be. */
  readonly maxBytes: number;
  /** How long the server may be silent, in milliseconds. */
  readonly stallMs: number;
  /** How long is waited before each further attempt, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  /** Is told how far it has come. */
  readonly onProgress: (progress: DownloadProgress) => void;
  /** Is told each host before it is asked. */
  readonly onHost: (host: string) => void;
  /** Turns what the disk says into what the user is told. */
  readonly onDiskError: (cause: unknown) => unknown;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

/**
 * Transfers a file, or what is missing of it. Where the connection is lost, it goes on from there, if
 * the server can: as RFC 9110 has it, by a range and the entity tag that the bytes here came with.
 *
 * @throws {ModelError} If it is not to be had.
 */
export async function transfer(model: ModelUrl, options: TransferOptions): Promise<void> {
  for (const delayMs of [...options.retryDelaysMs, undefined]) {
    try {
      return await attempt(model, options);
    } catch (error) {
      if (!(error instanceof PassingError) || delayMs === undefined) throw error;
      await waited(delayMs, options.signal);
    }
  }
}

/** A clock that ends what a silent server holds up. */
class Patience implements Disposable {
  readonly #controller = new AbortController();
  readonly #shown: string;
  readonly #stallMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(shown: string, stallMs: number) {
    [this.#shown, this.#stallMs] = [shown, stallMs];
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() =>
      this.#controller.abort(
        new PassingError(
          `Cannot download the model "${this.#shown}": the server says nothing for ` +
            `${this.#stallMs / 1000} s`,
        ),
      ), this.#stallMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

async function attempt(model: ModelUrl, options: TransferOptions): Promise<void> {
  const { part, onHost } = options;
  using patience = new Patience(model.shown, options.stallMs);
  const signal = AbortSignal.any([options.signal, patience.signal]);
  const state = await part.state();
  const size = state ? await part.size() : 0;
  const headers = state && size > 0 ? { "range": `bytes=${size}-`, "if-range": state.etag } : {};
  const response = await requested(model, { headers, signal, onHost });
  const start = await startOf(response, model, { part, etag: state?.etag, size })
    .catch(async (error) => {
      await response.body?.cancel();
      throw error;
    });
  await received(response, model, { ...options, signal, patience, start });
}

/** From which byte on the answer goes; the part holds what is before. */
async function startOf(
  { status, headers }: Response,
  { shown }: ModelUrl,
  { part, etag, size }: { readonly part: Part; readonly etag: string | undefined; size: number },
): Promise<number> {
  const failed = `Cannot download the model "${shown}"`;
  const [, first] = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "") ?? [];
  if (status === 206 && size > 0 && Number(first) === size && headers.get("etag") === etag) {
    return size;
  }
  if (status === 206 || status === 416) {
    await part.begin(null); // What is here does not fit what is there: all of it is asked for.
    throw new PassingError(`${failed}: the server does not go on where it left off`);
  }
  if (status >= 500 || status === 429) {
    throw new PassingError(`${failed}: the server answers ${status}`);
  }
  if (status !== 200) throw new ModelError(`${failed}: the server answers ${meaningOf(status)}`);
  if (/^(text\/html|application\/xhtml)/i.test(headers.get("content-type") ?? "")) {
    throw new ModelError(`${failed}: what is there is a web page`);
  }
  if ((headers.get("content-encoding") ?? "identity") !== "identity") {
    throw new ModelError(`${failed}: the server packs it, which it was asked not to`);
  }
  await part.begin(headers.get("etag"));
  return 0;
}

function meaningOf(status: number): string {
  const meanings: Readonly<Record<number, string>> = {
    401: " (it wants to know who asks)",
    403: " (it does not permit it)",
    404: " (there is no such file)",
    410: " (the file is gone)",
  };
  return `${status}${meanings[status] ?? ""}`;
}

/** Adds what comes to what is here. */
async function received(
  { body, headers }: Response,
  { shown }: ModelUrl,
  { part, maxBytes, onProgress, onDiskError, signal, patience, start }: TransferOptions & {
    readonly patience: Patience;
    readonly start: number;
  },
): Promise<void> {
  const length = headers.get("content-length");
  const totalBytes = length === null ? undefined : start + Number(length);
  const tooLarge = async () => {
    await part.begin(null); // So nothing of it is kept.
    return new ModelError(`Cannot download the model "${shown}": it is over ${maxBytes} bytes`);
  };
  if (totalBytes !== undefined && totalBytes > maxBytes) {
    await body?.cancel();
    throw await tooLarge();
  }
  let receivedBytes = start;
  const told = () =>
    onProgress({ shown, receivedBytes, ...totalBytes !== undefined && { totalBytes } });
  told();
  for await (const piece of piecesOf(body, (cause) => failureOf(shown, cause, signal))) {
    patience.renew();
    receivedBytes += piece.length;
    if (receivedBytes > maxBytes) throw await tooLarge();
    await part.append(piece).catch((cause) => {
      throw onDiskError(cause);
    });
    told();
  }
  if (totalBytes !== undefined && receivedBytes !== totalBytes) {
    throw new PassingError(
      `Cannot download the model "${shown}": ${receivedBytes} of ${totalBytes} bytes came`,
    );
  }
}

/** The pieces of a body; who wants no more of them ends the connection. */
async function* piecesOf(
  body: Response["body"],
  failure: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw failure(cause);
  } finally {
    await reader?.cancel().catch(() => {}); // It may have ended already.
  }
}
