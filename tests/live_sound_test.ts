/**
 * The sound of a live feed, from its sender to recordings and streams: a tone with each flash.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { broadcast, decode, type Frame, receive, record, stage } from "../mod.ts";
import { eachOf } from "./_each_of.ts";
import { streamEntries } from "./_media.ts";
import { freePort } from "./_rtsp_server.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

const ON = "lt(mod(t,1),0.2)";

/** Sends a flash and a tone each second, as a camera does, for six seconds. */
function flashes(port: number, hasSound: boolean): Deno.ChildProcess {
  return new Deno.Command("ffmpeg", {
    args: [
      ...["-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i"],
      `color=black:s=320x240:r=25,drawbox=color=white:t=fill:enable='${ON}'`,
      ...["-re", "-f", "lavfi", "-i", `aevalsrc='0.5*sin(2*PI*1000*t)*${ON}':s=44100`],
      ...[
        "-t",
        "6",
        ...hasSound ? [] : ["-an"],
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
      ],
      ...["-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mpegts"],
      `tcp://127.0.0.1:${port}?listen=1`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** When a flash began, in seconds. */
interface Flash {
  /** When the last dark frame is shown. */
  readonly afterS: number;
  /** When the first light one is. */
  readonly byS: number;
}

/** When flashes begin; between which frames, of which a busy machine leaves some out. */
async function flashesIn(path: string): Promise<Flash[]> {
  const flashes: Flash[] = [];
  let darkS: number | undefined; // The first may have begun before.
  for await (using frame of decode(path)) {
    const atS = frame.timestampUs / 1e6;
    const isLight = frame.planes.y[100]! > 125;
    if (isLight && darkS !== undefined) flashes.push({ afterS: darkS, byS: atS });
    darkS = isLight ? undefined : atS;
  }
  return flashes;
}

/** When tones begin, in seconds. */
async function tonesIn(path: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-v", "error", "-nostdin", "-copyts", "-i", path, "-map", "0:a"],
      ...["-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", "48000", "-f", "s16le", "-"],
    ],
  }).output();
  const samples = new Int16Array(stdout.buffer.slice(0));
  const starts: number[] = [];
  let quiet = 0;
  for (const [at, sample] of samples.entries()) {
    if (Math.abs(sample) < 3000) quiet++;
    else {
      if (quiet > 4800) starts.push(at / 48_000);
      quiet = 0;
    }
  }
  return starts;
}

/** Fails unless there is a tone with each flash, within a frame. */
async function assertTogether(path: string): Promise<void> {
  const [seen, heard] = [await flashesIn(path), await tonesIn(path)];
  assert(seen.length >= 3, `${seen.length} flashes`);
  for (const { afterS, byS } of seen) {
    const isHeard = heard.some((tone) => tone >= afterS - 0.005 && tone <= byS + 0.045);
    assert(isHeard, `no tone from ${afterS} to ${byS}: ${heard}`);
  }
}

function carried() {
  return stage("carry", async function* carry(frames: AsyncIterable<Frame>) {
    for await (const frame of frames) yield { frame };
  });
}

/** Receives a sender until it has ended. */
async function received(
  to: WritableStream<{ readonly frame: Frame }>,
  hasSound = true,
): Promise<void> {
  const port = freePort();
  const sender = flashes(port, hasSound);
  const ending = new AbortController();
  sender.status.then(() => ending.abort());
  const feed = receive(`tcp://127.0.0.1:${port}`, { sound: true, until: ending.signal });
  await feed.pipeThrough(carried()).pipeTo(to);
  await sender.status;
}

/** A place that sound goes to with its pictures. */
interface Place {
  /** What it is. */
  readonly what: string;
  /** Sends there, and returns where to look. */
  readonly fill: (dir: string) => Promise<string>;
}

function recording(extension: string): Place {
  return {
    what: `a recording in .${extension}`,
    async fill(dir) {
      await received(record(`${dir}/cam.${extension}`, { segmentS: 600 }));
      const [name] = await namesIn(dir);
      return `${dir}/${name}`;
    },
  };
}

const PLAYLIST: Place = {
  what: "a playlist",
  async fill(dir) {
    await received(broadcast(`${dir}/live.m3u8`));
    return `${dir}/live.m3u8`;
  },
};

function server(what: string, listening: readonly string[], url: (port: number) => string): Place {
  return {
    what,
    async fill(dir) {
      const to = url(freePort());
      const server = new Deno.Command("ffmpeg", {
        args: ["-v", "error", "-nostdin", ...listening, "-i", to, "-c", "copy", `${dir}/got.mkv`],
        stdout: "null",
        stderr: "null",
      }).spawn();
      await received(broadcast(to, { random: () => 0 }));
      await server.status;
      return `${dir}/got.mkv`;
    },
  };
}

const PLACES: readonly Place[] = [
  ...["mp4", "mkv", "webm", "ts"].map(recording),
  PLAYLIST,
  server("RTSP", ["-rtsp_flags", "listen"], (port) => `rtsp://127.0.0.1:${port}/a`),
  server("RTMP", ["-listen", "1"], (port) => `rtmp://127.0.0.1:${port}/a/b`),
];

Deno.test("a tone stays with its flash, wherever both go", (t) =>
  eachOf(t, PLACES, ({ fill }) => inTempDir(async (dir) => assertTogether(await fill(dir)))));

Deno.test("record() has no sound where there is none to be received", () =>
  inTempDir(async (dir) => {
    await received(record(`${dir}/cam.mp4`, { segmentS: 600 }), false);
    const [name] = await namesIn(dir);
    assert((await flashesIn(`${dir}/${name}`)).length >= 3);
    assertEquals(await streamEntries(`${dir}/${name}`, "a", "codec_name"), {});
  }));
