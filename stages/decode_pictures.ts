import type { Frame } from "../pipeline/frame.ts";
import { type MeteredSource, source } from "../pipeline/source.ts";
import { decode } from "./decode.ts";

/** Pictures have no times: they count as a second apart. */
const TIME_BASE = { num: 1, den: 1 };

/** Which pictures are decoded. */
export interface DecodePicturesOptions {
  /** Ends the stream when it is aborted, as though there were no more pictures. */
  readonly until?: AbortSignal;
}

/**
 * Decodes still pictures, with ffmpeg, each with its own size and name.
 *
 * The frames are numbered in the order of the paths, and are shown a second apart, since pictures
 * have no times.
 *
 * @param paths The pictures.
 * @param options When to end.
 * @returns The frames, each to be disposed of by who takes it.
 * @throws {SourceError} Through the stream, if a picture cannot be read.
 */
export function decodePictures(
  paths: readonly string[],
  { until }: DecodePicturesOptions = {},
): MeteredSource<Frame> {
  return source("decodePictures", async function* decodePictures() {
    let index = 0;
    for (const path of paths) {
      if (until?.aborted) return;
      for await (const picture of decode(path)) {
        yield {
          ...picture,
          pts: index,
          timeBase: TIME_BASE,
          timestampUs: index * 1_000_000,
          index,
          source: { ...picture.source, timeBase: TIME_BASE, frameCount: paths.length },
        };
        index++;
        break; // An animation counts with its first picture.
      }
    }
  });
}
