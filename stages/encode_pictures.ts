import { basename, extname, join } from "node:path";
import { OutputError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { type MeteredSink, sink } from "../pipeline/sink.ts";
import { reasonIn, spawnFfmpeg } from "./ffmpeg/process.ts";
import { createPartialFile } from "./writing/partial_file.ts";

/** The endings of still pictures that can be written. */
const PICTURE_EXTENSIONS: readonly string[] = [
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".bmp",
  ".tif",
  ".tiff",
];

/** How pictures are written. */
export interface EncodePicturesOptions {
  /**
   * Whether existing files are replaced.
   *
   * @default {false}
   */
  readonly overwrite?: boolean;
}

/**
 * Whether a path names a still picture, by its extension.
 *
 * @param path The path.
 * @returns Whether it does.
 */
export function isPicturePath(path: string): boolean {
  return PICTURE_EXTENSIONS.includes(extname(path).toLowerCase());
}

/**
 * Writes frames as still pictures, with ffmpeg.
 *
 * @param path A file for the only frame, if it ends as a picture does; else a directory, in which
 * each frame gets the file name of its source.
 * @param options Whether existing files are replaced.
 * @returns The sink of a pipeline: it takes whatever carries a frame.
 * @throws {OutputError} Through the stream, if a file cannot be written.
 */
export function encodePictures(
  path: string,
  { overwrite = false }: EncodePicturesOptions = {},
): MeteredSink<{ readonly frame: Frame }> {
  return sink("encode", async function encodePictures(items) {
    let count = 0;
    for await (const { frame } of items) {
      if (isPicturePath(path) && count > 0) {
        throw new OutputError(`Cannot write "${path}": there is more than one frame to write`);
      }
      const target = isPicturePath(path) ? path : join(path, basename(frame.source.name));
      await writePicture(target, frame, overwrite);
      count++;
    }
    if (count === 0) throw new OutputError(`Cannot write "${path}": there was no frame to write`);
  });
}

async function writePicture(target: string, frame: Frame, overwrite: boolean): Promise<void> {
  await using file = await createPartialFile(target, { overwrite });
  await using child = spawnFfmpeg("ffmpeg", pictureArguments(file.path, frame), {
    stdin: "piped",
    stdout: "null",
  });
  const writer = child.stdin.getWriter();
  try {
    await writer.write(frame.planes.data);
    await writer.close();
  } catch {
    // The process has ended early, and says below why.
  }
  writer.releaseLock();
  const { code, complaint } = await child.result;
  if (code !== 0) throw new OutputError(`Cannot write "${target}": ${reasonIn(complaint)}`);
  await file.commit();
}

function pictureArguments(path: string, { planes, source: { colour } }: Frame): string[] {
  const isFull = colour.range === "full";
  const isJpeg = /^\.jpe?g$/i.test(extname(path));
  const scale = [
    `in_color_matrix=${colour.matrix}:in_range=${isFull ? "pc" : "tv"}`,
    // JPEG is BT.601 at full range by its standard (JFIF); the other formats hold RGB.
    ...(isJpeg ? ["out_color_matrix=bt601"] : []),
    "out_range=pc:flags=bicubic+accurate_rnd+full_chroma_int",
  ];
  return [
    ...["-hide_banner", "-nostdin", "-v", "error", "-y"],
    ...["-f", "rawvideo", "-pix_fmt", isFull ? "yuvj420p" : "yuv420p"],
    ...["-video_size", `${planes.width}x${planes.height}`, "-i", "pipe:0"],
    ...["-vf", `scale=${scale.join(":")},format=${isJpeg ? "yuvj420p" : "rgb24"}`],
    ...(isJpeg ? ["-q:v", "2"] : []),
    ...["-frames:v", "1", "-update", "1", `file:${path}`],
  ];
}
