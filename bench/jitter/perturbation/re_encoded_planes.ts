import { SteadyboxError } from "../../../pipeline/errors.ts";
import { type Planes, planesByteLength, planesFrom } from "../../../pipeline/planes.ts";
import { evenSized } from "../../../stages/ffmpeg/even_size.ts";
import { reasonIn, spawnFfmpeg } from "../../../stages/ffmpeg/process.ts";

/** The quality of libx264 where nothing is asked for. */
const CRF = 23;

/**
 * A copy of a picture that went through H.264 once more: as a key frame by libx264 at its usual quality
 * (CRF 23), in memory only.
 *
 * @param planes The picture.
 * @returns The copy, in memory of its own.
 * @throws {SteadyboxError} If ffmpeg is missing, may not be run, or fails.
 */
export async function reEncodedPlanes(planes: Planes): Promise<Planes> {
  const even = evenSized(planes);
  const raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p"];
  const encoded = await piped([
    ...[...raw, "-video_size", `${even.width}x${even.height}`, "-i", "pipe:0"],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", `${CRF}`, "-threads", "1"],
    ...["-f", "h264", "pipe:1"],
  ], even.data);
  const decoded = await piped(
    ["-threads", "1", "-f", "h264", "-i", "pipe:0", ...raw, "pipe:1"],
    encoded,
  );
  if (decoded.length !== planesByteLength(even.width, even.height)) {
    throw new SteadyboxError("Cannot re-encode a frame: ffmpeg gave back another size");
  }
  return oddSized(planesFrom(decoded, even.width, even.height), planes);
}

/** Sends bytes through ffmpeg. */
async function piped(
  args: readonly string[],
  input: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  await using child = spawnFfmpeg("ffmpeg", ["-hide_banner", "-nostdin", "-v", "error", ...args], {
    stdin: "piped",
  });
  const writer = child.stdin.getWriter();
  // Why writing fails, if it does, is told by what the process complains of.
  const written = writer.write(input).then(() => writer.close()).catch(() => {});
  const output = await new Response(child.stdout).bytes();
  await written;
  writer.releaseLock();
  const { code, complaint } = await child.result;
  if (code !== 0) throw new SteadyboxError(`Cannot re-encode a frame: ${reasonIn(complaint)}`);
  return output;
}

/** The picture without the row and the column by which it was made even. */
function oddSized(even: Planes, { width, height }: Planes): Planes {
  if (even.width === width && even.height === height) return even;
  const odd = planesFrom(new Uint8Array(planesByteLength(width, height)), width, height);
  for (let row = 0; row < height; row++) {
    odd.y.set(even.y.subarray(row * even.width, row * even.width + width), row * width);
  }
  odd.u.set(even.u);
  odd.v.set(even.v);
  return odd;
}
