import type { Box } from "../../../pipeline/box.ts";

/** What a report's plots show and its JSON does not hold. */
export interface JitterTraces {
  /** The clips, in the order of the report. */
  readonly clips: readonly ClipTraces[];
}

/** What was seen in a clip. */
export interface ClipTraces {
  /** Its name, as in the report. */
  readonly name: string;
  /** The file from which pictures can be cut; absent for imported tracks. */
  readonly video?: {
    /** The path. */
    readonly path: string;
    /** Where the measured part begins, in seconds from the source's start. */
    readonly startS: number;
    /** How much was measured, in seconds; up to the end where absent. */
    readonly durationS?: number;
    /** The size of a frame, in pixels. */
    readonly width: number;
    /** The size of a frame, in pixels. */
    readonly height: number;
  };
  /** The presentation times of all frames, in microseconds, as the source gives them. */
  readonly timesUs: readonly number[];
  /** The tracks that were measured, by rising number. */
  readonly tracks: readonly TrackTraces[];
}

/** Where a track was. */
export interface TrackTraces {
  /** Its number, as in the report. */
  readonly trackId: number;
  /** Its class. */
  readonly label: string;
  /** Its median size `√(width · height)`, in pixels: what percentages in the report are of. */
  readonly sizePx: number;
  /** The confidence in every frame of the clip (as many as `timesUs`); `null` where it was not seen. */
  readonly confidences: readonly (number | null)[];
  /** The parts without a gap that were measured, in the order of time. */
  readonly segments: readonly SegmentTraces[];
}

/** Where a track was in frames without a gap; all lists have an entry for each of them. */
export interface SegmentTraces {
  /** The presentation times, in microseconds: some of the clip's. */
  readonly timesUs: readonly number[];
  /** What is taken for its motion. */
  readonly reference: readonly Box<"frame">[];
  /** Where each method has it, by the method's `id`; the baseline's are the raw boxes. */
  readonly methods: ReadonlyMap<string, readonly Box<"frame">[]>;
  /** Where it truly was; `null` in frames whose truth has no such object. Absent without a truth. */
  readonly truth?: readonly (Box<"frame"> | null)[];
}
