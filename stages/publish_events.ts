import { clippedTo } from "../pipeline/box.ts";
import type { Size } from "../pipeline/fit.ts";
import type { Detected } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import { isTrack } from "../pipeline/track.ts";
import { Presence, type PresenceChange } from "./messaging/presence.ts";

/** How events are published. */
export interface PublishEventsOptions {
  /** What the source is called in the events. */
  readonly source: string;
  /**
   * For how long an object is unseen until it has left, in seconds of the source's time: as long as
   * `track()` knows it.
   *
   * @default {1}
   */
  readonly goneAfterS?: number;
}

/** Something that an object did, as it is published: boxes in pixels, times in milliseconds. */
export interface ObjectEvent {
  /** Whether it came or went. */
  readonly event: "appeared" | "left";
  /** What the source is called. */
  readonly source: string;
  /** The number of its track. */
  readonly id: number;
  /** Its class. */
  readonly label: string;
  /** The number of its class. */
  readonly label_id: number;
  /** How sure the network was when it was seen last, from 0 to 1. */
  readonly confidence: number;
  /** Where it was then: its top left corner, width and height. */
  readonly box: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  /** The size of the frame. */
  readonly resolution: Size;
  /** When it was seen last, in the source's own time. */
  readonly timestamp_ms: number;
  /** How long it has been seen. */
  readonly seen_for_ms: number;
  /** What the clock said when the event was published, in UTC (ISO 8601). */
  readonly time: string;
}

/**
 * Publishes that objects have appeared, and that they have left. An object has left when it was unseen
 * for a second, and all have when the stream ends; while a feed is out nothing is known, so that what was
 * there leaves with the first frame afterwards.
 *
 * @param publish Takes each event, and must hold nobody: an {@linkcode MqttOutbox}, say.
 * @param options What the source is called.
 * @returns The stage, behind `track()`. What flows through it is untouched.
 * @throws {RangeError} If `goneAfterS` is negative.
 *
 * @example A face appears, and leaves as the stream ends
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const item = {
 *   frame: {
 *     timestampUs: 0, source: { width: 64, height: 48 }, [Symbol.dispose]() {},
 *   } as never,
 *   detections: [{
 *     box: { x1: 1, y1: 2, x2: 11, y2: 12 }, confidence: 0.9, classId: 0, label: "face", trackId: 1,
 *   }],
 * };
 * const events: string[] = [];
 * const publishing = publishEvents(({ event, id }) => events.push(`${event} ${id}`), { source: "a" });
 * await Array.fromAsync(ReadableStream.from([item]).pipeThrough(publishing));
 * assertEquals(events, ["appeared 1", "left 1"]);
 * ```
 */
export function publishEvents<T extends Detected>(
  publish: (event: ObjectEvent) => void,
  { source, goneAfterS = 1 }: PublishEventsOptions,
): MeteredStage<T, T> {
  if (!(goneAfterS >= 0)) {
    throw new RangeError(
      `Cannot publish events as goneAfterS must be 0 or more: current value is ${goneAfterS}`,
    );
  }
  return stage("publishEvents", async function* publishEvents(items: AsyncIterable<T>) {
    const presence = new Presence(goneAfterS);
    let [before, size]: readonly [Size, Size] = [{ width: 0, height: 0 }, { width: 0, height: 0 }];
    const tell = (changes: readonly PresenceChange[]) => {
      for (const change of changes) {
        publish(eventOf(change, source, change.event === "left" ? before : size));
      }
    };
    try {
      for await (const item of items) {
        const { frame, detections } = item;
        const { width, height } = frame.source;
        [before, size] = [size, { width, height }];
        tell(presence.update(frame.timestampUs, detections.filter(isTrack)));
        yield item;
      }
    } finally {
      before = size;
      tell(presence.end());
    }
  });
}

function eventOf(
  { event, track, firstUs, lastUs }: PresenceChange,
  source: string,
  resolution: Size,
): ObjectEvent {
  const { x1, y1, x2, y2 } = clippedTo(track.box, resolution);
  const [x, y, w, h] = [x1, y1, x2 - x1, y2 - y1].map((value) => Number(value.toFixed(1)));
  return {
    ...{ event, source, id: track.trackId, label: track.label, label_id: track.classId },
    confidence: Number(track.confidence.toFixed(4)),
    box: { x: x!, y: y!, w: w!, h: h! },
    resolution,
    timestamp_ms: lastUs / 1000,
    seen_for_ms: (lastUs - firstUs) / 1000,
    time: new Date().toISOString(),
  };
}
