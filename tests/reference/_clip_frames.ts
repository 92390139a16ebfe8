import { clipPath } from "../_clips.ts";

/** Which frames of a clip are wanted. */
export interface Choice {
  /** The name of the clip's file. */
  readonly name: string;
  /** Every how many frames one is taken, from the first. */
  readonly stride: number;
  /** The matrix that the clip's missing tag stands for. */
  readonly matrix: "bt601" | "bt709";
}

/** Frames of a clip. */
export interface ClipFrames {
  /** The name of the clip's file. */
  readonly name: string;
  /** What the file is. */
  readonly sha256: string;
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /** The number in the stream, from 0, and the presentation time in ticks of each frame. */
  readonly frames: readonly { readonly frame: number; readonly pts: number }[];
  /** The frames as RGBA, one behind the other. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

async function outputOf(command: string, args: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout } = await new Deno.Command(command, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}`);
  return stdout;
}

/** The SHA-256 of bytes, in hexadecimal digits. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function layoutOf(path: string): Promise<{ width: number; height: number; pts: number[] }> {
  const json = await outputOf("ffprobe", [
    ...["-v", "error", "-select_streams", "v:0", "-of", "json"],
    ...["-show_entries", "stream=width,height:packet=pts", path],
  ]);
  const { streams: [{ width, height }], packets } = JSON.parse(new TextDecoder().decode(json));
  const pts: number[] = packets.map((packet: { pts: number }) => packet.pts);
  return { width, height, pts: pts.sort((a, b) => a - b) };
}

/**
 * Reads frames with ffmpeg's own conversion to RGB.
 *
 * @param choice Which frames of which clip.
 * @returns The frames.
 */
export async function clipFramesOf({ name, stride, matrix }: Choice): Promise<ClipFrames> {
  const path = clipPath(name);
  if (!path) throw new Error(`Cannot find the clip "${name}"`);
  const { width, height, pts: ptsOfAll } = await layoutOf(path);
  const frames = ptsOfAll.map((pts, frame) => ({ frame, pts }))
    .filter(({ frame }) => frame % stride === 0);
  // Unless told, ffmpeg takes chroma to lie between two columns; H.264 has it on the left one.
  const filter = `select=not(mod(n\\,${stride})),scale=in_color_matrix=${matrix}:` +
    "in_h_chr_pos=0:flags=bicubic+accurate_rnd+full_chroma_int,format=rgba";
  const pixels = await outputOf("ffmpeg", [
    ...["-v", "error", "-i", path, "-vf", filter, "-vsync", "0", "-f", "rawvideo", "-"],
  ]);
  if (pixels.length !== frames.length * width * height * 4) {
    throw new Error(`Cannot read "${name}": ${frames.length} frames were expected`);
  }
  return { name, sha256: await sha256Of(await Deno.readFile(path)), width, height, frames, pixels };
}
