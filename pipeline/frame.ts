import type { Colour } from "./colour.ts";
import type { Planes } from "./planes.ts";
import type { Rational, TimeBase } from "./time_base.ts";

/** What a frame came from: the same object for all frames of one stream. */
export interface FrameSource {
  /** The path or URL, without credentials. */
  readonly name: string;
  /** The width as displayed: upright, with square pixels. */
  readonly width: number;
  /** The height as displayed: upright, with square pixels. */
  readonly height: number;
  /** The clock of the stream. */
  readonly timeBase: TimeBase;
  /** What the numbers of the planes mean. */
  readonly colour: Colour;
  /** The average frame rate in fps, where the source tells: for progress only, never for times. */
  readonly frameRate?: Rational;
  /** How many frames there are, where the source tells: for progress only. */
  readonly frameCount?: number;
  /** Where the frames begin, in seconds from the source's start: 0 unless asked otherwise. */
  readonly startS: number;
  /** Whether the frames were made to end before the source did. */
  readonly isCut: boolean;
  /** Where the sound is, if there is any. */
  readonly audio?: AudioSource;
  /** What else there is and is not passed on, such as `subtitle mov_text`. */
  readonly otherStreams: readonly string[];
  /** What the decoder complained of so far, in its words: a damaged file is read as far as it goes. */
  readonly complaints: readonly string[];
  /**
   * For a live feed, the number of the connection, from 0; absent for what is no feed. Each
   * connection is a source of its own: between frames of two there is a gap, and what follows may
   * have another size, rate and colour.
   */
  readonly connection?: number;
}

/** Where a sink finds the sound that belongs to the frames. */
export interface AudioSource {
  /** What ffmpeg opens. */
  readonly url: string;
  /** The codec of each audio stream, as ffmpeg names it. */
  readonly codecs: readonly string[];
  /** How long the frames last, in seconds: all of the source where absent. */
  readonly durationS?: number;
}

/**
 * A decoded picture with the time at which it is shown.
 *
 * A frame has one owner: who takes it from a stream passes it on or disposes of it, once.
 * Disposing gives the memory back to the source, so planes must not be touched afterwards.
 */
export interface Frame extends Disposable {
  /** The pixels: display size, upright, drawn on in place by later stages. */
  readonly planes: Planes;
  /** The presentation time in ticks of `timeBase`, exactly as the source gave it. */
  readonly pts: number;
  /** The clock of `pts`. */
  readonly timeBase: TimeBase;
  /** The presentation time in microseconds, derived from `pts`. */
  readonly timestampUs: number;
  /** The number of the frame in its stream, from 0. */
  readonly index: number;
  /** What the frame came from. */
  readonly source: FrameSource;
  /** For a live feed, when the frame reached this program, in milliseconds of `performance.now()`. */
  readonly arrivedAtMs?: number;
}
