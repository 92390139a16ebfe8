import { freePort, hasRtspServer, killed } from "./_rtsp_server.ts";
import { Recorder } from "./_rtsp_recorder.ts";
import { CERTIFICATE, TlsRelay } from "./_tls.ts";

/** Who takes a stream, and writes it to a file. */
export interface Taker extends AsyncDisposable {
  /** Waits until it is called, if that takes a while; returns the file. */
  readonly path: () => Promise<string>;
}

/** A kind of place that pictures are sent to, with a real taker for it. */
export interface TakerKind {
  /** The protocol, and in which way it is used where there are several. */
  readonly what: string;
  /** Where the pictures are sent. */
  readonly url: (port: number) => string;
  /** The codec, if not H.264. */
  readonly codec?: "h265";
  /** By how much the taker may move pictures in time, in seconds; hardly at all where absent. */
  readonly slackS?: number;
  /**
   * Starts a taker at a port.
   *
   * @param folder An empty directory.
   */
  readonly start: (port: number, folder: string) => Taker | Promise<Taker>;
  /** What is said where nobody takes anything, if that can be known. */
  readonly absent?: string;
  /** Whether the taker cannot be started here. */
  readonly isMissing?: boolean;
}

/** Starts ffmpeg as a taker, which calls again for as long as nobody answers. */
function taker(folder: string, ...input: readonly string[]): Taker {
  const path = `${folder}/taken.ts`;
  let isEnded = false;
  let child: Deno.ChildProcess;
  const taking = (async () => {
    while (!isEnded) {
      child = new Deno.Command("ffmpeg", {
        args: [
          ...["-v", "error", "-nostdin", "-y", "-fpsprobesize", "0", "-analyzeduration", "500000"],
          ...input,
          ...["-c", "copy", "-copyts", "-flush_packets", "1", "-muxdelay", "0", path],
        ],
        stdout: "null",
        stderr: "null",
      }).spawn();
      await child.status;
      if ((await Deno.stat(path).catch(() => undefined))?.size) return; // It was answered.
    }
  })();
  return {
    path: () => Promise.resolve(path),
    async [Symbol.asyncDispose]() {
      isEnded = true;
      await killed(child);
      await taking;
    },
  };
}

async function recorder(
  port: number,
  folder: string,
  certificate: Partial<typeof CERTIFICATE> = {},
): Promise<Taker> {
  const recorder = await Recorder.start({ port, folder, ...certificate });
  return {
    path: () => recorder.push(0),
    [Symbol.asyncDispose]: () => recorder[Symbol.asyncDispose](),
  };
}

/** Starts ffmpeg as a server of RTMP, to which one sender may push. */
function rtmpServer(port: number, folder: string): Taker {
  return taker(folder, "-listen", "1", "-i", `rtmp://127.0.0.1:${port}/live/key`);
}

const REFUSED = "nobody listens there: the connection was refused";

/** What is said where nothing is answered. */
export const MUTE = "the server did not answer in time";

/** All kinds of places but files. */
export const TAKER_KINDS: readonly TakerKind[] = [
  {
    what: "rtsp",
    url: (port) => `rtsp://127.0.0.1:${port}/push`,
    start: recorder,
    slackS: Infinity, // Its times are those at which packets come, evened out.
    absent: REFUSED,
    isMissing: !hasRtspServer(),
  },
  {
    what: "rtsps",
    url: (port) => `rtsps://127.0.0.1:${port}/push`,
    start: (port, folder) => recorder(port, folder, CERTIFICATE),
    slackS: Infinity, // Its times are those at which packets come, evened out.
    absent: REFUSED,
    isMissing: !hasRtspServer(),
  },
  {
    what: "rtmp",
    url: (port) => `rtmp://127.0.0.1:${port}/live/key`,
    start: rtmpServer,
    absent: REFUSED,
  },
  {
    what: "rtmps",
    url: (port) => `rtmps://127.0.0.1:${port}/live/key`,
    start: (port, folder) => {
      const to = freePort();
      const stack = new AsyncDisposableStack();
      const { path } = stack.use(rtmpServer(to, folder));
      stack.use(new TlsRelay({ port, to }));
      return { path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
    },
    absent: REFUSED,
  },
  {
    what: "srt, calling, with a passphrase",
    url: (port) => `srt://127.0.0.1:${port}?passphrase=s3cret-s3cret`,
    start: (port, folder) =>
      taker(folder, "-i", `srt://127.0.0.1:${port}?mode=listener&passphrase=s3cret-s3cret`),
    absent: MUTE,
  },
  {
    what: "srt, called",
    url: (port) => `srt://127.0.0.1:${port}?mode=listener`,
    start: (port, folder) => taker(folder, "-i", `srt://127.0.0.1:${port}`),
    absent: MUTE,
  },
  {
    what: "udp",
    url: (port) => `udp://127.0.0.1:${port}`,
    codec: "h265",
    start: (port, folder) => taker(folder, "-i", `udp://127.0.0.1:${port}`),
  },
  {
    what: "tcp, calling",
    url: (port) => `tcp://127.0.0.1:${port}`,
    start: (port, folder) => taker(folder, "-i", `tcp://127.0.0.1:${port}?listen=1`),
    absent: REFUSED,
  },
  {
    what: "tcp, called",
    url: (port) => `tcp://127.0.0.1:${port}?listen=1`,
    codec: "h265",
    start: (port, folder) => taker(folder, "-i", `tcp://127.0.0.1:${port}`),
    absent: MUTE,
  },
];
