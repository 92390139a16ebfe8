import type { Colour } from "./colour.ts";
import type { InputSpec } from "./detector.ts";
import type { Size } from "./fit.ts";
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
  /** The sound of a live feed, where it is received. */
  readonly sound?: LiveSound;
  /**
   * For a live feed, the number of the connection, from 0; absent for what is no feed. Each
   * connection is a source of its own: between frames of two there is a gap, and what follows may
   * have another size, rate and colour.
   */
  readonly connection?: number;
}

/** The sound that came with the frames of a live feed in the last seconds. */
export interface LiveSound {
  /** How many samples there are in a second, in each channel. */
  readonly rateHz: number;
  /** How many channels there are. */
  readonly channels: number;
  /**
   * The sound from a time on, as far as it is known; gaps that it has are silent.
   *
   * @param from The first sample, counted from the time 0 of the frames.
   * @param until The sample behind the last.
   * @param waitedUntil Up to where it is not waited for any more: what has not come is silence.
   * @returns The samples from `from` on, `until` at most, channels side by side.
   */
  between(from: number, until: number, waitedUntil: number): Int16Array<ArrayBuffer>;
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

/** A smaller picture of a frame. Its values are 256 times those of the planes, so that none is rounded. */
export interface ScaledPicture extends Size {
  /** The values, row by row, plane by plane. */
  readonly data: Uint16Array<ArrayBuffer>;
}

/** What a source made of a frame besides its planes, so that they need not be read. */
export interface ScaledPictures {
  /** The network's input that `picture` was made for. */
  readonly input: InputSpec;
  /** The part of the input that shows the frame: luma, blue and red difference of each of its pixels. */
  readonly picture: ScaledPicture;
  /** How many pixels of the input lie to the left of the picture. */
  readonly left: number;
  /** How many pixels of the input lie above the picture. */
  readonly top: number;
  /** The luma, each value the average of a square of `scale` pixels; absent where not asked for, or tiny. */
  readonly luma?: ScaledPicture & { readonly scale: number };
}

/**
 * A decoded picture with the time at which it is shown.
 *
 * A frame has one owner: who takes it from a stream passes it on or disposes of it, once.
 * Disposing gives the memory back to the source, so planes must not be touched afterwards.
 */
export interface Frame extends Disposable {
  /**
   * The pixels: display size, upright, drawn on in place by later stages. Where only the `scaled` ones
   * were asked for, they are empty: 0x0.
   */
  readonly planes: Planes;
  /** Smaller pictures of it, where the source was asked for them and can make them. */
  readonly scaled?: ScaledPictures;
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
