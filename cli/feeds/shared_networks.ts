import { openSession } from "../../models/session.ts";
import { SharedSession } from "../../models/shared_session.ts";
import type { Model } from "../../models/model.ts";
import type { InferenceSession } from "../../pipeline/inference_session.ts";
import { counted } from "../_format.ts";
import { chosenModel } from "../_model.ts";
import { loadOf } from "../_outputs.ts";
import type { Finder } from "../_pipeline.ts";
import type { RunOptions } from "../_run_options.ts";

/** A network that is open for one feed, until it is disposed of. */
export interface Lease extends AsyncDisposable {
  /** What finds the objects. */
  readonly finder: Finder;
}

/** A network that is open, or about to be. */
interface Entry {
  readonly opening: Promise<Opened>;
  /** How many feeds have it. */
  users: number;
}

interface Opened {
  readonly model: Model;
  readonly session: InferenceSession;
  readonly shared: SharedSession;
}

/** The networks of all feeds: those that want the same one on the same device share it. */
export class SharedNetworks {
  readonly #entries = new Map<string, Entry>();
  readonly #onClosed: (line: string) => void;

  /**
   * Makes it.
   *
   * @param onClosed Told what went through a network, when its last feed has ended.
   */
  constructor(onClosed: (line: string) => void) {
    this.#onClosed = onClosed;
  }

  /**
   * Opens a network for a feed, unless it is open.
   *
   * @param options What the feed wants.
   * @param signal Gives it up.
   * @throws {ModelError} If the model is not to be had.
   * @throws {DeviceError} If the device is not to be had.
   */
  async open(options: RunOptions, signal: AbortSignal): Promise<Lease> {
    const { model, modelSha256, labels, imgsz, device, half } = options;
    const key = JSON.stringify([model, modelSha256, labels, imgsz, device, half]);
    const entry = this.#entries.get(key) ?? { opening: opened(options, signal), users: 0 };
    this.#entries.set(key, entry);
    entry.users++;
    try {
      const { model: { card, detector }, shared } = await entry.opening;
      const session = shared.forSource();
      let isOpen = true;
      return {
        finder: { card, detector, session },
        [Symbol.asyncDispose]: async () => {
          if (!isOpen) return;
          isOpen = false;
          await session[Symbol.asyncDispose]();
          await this.#leave(key, entry);
        },
      };
    } catch (error) {
      if (--entry.users === 0) this.#entries.delete(key); // The next one may have more luck.
      throw error;
    }
  }

  async #leave(key: string, entry: Entry): Promise<void> {
    if (--entry.users > 0) return;
    this.#entries.delete(key);
    const { model: { card }, session, shared } = await entry.opening;
    const { inputs, runs } = shared.statistics();
    const together = runs < inputs ? `, ${counted(runs, "run")}` : "";
    const went = `${counted(inputs, "input")}${together}`;
    if (inputs > 0) this.#onClosed(`${card.name} on ${session.device}: ${went}`);
    await session[Symbol.asyncDispose]();
  }
}

async function opened(options: RunOptions, signal: AbortSignal): Promise<Opened> {
  const model = await chosenModel(options, { signal });
  const session = await openSession(model.network, {
    device: options.device,
    precision: options.half ? "half" : "single",
    load: loadOf(options, model.card), // Of the feed that comes first: the others mostly are like it.
  });
  return { model, session, shared: new SharedSession(session) };
}
