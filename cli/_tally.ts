import type { FrameSource } from "../pipeline/frame.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import type { FeedStatistics } from "../stages/receive.ts";

/** What did not pass. */
export interface Drops {
  /** How many frames came. */
  readonly received: number;
  /** How many of them were dropped, by cause. */
  readonly byCause: Readonly<Record<string, number>>;
}

/** Counts what passes. */
export class Tally {
  /** How many frames have passed. */
  frames = 0;
  /** How many detections the network made. */
  detections = 0;
  /** On how many frames it made any. */
  framesWithDetections = 0;
  /** How many of the frames it passed over. */
  heldFrames = 0;
  /** How many boxes were held on those. */
  heldDetections = 0;
  /** How many detections there were of each class. */
  readonly labels: Map<string, number> = new Map();
  /** What the first frame came from. */
  source: FrameSource | undefined;
  #drops: () => Drops = () => ({ received: this.frames, byCause: {} });
  #firstUs = 0;
  #lastUs = 0;

  /** The time that the frames span, in seconds; the last one counts for as much as the mean. */
  get spannedS(): number {
    if (this.frames < 2) return 0;
    return (this.#lastUs - this.#firstUs) / 1e6 * this.frames / (this.frames - 1);
  }

  /** What was dropped of a live feed so far; of a file, nothing is. */
  get drops(): Drops {
    return this.#drops();
  }

  /**
   * Counts what is dropped of a live feed.
   *
   * @param feed What the feed knows.
   * @param late How many frames came out of the network too late.
   */
  countDrops(
    feed: () => Pick<FeedStatistics, "received" | "dropped">,
    late: () => number = () => 0,
  ): void {
    this.#drops = () => {
      const { received, dropped } = feed();
      return { received, byCause: { ...dropped, late: dropped.late + late() } };
    };
  }

  /** Begins anew, for the second of two passes. */
  restart(): void {
    this.frames = this.detections = this.framesWithDetections = 0;
    this.heldFrames = this.heldDetections = 0;
    this.labels.clear();
    this.source = undefined;
  }

  /** A stage that counts what passes through it. */
  counting<T extends Detected>(): MeteredStage<T, T> {
    const count = (item: Detected) => this.#count(item);
    return stage("count", async function* (items: AsyncIterable<T>) {
      for await (const item of items) {
        count(item);
        yield item;
      }
    });
  }

  #count({ frame, detections, isHeld }: Detected): void {
    if (!this.source) {
      this.source = frame.source;
      this.#firstUs = frame.timestampUs;
    }
    this.#lastUs = frame.timestampUs;
    this.frames++;
    if (isHeld) {
      this.heldFrames++;
      this.heldDetections += detections.length;
      return;
    }
    this.detections += detections.length;
    if (detections.length > 0) this.framesWithDetections++;
    for (const { label } of detections) this.labels.set(label, (this.labels.get(label) ?? 0) + 1);
  }
}
