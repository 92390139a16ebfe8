import type { Detected } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import type { WriteCocoOptions } from "../stages/write_coco.ts";
import type { WriteCsvOptions } from "../stages/write_csv.ts";
import type { TextTarget } from "../stages/text_target.ts";
import { containerOf } from "../stages/ffmpeg/container.ts";
import { stdoutStream } from "./_console.ts";
import { liveSinkFor, type Notices, type PictureSink } from "./_live_outputs.ts";
import { outputKindOf } from "./_output_kind.ts";
import { TEXT_FORMATS } from "./_outputs.ts";
import type { RunOptions } from "./_run_options.ts";
import type { Sources } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";

type Writer = (
  target: TextTarget,
  options: WriteCocoOptions & WriteCsvOptions,
) => MeteredStage<Detected, Detected>;

/** The writer of each text format. */
const WRITERS: Readonly<Record<typeof TEXT_FORMATS[number], () => Promise<Writer>>> = {
  jsonl: async () => (await import("../stages/write_json_lines.ts")).writeJsonLines,
  mot: async () => (await import("../stages/write_mot.ts")).writeMot,
  coco: async () => (await import("../stages/write_coco.ts")).writeCoco,
  csv: async () => (await import("../stages/write_csv.ts")).writeCsv,
};

/** The writers of the text formats that were asked for; what comes of a live feed can be followed. */
export async function writersFor(
  options: RunOptions,
  labels: readonly string[],
  isFeed: boolean,
): Promise<MeteredStage<Detected, Detected>[]> {
  const writers: MeteredStage<Detected, Detected>[] = [];
  for (const name of TEXT_FORMATS) {
    const path = options[name];
    if (path === undefined) continue;
    const write = await WRITERS[name]();
    const target = path === "-" ? stdoutStream() : path;
    const { overwrite, boxes, track, smooth } = options;
    const rawBoxes = track && smooth !== "none";
    const isFollowed = isFeed && name !== "coco"; // That is no JSON before its end.
    writers.push(write(target, { overwrite, labels, boxes, rawBoxes, isFollowed }));
  }
  return writers;
}

/** The greatest constant quality of codecs and encoders whose scale is shorter than the longest. */
const MAX_CRF: Readonly<Record<string, number>> = Object.fromEntries(
  "h264 avc libx264 h265 hevc libx265".split(" ").map((codec) => [codec, 51]),
);

function checkCrf(output: string, { codec, crf }: Pick<RunOptions, "codec" | "crf">): void {
  const used = codec ?? containerOf(output).videoCodec ?? "";
  // Encoders in hardware count as their codecs do.
  const max = MAX_CRF[used] ?? MAX_CRF[used.split("_")[0] ?? ""];
  if (crf === undefined || max === undefined || crf <= max) return;
  throw new UsageError(`Cannot use --crf ${crf} with ${used}: its scale ends at ${max}`);
}

/** The sink that writes the annotated pictures, if they were asked for. */
export async function pictureSinkFor(
  options: RunOptions,
  { kind }: Sources,
  { onNote, say }: Notices,
): Promise<PictureSink | undefined> {
  const { output, overwrite, codec, crf, hwaccel, segment } = options;
  if (output === undefined) return undefined;
  if (kind !== "video") {
    const { encodePictures } = await import("../stages/encode_pictures.ts");
    return encodePictures(output, { overwrite });
  }
  if (outputKindOf(output, segment) !== "file") {
    return await liveSinkFor(output, options, { onNote, say });
  }
  checkCrf(output, { codec, crf });
  const { encode } = await import("../stages/encode.ts");
  return encode(output, {
    overwrite,
    hwaccel,
    onNote,
    ...codec !== undefined && { codec },
    ...crf !== undefined && { crf },
  });
}
