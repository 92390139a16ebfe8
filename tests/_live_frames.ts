import type { Frame, FrameSource } from "../mod.ts";
import { microsecondsFrom } from "../pipeline/time_base.ts";
import { source } from "../pipeline/source.ts";
import { waited } from "../stages/live/waited.ts";
import { blackFrame } from "./_frames.ts";

/** What made frames of a feed are like. */
export interface LiveFramesOptions {
  /** How many there are. */
  readonly count: number;
  /** Their rate. */
  readonly fps?: number;
  /** Their width. */
  readonly width?: number;
  /** Their height. */
  readonly height?: number;
  /** What to wait for after a frame of that number: an outage of the feed, which goes on at its rate. */
  readonly pauses?: ReadonlyMap<number, () => Promise<void>>;
  /** Whether they are noise, which no encoder makes small. */
  readonly isNoise?: boolean;
}

/** Fills memory with what looks like chance, and is the same for the same seed. */
function fillWithNoise(bytes: Uint8Array, seed: number): void {
  let state = seed;
  for (const at of bytes.keys()) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
}

/**
 * Frames as a feed gives them, at its rate, each with its number drawn in 16 vertical bars, the
 * highest bit first.
 */
export function liveFrames(
  { count, fps = 15, width = 320, height = 240, pauses, isNoise = false }: LiveFramesOptions,
): ReadableStream<{ readonly frame: Frame }> {
  const timeBase = { num: 1, den: 90_000 };
  const made: FrameSource = {
    ...blackFrame(0, { width, height }).source,
    name: "rtsp://made/camera",
    timeBase,
    frameRate: { num: fps, den: 1 },
    connection: 0,
  };
  return source("made", async function* (signal) {
    const startedAtMs = performance.now();
    let pausedMs = 0;
    for (let index = 0; index < count; index++) {
      const dueMs = startedAtMs + pausedMs + 1000 * index / fps - performance.now();
      if (dueMs > 0) await waited(dueMs, signal);
      const arrivedAtMs = performance.now();
      const pts = Math.round((arrivedAtMs - startedAtMs) * 90);
      const black = blackFrame(index, { width, height });
      if (isNoise) fillWithNoise(black.planes.y, index);
      else drawNumber(black, index);
      const timestampUs = microsecondsFrom(pts, timeBase);
      yield { frame: { ...black, pts, timeBase, timestampUs, source: made, arrivedAtMs } };
      const pausedAtMs = performance.now();
      await pauses?.get(index)?.();
      pausedMs += performance.now() - pausedAtMs;
    }
  });
}

function drawNumber({ planes: { y, width } }: Frame, number: number): void {
  for (const at of y.keys()) {
    const bar = Math.floor((at % width) * 16 / width);
    y[at] = number >> (15 - bar) & 1 ? 235 : 16;
  }
}

/** The number that is drawn in a picture; nothing where none is, as on a card. */
export function drawnNumber({ planes: { y, width, height } }: Frame): number | undefined {
  const middle = Math.floor(height / 2) * width;
  let number = 0;
  for (let bar = 0; bar < 16; bar++) {
    const luma = y[middle + Math.floor((bar + 0.5) * width / 16)]!;
    if (luma > 30 && luma < 200) return undefined;
    number = 2 * number + (luma > 125 ? 1 : 0);
  }
  return number;
}
