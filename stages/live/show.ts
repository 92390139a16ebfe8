import type { Frame, FrameSource } from "../../pipeline/frame.ts";
import { FramePool } from "../../pipeline/frame_pool.ts";
import { type Planes, planesByteLength } from "../../pipeline/planes.ts";
import { AgeBound } from "./age_bound.ts";
import { NoSignalCard } from "./no_signal_card.ts";
import { type OutgoingPicture, Outlet, type OutletOptions } from "./outlet.ts";
import type { OutletTally } from "./outlet_tally.ts";
import { type PictureForm, Refit } from "./refit.ts";
import { waited } from "./waited.ts";

/** The rate of the cards of a feed that does not tell its own, in fps. */
const USUAL_FPS = 15;

/** How fast cards come at most, in fps. */
const MAX_CARD_FPS = 30;

/** For how many of its own intervals a slow feed, or pipeline, may show nothing until a card is shown. */
const SLOW_INTERVALS = 3;

/** What a show is made of. */
export interface ShowOptions extends Omit<OutletOptions, "argsFor" | "stream"> {
  /** Ffmpeg's arguments for pictures of a source. */
  readonly argsFor: (source: FrameSource, isAgain: boolean) => readonly string[];
  /** After how long without a frame a card is shown, in milliseconds. */
  readonly cardAfterMs: number;
}

/**
 * What viewers see of a feed: its frames, made alike, at times that always rise, and cards while
 * there are none.
 */
export class Show implements AsyncDisposable {
  readonly #options: ShowOptions;
  readonly #tally: OutletTally;
  readonly #outlet: Outlet;
  readonly #refit: Refit;
  readonly #pool: FramePool;
  readonly #card: NoSignalCard;
  readonly #name: string;
  readonly #intervalMs: number;
  readonly #bound: AgeBound;
  readonly #ticksPerMs: number;
  readonly #ending = new AbortController();
  readonly #cards: Promise<void>;
  #lastPts = -1;
  /** When the last frame was shown, in ticks of the output. */
  #framePts = 0;
  /** What is added to the times of frames, as cards were shown up to then. */
  #shift = 0;
  #shownAtMs = performance.now();
  /** How old the last frame was when it came, if that is too old and all are. */
  #graceMs = 0;
  #cardAtS = -1;
  #cardPlanes: Planes | undefined;

  /** Begins with a frame, like which all that follows is made. */
  constructor({ source, timeBase }: Frame, options: ShowOptions, tally: OutletTally) {
    const { frameRate } = source;
    this.#options = options;
    this.#tally = tally;
    this.#name = source.name;
    this.#bound = new AgeBound(options.maxLatencyMs, -Infinity); // The first one is better than none.
    this.#refit = new Refit(source);
    const { form } = this.#refit;
    this.#pool = new FramePool(planesByteLength(form.width, form.height));
    this.#card = new NoSignalCard(form);
    this.#ticksPerMs = timeBase.den / timeBase.num / 1000;
    const fps = frameRate ? frameRate.num / frameRate.den : USUAL_FPS;
    this.#intervalMs = 1000 / Math.min(fps, MAX_CARD_FPS);
    this.#outlet = new Outlet({
      ...options,
      argsFor: (isAgain) => options.argsFor(source, isAgain),
      ...source.sound && { sound: source.sound },
      stream: { width: form.width, height: form.height, timeBase, ...frameRate && { frameRate } },
    }, tally);
    this.#cards = this.#showCards(this.#ending.signal);
    this.#cards.catch(() => {}); // Whoever waits for the end hears of it.
  }

  /** Shows a frame; it may be disposed of afterwards. */
  async show({ planes, pts, source, arrivedAtMs }: Frame): Promise<void> {
    this.#tally.received++;
    const nowMs = this.#shownAtMs = performance.now();
    const ageMs = nowMs - (arrivedAtMs ?? nowMs);
    const isAdmitted = this.#bound.admits(ageMs, nowMs);
    this.#graceMs = isAdmitted && ageMs > this.#options.maxLatencyMs ? ageMs : 0;
    if (pts + this.#shift <= this.#lastPts) {
      this.#shift = this.#lastPts + Math.ceil(this.#ticksPerMs * this.#intervalMs) - pts;
    }
    await this.#offer(planes, source.colour, {
      pts: pts + this.#shift,
      arrivedAtMs: nowMs - ageMs,
      graceMs: this.#graceMs,
      isCard: false,
    });
  }

  /** Ends the output in an orderly way. */
  async finish(): Promise<void> {
    this.#ending.abort();
    await this.#cards;
    await this.#outlet.finish();
  }

  /** Ends the output at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#outlet[Symbol.asyncDispose]();
    await this.#cards.catch(() => {}); // It was told to whoever waited for the end.
  }

  /** Shows cards for as long as no frame comes. */
  async #showCards(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A pipeline that takes that long for a frame needs as long for the next one.
      const intervalMs = Math.max(this.#intervalMs, this.#graceMs);
      const cardAfterMs = Math.max(this.#options.cardAfterMs, SLOW_INTERVALS * intervalMs);
      const silenceMs = performance.now() - this.#shownAtMs;
      if (silenceMs < cardAfterMs) {
        await waited(cardAfterMs - silenceMs, signal);
        continue;
      }
      await this.#showCard();
      await waited(this.#intervalMs, signal);
    }
  }

  async #showCard(): Promise<void> {
    const lastShownAtMs = this.#shownAtMs;
    const at = new Date();
    const atS = Math.floor(at.getTime() / 1000);
    if (atS !== this.#cardAtS) {
      this.#cardAtS = atS;
      this.#cardPlanes = await this.#card.painted({ name: this.#name, at });
    }
    if (this.#shownAtMs !== lastShownAtMs) return; // A frame has come meanwhile.
    const nowMs = performance.now();
    const pts = this.#framePts + Math.round((nowMs - lastShownAtMs) * this.#ticksPerMs);
    const { colour } = this.#refit.form;
    await this.#offer(this.#cardPlanes!, colour, { pts, arrivedAtMs: nowMs, isCard: true });
  }

  async #offer(
    planes: Planes,
    colour: PictureForm["colour"],
    picture: Pick<OutgoingPicture, "pts" | "arrivedAtMs" | "graceMs" | "isCard">,
  ): Promise<void> {
    const buffer = this.#pool.take();
    const bytes = new Uint8Array(buffer);
    const fitted = this.#refit.fit(planes, colour, bytes);
    if (fitted.data !== bytes) bytes.set(fitted.data); // The frame itself goes back to its source.
    const data = this.#pool.lend(buffer);
    this.#lastPts = picture.pts;
    if (!picture.isCard) this.#framePts = picture.pts;
    await this.#outlet.offer({
      ...picture,
      shift: this.#shift,
      byteLength: buffer.byteLength,
      data,
      [Symbol.dispose]: () => data[Symbol.dispose](),
    });
  }
}
