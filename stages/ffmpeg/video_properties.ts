import type { Colour, ColourMatrix } from "../../pipeline/colour.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { Rational } from "../../pipeline/time_base.ts";
import type { FfprobeStream } from "./ffprobe_report.ts";

/** The matrices that ffmpeg names, and those nearest to them of the ones we compute with. */
const MATRICES: Readonly<Record<string, ColourMatrix>> = {
  bt709: "bt709",
  bt470bg: "bt601",
  smpte170m: "bt601",
  fcc: "bt601",
  smpte240m: "bt709",
  bt2020nc: "bt2020",
  bt2020c: "bt2020",
};

/** From how many lines on an untagged picture is taken for BT.709. */
const HD_LINES = 720;

/** A fraction as ffprobe prints it, `num/den` or `num:den`; nothing if it is unknown. */
export function rationalFrom(text: string | undefined): Rational | undefined {
  const match = text?.match(/^(\d+)[/:](\d+)$/);
  if (!match) return undefined;
  const [num, den] = [Number(match[1]), Number(match[2])];
  return num > 0 && den > 0 ? { num, den } : undefined;
}

/** By how many degrees a stored picture is turned clockwise to be upright: 0 to 359. */
export function rotationOf(stream: FfprobeStream): number {
  const counterclockwise = stream.side_data_list?.find(({ rotation }) => rotation !== undefined)
    ?.rotation ?? 0;
  return ((-Math.round(counterclockwise) % 360) + 360) % 360;
}

/** The size of a picture when it is upright and its pixels are square. */
export function displaySizeOf(stream: FfprobeStream): Size {
  const { num, den } = rationalFrom(stream.sample_aspect_ratio) ?? { num: 1, den: 1 };
  const width = Math.max(1, Math.round((stream.width ?? 0) * num / den));
  const height = stream.height ?? 0;
  const rotation = rotationOf(stream);
  return rotation === 90 || rotation === 270 ? { width: height, height: width } : { width, height };
}

/** Whether a pixel format holds red, green and blue rather than luma and chroma. */
export function isRgb(pixelFormat: string): boolean {
  return /^(rgb|bgr|argb|abgr|gbr|0rgb|0bgr|x2rgb|x2bgr|pal8|mono|bayer)/.test(pixelFormat);
}

/** Whether a pixel format can be transparent. */
export function hasAlpha(pixelFormat: string): boolean {
  return /^(yuva|rgba|bgra|argb|abgr|gbrap|ya8|ya16|pal8)/.test(pixelFormat);
}

/** What the numbers of a stream's pixels mean once they are yuv420p of this height. */
export function colourOf(stream: FfprobeStream, height: number): Colour {
  const {
    pix_fmt = "",
    color_space,
    color_range,
    color_primaries: primaries,
    color_transfer: transfer,
  } = stream;
  const usual: ColourMatrix = height < HD_LINES ? "bt601" : "bt709";
  if (isRgb(pix_fmt)) {
    return { matrix: usual, range: "limited", tags: { ...known({ primaries, transfer }) } };
  }
  return {
    matrix: MATRICES[color_space ?? ""] ?? usual,
    range: color_range === "pc" || pix_fmt.startsWith("yuvj") ? "full" : "limited",
    tags: known({ space: color_space, primaries, transfer, range: color_range }),
  };
}

function known(tags: Readonly<Record<string, string | undefined>>): Colour["tags"] {
  const entries = Object.entries(tags);
  return Object.fromEntries(
    entries.filter(([, value]) => value && !["unknown", "unspecified", "reserved"].includes(value)),
  );
}
