import type { Box } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { FrameSource } from "../pipeline/frame.ts";
import type { Detected } from "../pipeline/items.ts";
import { planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { microsecondsFrom } from "../pipeline/time_base.ts";

/** What differs from a black 640x360 frame without detections. */
interface Differences {
  readonly index?: number;
  readonly pts?: number;
  readonly source?: Partial<FrameSource>;
  readonly detections?: readonly Detection[];
  readonly isHeld?: true;
  readonly onDispose?: () => void;
}

/** What flows between stages, made up; the planes are tiny whatever the source's size. */
export function detected(
  { index = 0, pts = index, source, detections = [], isHeld, onDispose = () => {} }: Differences,
): Detected {
  const whole: FrameSource = {
    name: "clip.mp4",
    width: 640,
    height: 360,
    timeBase: { num: 1, den: 25 },
    colour: { matrix: "bt709", range: "limited", tags: {} },
    startS: 0,
    isCut: false,
    otherStreams: [],
    complaints: [],
    ...source,
  };
  const frame = {
    planes: planesFrom(new Uint8Array(planesByteLength(2, 2)), 2, 2),
    pts,
    timeBase: whole.timeBase,
    timestampUs: microsecondsFrom(pts, whole.timeBase),
    index,
    source: whole,
    [Symbol.dispose]: onDispose,
  };
  return { frame, detections, ...(isHeld ? { isHeld } : {}) };
}

/** A face in a box, unless told otherwise. */
export function found(box: Box<"frame">, others: Partial<Detection> = {}): Detection {
  return { box, confidence: 0.9, classId: 0, label: "face", ...others };
}
