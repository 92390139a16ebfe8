import { extname } from "node:path";
import type { FrameSource } from "../../pipeline/frame.ts";
import { containerOf } from "./container.ts";

/** What becomes of a source's sound in an output. */
export interface AudioHandling {
  /** The arguments that open the source a second time, for its sound. */
  readonly inputArgs: readonly string[];
  /** The arguments that say what becomes of each stream. */
  readonly outputArgs: readonly string[];
  /** What is not as in the source, in words. */
  readonly note?: string;
}

/** Sound is copied where the container can hold it, else encoded. */
export function audioHandlingFor(
  path: string,
  { audio, sound, startS }: FrameSource,
  inputArguments: (url: string) => readonly string[],
): AudioHandling {
  const { audioCodecs, audioEncoder } = containerOf(path);
  if (sound && audioEncoder) return { inputArgs: [], outputArgs: liveSoundArguments(audioEncoder) };
  if (!audio) return { inputArgs: [], outputArgs: [] };
  if (!audioEncoder) {
    const note = `The sound is left out, as a ${extname(path)} file cannot hold any`;
    return { inputArgs: [], outputArgs: [], note };
  }
  const isCopied = audio.codecs.map((codec) => audioCodecs?.test(codec) ?? true);
  const encoded = audio.codecs.filter((_, i) => !isCopied[i]);
  return {
    inputArgs: [
      ...(startS > 0 ? ["-ss", startS.toFixed(6)] : []),
      ...(audio.durationS !== undefined ? ["-t", audio.durationS.toFixed(6)] : []),
      ...inputArguments(audio.url),
    ],
    outputArgs: [
      "-map",
      "1:a",
      ...isCopied.flatMap((copied, i) =>
        copied ? [`-c:a:${i}`, "copy"] : [`-c:a:${i}`, audioEncoder, ...layoutArgs(audioEncoder, i)]
      ),
    ],
    ...(encoded.length > 0 && {
      note: `Sound is encoded anew, as a ${extname(path)} file cannot hold ${encoded.join(", ")}`,
    }),
  };
}

/** Opus knows fewer arrangements of loudspeakers than other codecs. */
function layoutArgs(encoder: string, stream: number): string[] {
  return encoder === "libopus"
    ? [`-filter:a:${stream}`, "aformat=channel_layouts=7.1|5.1|quad|stereo|mono"]
    : [];
}

/** How sound that is handed over with pictures is encoded. */
export function liveSoundArguments(encoder: string): string[] {
  return [
    ...["-map", "0:a", "-c:a", encoder, "-b:a", "128k"],
    ...["-max_interleave_delta", "1000000"], // Pictures wait no longer for it.
  ];
}
