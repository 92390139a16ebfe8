import { OutputError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { type MeteredSink, sink } from "../pipeline/sink.ts";
import { containerOf } from "./ffmpeg/container.ts";
import { EncoderRun } from "./ffmpeg/encoder_run.ts";
import { chosenEncoder } from "./ffmpeg/hardware_encoder.ts";
import { createPartialFile } from "./writing/partial_file.ts";

/** How a video is encoded. */
export interface EncodeOptions {
  /**
   * The codec (`h264`, `h265`, `vp9`, `av1`, `mpeg4`, `mjpeg`, `prores`, `ffv1`), or the name of an
   * encoder of ffmpeg's. The default suits the container. Where one in hardware, such as
   * `h264_vaapi`, does not open, the software encodes.
   */
  readonly codec?: string;
  /**
   * What of the machine's hardware encodes H.264 and H.265: `none`, `auto`, or a kind such as `vaapi`,
   * `cuda`, `qsv` or `videotoolbox`. Where it does not open, the software does it, and the note tells.
   *
   * @default {"none"}
   */
  readonly hwaccel?: string;
  /** The quality, from 0 (best) to 63, in the codec's own scale; a sensible one where absent. */
  readonly crf?: number;
  /**
   * Whether an existing file is replaced.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
  /** Called once for each thing that is not as in the source, in words. */
  readonly onNote?: (note: string) => void;
}

/**
 * Encodes frames as a video file, with ffmpeg, and gives it the sound of their source.
 *
 * Each frame is shown at the time that its source gave it, to the tick in MP4 and QuickTime, else to
 * the container's own clock (a millisecond in Matroska and WebM); sound keeps its distance to the
 * picture.
 * Sound is copied where the container can hold it, else encoded. Odd sizes are made even by
 * repeating the last row or column. Where a feed comes back with another size or colour space, its
 * pictures are fit into those of the first, with bars. The file gets its name when it is whole: on an
 * error or an abort nothing is left.
 *
 * @param path Where to; the extension tells the container.
 * @param options How it is encoded.
 * @returns The sink of a pipeline: it takes whatever carries a frame.
 * @throws {RangeError} If an option is out of range.
 * @throws {OutputError} If the extension is none of a container that keeps each frame's time. Through
 * the stream, if the file cannot be written.
 */
export function encode(
  path: string,
  options: EncodeOptions = {},
): MeteredSink<{ readonly frame: Frame }> {
  const { crf, overwrite = false } = options;
  if (crf !== undefined && !(crf >= 0 && crf <= 63)) {
    throw new RangeError(`Cannot encode as crf must be from 0 to 63: current value is ${crf}`);
  }
  containerOf(path);
  return sink("encode", async function encode(items) {
    await using file = await createPartialFile(path, { overwrite });
    await using cleanUp = new AsyncDisposableStack();
    let run: EncoderRun | undefined;
    for await (const { frame } of items) {
      if (!run) {
        const encoder = await chosenEncoder(path, frame.source, options);
        run = cleanUp.use(new EncoderRun(path, file.path, frame, { ...options, ...encoder }));
      }
      await run.write(frame);
    }
    if (!run) throw new OutputError(`Cannot write "${path}": there was no frame to write`);
    await run.finish();
    await file.commit();
  });
}
