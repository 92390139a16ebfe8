import type { ReceiveOptions } from "../mod.ts";
import { Camera, freePort, hasRtspServer, killed } from "./_rtsp_server.ts";
import { CERTIFICATE, readCertificate, TlsRelay } from "./_tls.ts";

/** A kind of feed, with a real sender for it. */
export interface SenderKind {
  /** The protocol, and in which way it is used where there are several. */
  readonly what: string;
  /** Where the feed is. */
  readonly url: (port: number) => string;
  /** How it is received, if not as by itself. */
  readonly options?: ReceiveOptions;
  /**
   * Starts a sender at a port, whose pictures carry the time at which they were made; resolves when it
   * can be called, or calls.
   *
   * @param folder An empty directory.
   */
  readonly start: (port: number, folder: string) => AsyncDisposable | Promise<AsyncDisposable>;
  /** Why the feed is lost when the sender is killed. */
  readonly lost: string;
  /** What is said where there is no sender. */
  readonly absent: string;
  /** Whether the sender cannot be started here. */
  readonly isMissing?: boolean;
}

/**
 * The time in milliseconds, as `drawnAtMs()` reads it: the first bar's holds for the others, and no
 * picture has that of the one before.
 */
const TIME = "st(0,if(X,ld(0),max(ld(0)+1,floor(1000*time(0)))))";
const BAR = `${TIME};if(mod(floor(ld(0)/pow(2,31-X)),2),235,16)`;

/** What makes ffmpeg send such pictures, 15 a second. */
const PICTURES = [
  ...["-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "color=s=32x2:r=15,format=yuv420p"],
  ...["-vf", `geq=lum='${BAR}':cb=128:cr=128,scale=320:240:flags=neighbor,setsar=1`],
  ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15"],
];

const TRANSPORT_STREAM = ["-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0"];

/** Starts ffmpeg as a sender. */
function sender(
  ...output: readonly string[]
): AsyncDisposable & { readonly status: Promise<unknown> } {
  const child = new Deno.Command("ffmpeg", {
    args: [...PICTURES, ...output],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return { status: child.status, [Symbol.asyncDispose]: () => killed(child) };
}

/** Starts ffmpeg as a sender that calls again for as long as nobody answers. */
function caller(...output: readonly string[]): AsyncDisposable {
  let isEnded = false;
  let sending: AsyncDisposable & { readonly status: Promise<unknown> };
  const calling = (async () => {
    while (!isEnded) {
      sending = sender(...output);
      await sending.status;
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      isEnded = true;
      await sending[Symbol.asyncDispose]();
      await calling;
    },
  };
}

/** Starts ffmpeg as a server of RTMP, which plays to whoever calls first. */
function rtmpServer(port: number): AsyncDisposable {
  return sender("-f", "flv", "-listen", "1", `rtmp://127.0.0.1:${port}/live/key`);
}

/** Starts a sender of playlists, over TLS with a certificate. */
function playlists(
  port: number,
  folder: string,
  certificate: { readonly cert?: string; readonly key?: string } = {},
): AsyncDisposable {
  const path = `${folder}/live.m3u8`;
  const sending = sender("-f", "hls", "-hls_time", "1", "-hls_list_size", "5", path);
  const at = { hostname: "127.0.0.1", port, onListen() {}, ...certificate };
  const server = Deno.serve(at as Deno.ServeTcpOptions, async (request) => {
    const bytes = await Deno.readFile(`${folder}${new URL(request.url).pathname}`)
      .catch(() => undefined);
    return new Response(bytes ?? null, { status: bytes ? 200 : 404 });
  });
  return {
    async [Symbol.asyncDispose]() {
      await sending[Symbol.asyncDispose]();
      await server.shutdown();
      await Deno.remove(path).catch(() => {}); // It may not have been written yet.
    },
  };
}

const REFUSED = "nobody listens there: the connection was refused";

/** What is said where nothing comes, and nobody tells why. */
export const SILENT = "no picture came in time";

/** All kinds of feeds but cameras. */
export const SENDER_KINDS: readonly SenderKind[] = [
  {
    what: "rtsp",
    url: (port) => `rtsp://127.0.0.1:${port}/camera`,
    start: (port) => Camera.start({ port }),
    lost: "ended",
    absent: REFUSED,
    isMissing: !hasRtspServer(),
  },
  {
    what: "rtsp, pictures over UDP",
    url: (port) => `rtsp://127.0.0.1:${port}/camera`,
    options: { transport: "udp" },
    start: (port) => Camera.start({ port }),
    lost: "ended",
    absent: REFUSED,
    isMissing: !hasRtspServer(),
  },
  {
    what: "rtsps",
    url: (port) => `rtsps://127.0.0.1:${port}/camera`,
    start: (port) => Camera.start({ port, ...CERTIFICATE }),
    lost: "ended",
    absent: REFUSED,
    isMissing: !hasRtspServer(),
  },
  {
    what: "rtmp",
    url: (port) => `rtmp://127.0.0.1:${port}/live/key`,
    start: rtmpServer,
    lost: "ended",
    absent: REFUSED,
  },
  {
    what: "rtmps",
    url: (port) => `rtmps://127.0.0.1:${port}/live/key`,
    start: (port) => {
      const to = freePort();
      const stack = new AsyncDisposableStack();
      stack.use(rtmpServer(to));
      stack.use(new TlsRelay({ port, to }));
      return stack;
    },
    lost: "ended",
    absent: REFUSED,
  },
  {
    what: "srt, calling",
    url: (port) => `srt://127.0.0.1:${port}`,
    start: (port) => sender(...TRANSPORT_STREAM, `srt://127.0.0.1:${port}?mode=listener`),
    lost: "stalled",
    absent: SILENT,
  },
  {
    what: "srt, called, with a passphrase",
    url: (port) => `srt://127.0.0.1:${port}?mode=listener&passphrase=s3cret-s3cret`,
    start: (port) =>
      sender(...TRANSPORT_STREAM, `srt://127.0.0.1:${port}?passphrase=s3cret-s3cret`),
    lost: "stalled",
    absent: SILENT,
  },
  {
    what: "udp",
    url: (port) => `udp://127.0.0.1:${port}`,
    start: (port) => sender(...TRANSPORT_STREAM, `udp://127.0.0.1:${port}?pkt_size=1316`),
    lost: "stalled",
    absent: SILENT,
  },
  {
    what: "rtp",
    url: (port) => `rtp://127.0.0.1:${port}`,
    start: (port) => sender("-f", "rtp_mpegts", `rtp://127.0.0.1:${port}`),
    lost: "stalled",
    absent: SILENT,
  },
  {
    what: "tcp, calling",
    url: (port) => `tcp://127.0.0.1:${port}`,
    start: (port) => sender(...TRANSPORT_STREAM, `tcp://127.0.0.1:${port}?listen=1`),
    lost: "ended",
    absent: REFUSED,
  },
  {
    what: "tcp, called",
    url: (port) => `tcp://127.0.0.1:${port}?listen=1`,
    start: (port) => caller(...TRANSPORT_STREAM, `tcp://127.0.0.1:${port}`),
    lost: "ended",
    absent: SILENT,
  },
  {
    what: "HLS over http",
    url: (port) => `http://127.0.0.1:${port}/live.m3u8`,
    start: playlists,
    lost: "ended",
    absent: REFUSED,
  },
  {
    what: "HLS over https",
    url: (port) => `https://127.0.0.1:${port}/live.m3u8`,
    start: (port, folder) => playlists(port, folder, readCertificate()),
    lost: "ended",
    absent: REFUSED,
  },
];
