import { ModelError } from "../../pipeline/errors.ts";
import { cacheDirectory } from "../cache.ts";
import { MAX_MODEL_BYTES, type ModelFile, readModelFile } from "../model_file.ts";
import { holdPart, keepingError, type Part } from "./_part.ts";
import { type DownloadProgress, transfer, type TransferOptions } from "./_transfer.ts";
import { type ModelUrl, modelUrl } from "./model_url.ts";

export type { DownloadProgress } from "./_transfer.ts";

/** Options of {@linkcode downloaded}. */
export interface DownloadOptions {
  /** The SHA-256 that the file must have, in hexadecimal digits. */
  readonly sha256?: string;
  /** Is told how far the download has come, once for each piece that comes. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Gives it up. What has come stays, and is continued next time. */
  readonly signal?: AbortSignal;
}

/** What tests make smaller than it is. */
export interface DownloadLimits extends
  Partial<
    Pick<TransferOptions, "maxBytes" | "stallMs" | "retryDelaysMs">
  > {
  /** The directory of the cache. */
  readonly directory?: string | undefined;
}

/** Thrown when a download takes permissions, or a directory, that the program does not have. */
export class DownloadNotPermitted extends ModelError {
  /** The hosts that have to be asked, those of redirections too, each with its port if it has one. */
  readonly hosts: readonly string[];

  /**
   * Makes the error.
   *
   * @param shown The URL, without what nobody must see.
   * @param hosts The hosts that have to be asked.
   * @param cause What was thrown, if anything was.
   */
  constructor(shown: string, hosts: readonly string[], cause?: unknown) {
    super(
      `Cannot download the model "${shown}": it takes --allow-net=${hosts.join(",")}, and a ` +
        `directory named in STEADYBOX_CACHE that may be read and written`,
      { cause },
    );
    this.hosts = hosts;
  }
}

/**
 * A model's file from the network, or as it was kept when it was downloaded before.
 *
 * It is kept in `downloads` of the cache under the name of its SHA-256, so that with that known no
 * server is asked again. What has come of it lies beside it as a `.part`, is continued when the
 * connection was lost or the program ended, and gets its name only when it is whole and its SHA-256
 * is right. Programs that download the same file at the same time wait for each other.
 *
 * Without a SHA-256 the file is refused once it is here, in words that tell what it is: whoever
 * trusts what lies there today pins it with that.
 *
 * @param text The URL, of `https`.
 * @param options What is known of it.
 * @param limits How large, slow and often.
 * @returns The file.
 * @throws {DownloadNotPermitted} If a permission is missing, or no directory is known to keep it in.
 * @throws {ModelError} If it is not to be had, or is not what it must be.
 */
export async function downloaded(
  text: string,
  { sha256: wanted, onProgress = () => {}, signal = new AbortController().signal }:
    DownloadOptions = {},
  {
    directory = cacheDirectory(),
    maxBytes = MAX_MODEL_BYTES,
    stallMs = 30_000,
    retryDelaysMs = [1000, 2000, 4000],
  }: DownloadLimits = {},
): Promise<ModelFile> {
  const model = modelUrl(text);
  const hosts = new Set([model.url.host]);
  if (directory === undefined) throw new DownloadNotPermitted(model.shown, [...hosts]);
  const folder = `${directory}/downloads`;
  const kept = await keptFile(model, folder, wanted);
  if (kept) return kept;
  const onDiskError = (cause: unknown) =>
    cause instanceof Deno.errors.NotCapable ? cause : keepingError(model.shown, folder, cause);
  try {
    await Deno.mkdir(folder, { recursive: true });
    using part = await holdPart(`${folder}/${await keyOf(model)}.part`, signal);
    // Whoever had it before may just have finished it.
    const meanwhile = await keptFile(model, folder, wanted);
    if (meanwhile) return (await part.discard(), meanwhile);
    const options = { maxBytes, stallMs, retryDelaysMs, onProgress, onDiskError, signal };
    await transferred(model, { ...options, part, onHost: (host) => hosts.add(host) });
    return await verified(part, { model, folder, wanted });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new DownloadNotPermitted(model.shown, [...hosts], error);
    }
    if (error instanceof ModelError || signal.aborted) throw error;
    throw keepingError(model.shown, folder, error);
  }
}

/** Transfers it; what nothing can be added to is not kept. */
async function transferred(model: ModelUrl, options: TransferOptions): Promise<void> {
  try {
    await transfer(model, options);
  } catch (error) {
    const isOfUse = await options.part.size() > 0 && await options.part.state() !== undefined;
    if (!isOfUse) await options.part.discard();
    throw error;
  }
}

/** Gives what has come its name, if it is what was wanted. */
async function verified(
  part: Part,
  { model, folder, wanted }: {
    readonly model: ModelUrl;
    readonly folder: string;
    readonly wanted: string | undefined;
  },
): Promise<ModelFile> {
  const file = await readModelFile(part.path);
  if (wanted !== undefined && file.sha256 !== wanted) {
    await part.discard();
    throw new ModelError(
      `Cannot use the model "${model.shown}": what is there has the SHA-256 ${file.sha256}, not ` +
        wanted,
    );
  }
  await part.publish(keptPath(model, folder, file.sha256));
  if (wanted !== undefined) return file;
  throw new ModelError(
    `Cannot use the model "${model.shown}" as nothing says what it must be: what is there today ` +
      `has the SHA-256 ${file.sha256}; if you trust it, add --model-sha256 ${file.sha256}, or name that in its card`,
  );
}

function keptPath({ fileName }: ModelUrl, folder: string, sha256: string): string {
  return `${folder}/${sha256}.${fileName.split(".").at(-1)?.toLowerCase()}`;
}

/** What was downloaded before, unless it has been damaged since. */
async function keptFile(
  model: ModelUrl,
  folder: string,
  wanted: string | undefined,
): Promise<ModelFile | undefined> {
  if (wanted === undefined) return undefined;
  const file = await readModelFile(keptPath(model, folder, wanted)).catch(() => undefined);
  return file?.sha256 === wanted ? file : undefined;
}

/** A name for what is here of a file: another one for each URL, which tells nothing of it. */
async function keyOf({ url }: ModelUrl): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url.href));
  return new Uint8Array(hash).toHex().slice(0, 32);
}
