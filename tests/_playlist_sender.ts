/** A playlist (HLS) on a web server, which goes on or is all there. */
export interface PlaylistSender extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /** Begins it anew, with pictures of a size, ten a second; resolves when it has begun. */
  start(size: string): Promise<void>;
  /** Ends it, as a sender does that says goodbye. */
  finish(): Promise<void>;
}

/** Serves a directory in which ffmpeg writes a playlist. */
export function playlistSender(dir: string): PlaylistSender {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = `${dir}${new URL(request.url).pathname}`;
    const bytes = await Deno.readFile(path).catch(() => undefined);
    return new Response(bytes ?? null, { status: bytes ? 200 : 404 });
  });
  let sender: Deno.ChildProcess | undefined;
  async function finish(): Promise<void> {
    sender?.kill("SIGINT");
    await sender?.status;
    sender = undefined;
  }
  return {
    url: `http://127.0.0.1:${server.addr.port}/live.m3u8`,
    finish,
    async start(size) {
      await Deno.remove(`${dir}/live.m3u8`).catch(() => {}); // There is none at first.
      sender = new Deno.Command("ffmpeg", {
        args: [
          ...["-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", `testsrc=s=${size}:r=10`],
          ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10"],
          ...["-f", "hls", "-hls_time", "1", "-hls_list_size", "5", `${dir}/live.m3u8`],
        ],
        stdout: "null",
        stderr: "null",
      }).spawn();
      while (!(await Deno.stat(`${dir}/live.m3u8`).catch(() => undefined))?.isFile) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async [Symbol.asyncDispose]() {
      await finish();
      await server.shutdown();
    },
  };
}
