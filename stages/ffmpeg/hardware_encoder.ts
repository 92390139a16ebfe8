import type { Size } from "../../pipeline/fit.ts";
import { planesByteLength } from "../../pipeline/planes.ts";
import { codecName } from "./codec_name.ts";
import { containerOf } from "./container.ts";
import { reasonIn, spawnFfmpeg } from "./process.ts";

/** What makes ffmpeg encode in hardware. */
export interface HardwareEncoder {
  /** The name of ffmpeg's encoder, such as `h264_vaapi`. */
  readonly name: string;
  /** What opens the device; it stands before all inputs. */
  readonly deviceArgs: readonly string[];
  /** The filters that bring the pictures there, behind all others. */
  readonly filters: readonly string[];
  /** What chooses the encoder and its quality. */
  readonly args: readonly string[];
}

/** What encodes a video. */
export interface EncoderChoice {
  /** The codec, or the name of one of ffmpeg's encoders in software; absent where the container tells. */
  readonly codec?: string;
  /** The hardware, where it does. */
  readonly hardware?: HardwareEncoder;
}

/** What is asked for. */
export interface EncoderWishes {
  /** The codec, or the name of an encoder of ffmpeg's. */
  readonly codec?: string;
  /** The quality, from 0 to 51 as H.264 and H.265 count it. */
  readonly crf?: number;
  /** `none`, `auto`, or a kind of hardware, as ffmpeg calls it. */
  readonly hwaccel?: string;
  /** Is told, in words, what encodes where hardware was asked for, and why no other does. */
  readonly onNote?: (note: string) => void;
}

/** A way to hardware that encodes. */
interface Kind {
  readonly deviceArgs?: readonly string[];
  readonly filters?: readonly string[];
  /** Takes a quality as H.264 and H.265 count it: 0 is best, 51 is worst. */
  args(quality: number): string[];
}

/**
 * What each kind of encoder is told; the qualities are constant, on the codec's own scale of
 * quantisers, except that VideoToolbox counts from 1 to 100, best last. Key frames that are asked for
 * must be such that decoding can begin there.
 */
const KINDS: Readonly<Record<string, Kind>> = {
  nvenc: {
    // A cq of 0 would mean that the encoder chooses.
    args: (quality) => [
      ...["-preset", "p4", "-rc", "vbr", "-cq", String(Math.max(1, quality)), "-b:v", "0"],
      ...["-forced-idr", "1", "-pix_fmt", "yuv420p"],
    ],
  },
  qsv: {
    args: (quality) => [
      ...["-preset", "veryfast", "-global_quality", String(Math.max(1, quality))],
      ...["-forced_idr", "1", "-pix_fmt", "nv12"],
    ],
  },
  vaapi: {
    deviceArgs: ["-init_hw_device", "vaapi=hardware", "-filter_hw_device", "hardware"],
    filters: ["format=nv12", "hwupload"],
    args: (quality) => ["-rc_mode", "CQP", "-qp", String(quality)],
  },
  videotoolbox: {
    args: (quality) => [
      ...["-q:v", String(Math.min(Math.max(100 - 2 * quality, 1), 100))],
      ...["-pix_fmt", "yuv420p"],
    ],
  },
};

/** Which kinds `auto` tries on each system, in this order; those not in ffmpeg's list are left out. */
const ORDER: Readonly<Partial<Record<typeof Deno.build.os, readonly string[]>>> = {
  linux: ["nvenc", "qsv", "vaapi"],
  windows: ["nvenc", "qsv"],
  darwin: ["videotoolbox"],
};

/** What kinds of decoders are called as encoders, where that differs. */
const ENCODER_KINDS: Readonly<Record<string, string>> = {
  cuda: "nvenc",
  nvdec: "nvenc",
  cuvid: "nvenc",
};

/** The codecs: how ffmpeg's encoders in hardware begin, and the quality unless asked. */
const CODECS: Readonly<Record<string, { readonly prefix: string; readonly quality: number }>> = {
  h264: { prefix: "h264", quality: 20 },
  h265: { prefix: "hevc", quality: 24 },
};

/** How long an encoder may take to open, in milliseconds: a driver may hang. */
const PATIENCE_MS = 10_000;

/**
 * Chooses what encodes a video: the first of the hardware's encoders that was asked for, which ffmpeg
 * knows and with which it encodes some pictures; else the software. Hardware is asked for by the kind,
 * or by the name of an encoder such as `h264_vaapi`.
 *
 * @param path Where the video goes; its extension tells the codec unless another is asked for.
 * @param size The size of the pictures, which not all hardware takes.
 * @param wishes What is asked for.
 * @returns The choice.
 */
export async function chosenEncoder(
  path: string,
  size: Size,
  { codec, crf, hwaccel = "none", onNote = () => {} }: EncoderWishes,
): Promise<EncoderChoice> {
  const [, prefix, named] = codec?.match(/^(h264|hevc)_([a-z]+)$/) ?? [];
  const isNamed = named !== undefined && Object.hasOwn(KINDS, named);
  const software = isNamed ? prefix : codec;
  const choice = software === undefined ? {} : { codec: software };
  if (!isNamed && hwaccel === "none") return choice;
  const known = CODECS[codecName(software ?? containerOf(path).videoCodec ?? "")];
  if (!known) {
    onNote("Encoded in software: hardware is asked for H.264 and H.265 alone");
    return choice;
  }
  const names = isNamed ? [codec!] : kindsOf(hwaccel).map((kind) => `${known.prefix}_${kind}`);
  const { hardware, reasons } = await firstToOpen(names, crf ?? known.quality, size);
  onNote(
    hardware
      ? `Encoded in hardware, by ${hardware.name}`
      : `Encoded in software: ${reasons.join("; ") || "no kind of hardware is known here"}`,
  );
  return hardware ? { ...choice, hardware } : choice;
}

/** The first encoder that works, and why those before it do not. */
async function firstToOpen(
  names: readonly string[],
  quality: number,
  { width, height }: Size,
): Promise<{ readonly hardware?: HardwareEncoder; readonly reasons: readonly string[] }> {
  const even = { width: width + width % 2, height: height + height % 2 };
  const listed = await listedEncoders();
  const reasons: string[] = [];
  for (const name of names) {
    const hardware = listed.has(name) ? encoderNamed(name, quality) : undefined;
    const reason = hardware ? await failureOf(hardware, even) : "this ffmpeg does not have it";
    if (hardware && reason === undefined) return { hardware, reasons };
    reasons.push(`${name}: ${reason}`);
  }
  return { reasons };
}

function kindsOf(hwaccel: string): readonly string[] {
  if (hwaccel === "auto") return ORDER[Deno.build.os] ?? [];
  return [ENCODER_KINDS[hwaccel] ?? hwaccel];
}

/** An encoder of a kind that is known. */
function encoderNamed(name: string, quality: number): HardwareEncoder | undefined {
  const kind = KINDS[name.split("_")[1] ?? ""];
  if (!kind) return undefined;
  const { deviceArgs = [], filters = [], args } = kind;
  return { name, deviceArgs, filters, args: ["-c:v", name, ...args(quality)] };
}

/** The names of all encoders that ffmpeg was built with. */
async function listedEncoders(): Promise<ReadonlySet<string>> {
  await using child = spawnFfmpeg("ffmpeg", ["-hide_banner", "-encoders"]);
  const text = await new Response(child.stdout).text();
  return new Set([...text.matchAll(/^ [A-Z.]{6} (\S+)/gm)].map(([, name]) => name!));
}

/** Encodes black pictures, and tells why that fails; nothing if it works. */
async function failureOf(
  { deviceArgs, filters, args }: HardwareEncoder,
  { width, height }: Size,
): Promise<string | undefined> {
  await using child = spawnFfmpeg("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-v", "error", ...deviceArgs],
    ...["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", `${width}x${height}`],
    ...["-framerate", "25", "-i", "pipe:0", ...filters.length ? ["-vf", filters.join()] : []],
    ...[...args, "-f", "null", "-"],
  ], { stdin: "piped", stdout: "null" });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, PATIENCE_MS);
  const writer = child.stdin.getWriter();
  try {
    const black = new Uint8Array(planesByteLength(width, height));
    black.fill(128, width * height);
    for (let count = 0; count < 3; count++) await writer.write(black);
    await writer.close();
  } catch {
    // The process has ended early, and says below why.
  }
  writer.releaseLock();
  const { code, complaint } = await child.result;
  clearTimeout(timer);
  if (isLate) return `it gave no answer for ${PATIENCE_MS / 1000} s`;
  return code === 0 ? undefined : reasonIn(complaint);
}
