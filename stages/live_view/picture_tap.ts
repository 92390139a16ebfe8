import type { FrameSource } from "../../pipeline/frame.ts";
import type { Detected } from "../../pipeline/items.ts";
import { isTrack } from "../../pipeline/track.ts";
import { colourOf } from "../drawing/palette.ts";
import { JpegEncoder } from "./jpeg_encoder.ts";

/** Somebody who asks for a picture. */
export interface PictureTaker {
  /** Takes the picture over. */
  take(message: Uint8Array<ArrayBuffer>): void;
}

/** How many objects of a picture are listed at most. */
const MAX_LISTED = 100;

/** How long the encoder's process is kept when nobody looks, in milliseconds. */
const IDLE_MS = 10_000;

/** How long it is left alone after it has failed, in milliseconds. */
const PAUSE_MS = 5000;

/** A picture that waits to be encoded, in memory of its own. */
interface Waiting {
  readonly source: FrameSource;
  readonly planes: Uint8Array<ArrayBuffer>;
  readonly description: string;
}

/**
 * Where pictures of a feed are taken off for those who look. Whoever asks gets the next one, once;
 * what is asked for meanwhile goes to all who asked. While nobody asks nothing is copied or encoded.
 */
export class PictureTap implements AsyncDisposable {
  readonly #feed: number;
  readonly #askers = new Set<PictureTaker>();
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #encoder: JpegEncoder | undefined;
  #next: Waiting | undefined;
  #work: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #pausedUntilMs = 0;

  /**
   * Makes a tap.
   *
   * @param feed The number of the feed.
   */
  constructor(feed: number) {
    this.#feed = feed;
  }

  /** Whether somebody waits for a picture. */
  get isAsked(): boolean {
    return this.#askers.size > 0;
  }

  /** Gives the next picture to somebody. */
  ask(taker: PictureTaker): void {
    this.#askers.add(taker);
  }

  /** Gives no picture to somebody any more. */
  forget(taker: PictureTaker): void {
    this.#askers.delete(taker);
  }

  /** Lets those who ask see a frame. It holds nobody, and is done with the frame at once. */
  offer({ frame, detections }: Detected): void {
    if (!this.isAsked || this.#isClosed || performance.now() < this.#pausedUntilMs) {
      return;
    }
    const { data } = frame.planes;
    const taken = this.#next?.planes ?? this.#spare.pop();
    const planes = taken?.length === data.length ? taken : new Uint8Array(data.length);
    planes.set(data);
    const description = descriptionOf(this.#feed, { frame, detections });
    this.#next = { source: frame.source, planes, description };
    this.#work ??= this.#encodeAll().finally(() => this.#work = undefined);
  }

  /** Ends the encoder. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#next = undefined;
    await this.#encoder?.[Symbol.asyncDispose]();
    await this.#work;
  }

  /** Encodes what waits until nothing does; the newest picture takes the place of one that waits. */
  async #encodeAll(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#next && !this.#isClosed) {
      const { source, planes, description } = this.#next;
      this.#next = undefined;
      const askers = [...this.#askers];
      this.#askers.clear(); // Who asks from now on is for the next picture.
      try {
        const encoder = await this.#encoderFor(source);
        const message = messageFrom(description, await encoder.encode(planes));
        for (const asker of askers) asker.take(message);
      } catch {
        // A page without pictures is no reason to end a run.
        for (const asker of askers) this.#askers.add(asker);
        await this.#giveUp();
      }
      if (this.#spare.length < 2) this.#spare.push(planes);
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#rest(), IDLE_MS);
  }

  async #encoderFor(source: FrameSource): Promise<JpegEncoder> {
    if (this.#encoder && !isAlike(this.#encoder.source, source)) await this.#rest();
    return this.#encoder ??= new JpegEncoder(source);
  }

  async #giveUp(): Promise<void> {
    this.#pausedUntilMs = performance.now() + PAUSE_MS;
    this.#next = undefined;
    await this.#rest();
  }

  /** Does without the encoder until it is needed again. */
  async #rest(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    this.#spare.splice(0);
    await encoder?.[Symbol.asyncDispose]();
  }
}

/** Whether pictures of both go through one encoder. */
function isAlike(a: FrameSource, b: FrameSource): boolean {
  return a === b || (a.width === b.width && a.height === b.height &&
    a.colour.matrix === b.colour.matrix && a.colour.range === b.colour.range);
}

/** What is told of a picture, as JSON: boxes in pixels of the frame, rounded. */
function descriptionOf(feed: number, { frame, detections }: Detected): string {
  const { index, timestampUs, source: { width, height } } = frame;
  return JSON.stringify({
    ...{ feed, index, timestampUs, width, height },
    count: detections.length,
    objects: detections.slice(0, MAX_LISTED).map((detection) => {
      const { label, confidence, classId, box: { x1, y1, x2, y2 } } = detection;
      const id = isTrack(detection) ? detection.trackId : undefined;
      const box = [x1, y1, x2 - x1, y2 - y1].map(Math.round);
      const colour = colourOf(id ?? classId);
      return { id, label, confidence: Number(confidence.toFixed(3)), box, colour };
    }),
  });
}

/** A message to a page: the length of the description, big-endian in four bytes, it, and the JPEG. */
function messageFrom(
  description: string,
  jpeg: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(description);
  const message = new Uint8Array(4 + text.length + jpeg.length);
  new DataView(message.buffer).setUint32(0, text.length);
  message.set(text, 4);
  message.set(jpeg, 4 + text.length);
  return message;
}
