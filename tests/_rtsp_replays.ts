import { killed, startedServer } from "./_rtsp_server.ts";

const SERVER = new URL("./_rtsp_replays.py", import.meta.url).pathname;
const CLIP = new URL("./fixtures/clips/talking_face.mp4", import.meta.url).pathname;

/** Which feeds a server sends. */
export interface ReplayOptions {
  /** The port. */
  readonly port: number;
  /** An H.264 byte stream, as {@linkcode encodedClip} makes one. */
  readonly clip: string;
  /** How many feeds there are. */
  readonly count?: number;
  /** The rate. */
  readonly fps?: number;
  /** One byte in so many has another value. */
  readonly garble?: number;
}

/** Encodes a face that talks, in 640x360 at 10 fps with a key frame a second, to be sent again and again. */
export async function encodedClip(path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: [
      ...[
        "-v",
        "error",
        "-y",
        "-i",
        CLIP,
        "-an",
        "-vf",
        "scale=640:360,setsar=1,fps=10",
        "-c:v",
        "libx264",
      ],
      ...["-profile:v", "baseline", "-pix_fmt", "yuv420p", "-b:v", "500k", "-g", "10"],
      ...["-x264-params", "aud=1:scenecut=0", "-f", "h264", path],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A running server, of feeds at `rtsp://127.0.0.1:<port>/0` and so on, that encodes nothing. */
export class Replays implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts a server; resolves when it listens. */
  static async start(options: ReplayOptions): Promise<Replays> {
    return new Replays(await startedServer(SERVER, options));
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await killed(this.#child);
  }
}
