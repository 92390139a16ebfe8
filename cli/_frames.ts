import type { Frame, FrameSource } from "../pipeline/frame.ts";
import { source } from "../pipeline/source.ts";
import type { Input } from "./_input.ts";
import type { RunOptions } from "./_run_options.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * The frames of a video or of pictures.
 *
 * @param input What is read.
 * @param options Which part of it.
 * @param until Ends the stream as though the source ended there.
 */
export async function framesOf(
  { sources, name }: Pick<Input, "sources" | "name">,
  { start, duration }: Pick<RunOptions, "start" | "duration">,
  until: AbortSignal,
): Promise<ReadableStream<Frame>> {
  if (sources.kind === "video") {
    const { decode } = await import("../stages/decode.ts");
    const frames = decode(sources.url, {
      until,
      ...start !== undefined && { startS: start },
      ...duration !== undefined && { durationS: duration },
    });
    return name === undefined ? frames : renamed(frames, name);
  }
  if (start !== undefined || duration !== undefined) {
    throw new UsageError("Cannot use --start or --duration with pictures");
  }
  const { decodePictures } = await import("../stages/decode_pictures.ts");
  return decodePictures(sources.paths, { until });
}

/** The same source under another name; what it tells anew each time, it goes on to. */
function namedSource(source: FrameSource, name: string): FrameSource {
  const properties = Object.getOwnPropertyDescriptors(source);
  return Object.defineProperties({} as FrameSource, {
    ...properties,
    name: { ...properties.name, value: name },
  });
}

/** Gives the source of frames a name that tells the user more than its path. */
function renamed(frames: ReadableStream<Frame>, name: string): ReadableStream<Frame> {
  return source(async function* () {
    const names = new Map<FrameSource, FrameSource>();
    for await (const frame of frames) {
      const named = names.get(frame.source) ?? namedSource(frame.source, name);
      names.set(frame.source, named);
      yield { ...frame, source: named };
    }
  });
}
