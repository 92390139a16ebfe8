import type { ModelCard } from "../models/card.ts";
import type { DownloadProgress } from "../models/download/download.ts";
import type { Model } from "../models/model.ts";
import { loadModel, type LoadModelOptions } from "../models/registry.ts";
import type { Size } from "../pipeline/fit.ts";
import { stderr, type Terminal } from "./_console.ts";
import { bytesText } from "./_format.ts";
import { labelsAt } from "./_labels.ts";
import { ERASE, LIVE_INTERVAL_MS, liveLine, PLAIN_INTERVAL_MS } from "./_progress.ts";

/** Which model is wanted, and whether anything is said of it. */
export interface ModelChoice {
  /** Its name, path or URL. */
  readonly model: string;
  /** The SHA-256 that its file must have, where one is given. */
  readonly modelSha256: string | undefined;
  /** The file with the names of its classes, or `coco`, where they are not the model's own. */
  readonly labels?: string | undefined;
  /** The size of the pictures that the network is fed, in pixels, where it leaves that free. */
  readonly imgsz?: Size | undefined;
  /** Whether nothing but errors is said. */
  readonly quiet: boolean;
}

/** How far a download has come: `12.3 MB of 45.0 MB  model.onnx`. */
function downloadLine(
  { shown, receivedBytes, totalBytes }: DownloadProgress,
): { readonly share: number | undefined; readonly words: string } {
  const name = shown.replace(/\?…$/, "").split("/").at(-1);
  const size = bytesText(receivedBytes);
  if (!totalBytes) return { share: undefined, words: `${size}  ${name}` };
  const share = receivedBytes / totalBytes;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  return { share, words: `${percent}  ${size} of ${bytesText(totalBytes)}  ${name}` };
}

/** What is said once a model has been downloaded: where it is from, and what it may be used for. */
function downloadedLine(
  { shown, receivedBytes }: DownloadProgress,
  card: ModelCard,
): string {
  const { licence, origin: { source } } = card;
  const from = source === undefined ? "" : ` (${source})`;
  const terms = licence === undefined ? "its licence is not known: ask who made it" : licence;
  return `Downloaded ${shown}, ${bytesText(receivedBytes)}${from}; licence: ${terms}\n`;
}

/** Shows how far a download has come, from its first byte until it is disposed of. */
class DownloadDisplay implements Disposable {
  readonly #terminal: Terminal;
  #last: DownloadProgress | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** What came last, if anything did. */
  get last(): DownloadProgress | undefined {
    return this.#last;
  }

  /** Something came. */
  readonly advance = (progress: DownloadProgress): void => {
    this.#last = progress;
    const { isTerminal } = this.#terminal;
    this.#timer ??= setInterval(
      () => this.#draw(),
      isTerminal ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS,
    );
  };

  #draw(): void {
    if (!this.#last) return;
    const { isTerminal, columns, write } = this.#terminal;
    const line = downloadLine(this.#last);
    write(isTerminal ? ERASE + liveLine(line, columns() - 1) : `${line.words}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#last && this.#terminal.isTerminal) this.#terminal.write(ERASE);
  }
}

/**
 * The model that the user wants; where it has to be downloaded, with a line that tells how far that
 * is, and one that tells its licence. As what a network of others was read is said too.
 *
 * @param choice Which one.
 * @param options What else is known of it.
 * @throws {ModelError} If it is not to be had.
 */
export async function chosenModel(
  { model, modelSha256, labels, imgsz, quiet }: ModelChoice,
  options: Omit<LoadModelOptions, "sha256" | "onProgress"> = {},
): Promise<Model> {
  const names = labels === undefined ? undefined : await labelsAt(labels);
  using display = new DownloadDisplay(stderr);
  const loaded = await loadModel(model, {
    ...options,
    ...modelSha256 !== undefined && { sha256: modelSha256 },
    ...names && { labels: names },
    ...imgsz && { size: imgsz },
    ...!quiet && { onProgress: display.advance },
  });
  display[Symbol.dispose]();
  if (display.last) stderr.write(downloadedLine(display.last, loaded.card));
  if (!quiet) { for (const note of loaded.notes ?? []) stderr.write(`${note}\n`); }
  return loaded;
}

/** A model's name with its licence, as every run shows it. */
export function namedWithLicence({ name, licence }: ModelCard): string {
  return `${name} (${licence ?? "licence unknown"})`;
}
