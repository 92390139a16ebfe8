import type { Colour } from "../pipeline/colour.ts";
import type { Frame, FrameSource } from "../pipeline/frame.ts";
import { planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { source } from "../pipeline/source.ts";
import { microsecondsFrom } from "../pipeline/time_base.ts";

/** How many frames a made source has given away, how many are open, and whether it has ended. */
export interface FrameCounts {
  made: number;
  open: number;
  mostOpen: number;
  isClosed: boolean;
}

const COLOUR: Colour = { matrix: "bt601", range: "limited", tags: {} };

/** A black frame at a time, for tests. */
export function blackFrame(
  index: number,
  { width = 64, height = 48, onDispose = () => {} }: {
    readonly width?: number;
    readonly height?: number;
    readonly onDispose?: () => void;
  } = {},
): Frame {
  const timeBase = { num: 1001, den: 30000 };
  const frameSource: FrameSource = {
    name: "black",
    width,
    height,
    timeBase,
    colour: COLOUR,
    startS: 0,
    isCut: false,
    otherStreams: [],
    complaints: [],
  };
  const data = new Uint8Array(planesByteLength(width, height));
  const planes = planesFrom(data, width, height);
  planes.y.fill(16);
  planes.u.fill(128);
  planes.v.fill(128);
  const pts = index * index; // A variable rate.
  let isOpen = true;
  return {
    planes,
    pts,
    timeBase,
    timestampUs: microsecondsFrom(pts, timeBase),
    index,
    source: frameSource,
    [Symbol.dispose]() {
      if (isOpen) onDispose();
      isOpen = false;
    },
  };
}

/** A source of black frames that counts what becomes of them. */
export function blackFrames(
  count: number,
): { readonly frames: ReadableStream<Frame>; readonly counts: FrameCounts } {
  const counts: FrameCounts = { made: 0, open: 0, mostOpen: 0, isClosed: false };
  const frames = source("blackFrames", async function* blackFrames() {
    try {
      for (let index = 0; index < count; index++) {
        counts.made++;
        counts.mostOpen = Math.max(counts.mostOpen, ++counts.open);
        yield blackFrame(index, { onDispose: () => void counts.open-- });
      }
    } finally {
      counts.isClosed = true;
    }
  });
  return { frames, counts };
}
