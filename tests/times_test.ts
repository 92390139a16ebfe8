/**
 * What goes in comes out: the same frames at the same times, the same way up, with the same sound.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { decode, encode, type Frame, stage } from "../mod.ts";
import { clipPath } from "./_clips.ts";
import { ffmpeg, fraction, packetTimes, streamEntries, temporaryFolder } from "./_media.ts";

/** Real footage: constant and slightly variable rates, with and without sound. */
const CLIPS = [
  "cars_nadir.mp4",
  "road_vfr.mp4",
  "walkers_1080p.mp4",
  "woman_60fps.mp4",
  "drones/V_BIRD_020.mp4",
  "franck.mp4",
];

/** A made clip: what ffmpeg is told, and what is special about the result. */
interface Made {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly output?: string;
  readonly width: number;
  readonly height: number;
  readonly sound?: string;
}

const picture = (
  size: string,
  rate: string,
  seconds = 1,
) => ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
const tone = (seconds = 1) => ["-f", "lavfi", "-i", `sine=d=${seconds}`];
const h264 = (
  format = "yuv420p",
) => ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", format];

/** Intervals of 8, 33, 100, 400 and 1500 ms in turn, in ticks of 1/90000 s. */
const UNEVEN = "setpts='(floor(N/5)*2041+gte(mod(N,5),1)*8+gte(mod(N,5),2)*33+" +
  "gte(mod(N,5),3)*100+gte(mod(N,5),4)*400)*90'";
/** 60 fps for 30 frames, then 24 fps. */
const CHANGING = "setpts='if(lt(N,30),N*1500,45000+(N-30)*3750)'";
const UNTIMED = ["-fps_mode", "passthrough", "-enc_time_base", "1:90000"];

const MADE: readonly Made[] = [
  {
    name: "29.97 fps",
    file: "in.mp4",
    args: [...picture("160x120", "30000/1001"), ...tone(), ...h264(), "-c:a", "aac"],
    width: 160,
    height: 120,
    sound: "aac",
  },
  {
    name: "23.976 fps in Matroska",
    file: "in.mkv",
    args: [...picture("160x120", "24000/1001"), ...h264()],
    width: 160,
    height: 120,
  },
  {
    name: "uneven intervals from 8 to 1500 ms",
    file: "in.mp4",
    args: [...picture("160x120", "25"), "-vf", `settb=1/90000,${UNEVEN}`, ...UNTIMED, ...h264()],
    width: 160,
    height: 120,
  },
  {
    name: "a rate that changes from 60 to 24 fps",
    file: "in.mp4",
    args: [...picture("160x120", "60"), "-vf", `settb=1/90000,${CHANGING}`, ...UNTIMED, ...h264()],
    width: 160,
    height: 120,
  },
  {
    name: "a start offset and sound that begins later",
    file: "in.ts",
    args: [
      ...picture("160x120", "25"),
      ...["-itsoffset", "0.3"],
      ...tone(),
      ...h264(),
      ...["-c:a", "aac", "-output_ts_offset", "3.5"],
    ],
    width: 160,
    height: 120,
    sound: "aac",
  },
  {
    name: "a start offset in an edit list",
    file: "in.mp4",
    args: [...picture("160x120", "25"), ...h264(), "-output_ts_offset", "2.5"],
    width: 160,
    height: 120,
  },
  {
    name: "an odd size",
    file: "in.mkv",
    args: [...picture("322x242", "25"), "-vf", "scale=321:241", "-c:v", "ffv1"],
    width: 322,
    height: 242,
  },
  {
    name: "ten bits and six channels",
    file: "in.mkv",
    args: [
      ...picture("160x120", "25"),
      ...tone(),
      ...h264("yuv420p10le"),
      "-c:a",
      "ac3",
      "-ac",
      "6",
    ],
    width: 160,
    height: 120,
    sound: "ac3",
  },
  {
    name: "4:4:4 and PCM, which an mp4 cannot hold",
    file: "in.mkv",
    args: [...picture("160x120", "25"), ...tone(), ...h264("yuv444p"), "-c:a", "pcm_s16le"],
    width: 160,
    height: 120,
    sound: "aac",
  },
  {
    name: "PCM into QuickTime, which can",
    file: "in.mkv",
    args: [...picture("160x120", "25"), ...tone(), ...h264(), "-c:a", "pcm_s16le"],
    output: "out.mov",
    width: 160,
    height: 120,
    sound: "pcm_s16le",
  },
  {
    name: "AAC into WebM, as Opus",
    file: "in.mp4",
    args: [...picture("160x120", "25"), ...tone(), ...h264(), "-c:a", "aac", "-ac", "6"],
    output: "out.webm",
    width: 160,
    height: 120,
    sound: "opus",
  },
  {
    name: "pixels wider than high, interlaced",
    file: "in.mpg",
    args: [
      ...picture("720x576", "25"),
      ...["-vf", "setsar=64/45", "-c:v", "mpeg2video", "-flags", "+ildct+ilme"],
    ],
    width: 1024,
    height: 576,
  },
  {
    name: "a single frame",
    file: "in.mp4",
    args: [...picture("160x120", "25"), "-frames:v", "1", ...h264()],
    width: 160,
    height: 120,
  },
  {
    name: "4K",
    file: "in.mp4",
    args: [...picture("3840x2160", "25", 0.2), ...h264()],
    width: 3840,
    height: 2160,
  },
];

function carrying(): ReturnType<typeof stage<Frame, { frame: Frame }>> {
  return stage("carry", async function* (frames: AsyncIterable<Frame>) {
    for await (const frame of frames) yield { frame };
  });
}

Deno.test.each(MADE)("frames keep their times: $name", async (made) => {
  await using folder = await temporaryFolder();
  const input = `${folder.path}/${made.file}`;
  const output = `${folder.path}/${made.output ?? "out.mp4"}`;
  await ffmpeg(...made.args, input);
  const times: string[] = [];
  const notes: string[] = [];
  const noted = new TransformStream<{ frame: Frame }, { frame: Frame }>({
    transform(item, controller) {
      const { pts, timeBase: { num, den } } = item.frame;
      times.push(fraction(BigInt(pts) * BigInt(num), BigInt(den)));
      controller.enqueue(item);
    },
  });
  await decode(input).pipeThrough(carrying()).pipeThrough(noted)
    .pipeTo(encode(output, { onNote: (note) => notes.push(note) }));

  const expected = await packetTimes(input);
  assert(expected.length > 0);
  assertEquals(times, expected);
  assertEquals(await packetTimes(output), output.endsWith("webm") ? expected.map(toMs) : expected);
  const { width, height, sample_aspect_ratio } = await streamEntries(
    output,
    "v:0",
    "width,height,sample_aspect_ratio",
  );
  assertEquals([width, height], [made.width, made.height]);
  assertEquals(sample_aspect_ratio, "1:1");
  const sound = await streamEntries(output, "a:0", "codec_name,start_time,channels");
  assertEquals(sound.codec_name, made.sound);
  if (!made.sound) return;
  const original = await streamEntries(input, "a:0", "codec_name,start_time,channels");
  assertEquals(sound.channels, original.channels);
  assertEquals(notes.some((note) => note.includes("Sound")), original.codec_name !== made.sound);
  // A millisecond is the clock of Matroska; a priming frame may be counted or not.
  assert(Math.abs(Number(sound.start_time) - Number(original.start_time)) <= 0.025);
});

/** Matroska and WebM count in milliseconds. */
function toMs(time: string): string {
  const [num = 0n, den = 1n] = time.split("/").map(BigInt);
  return fraction((2000n * num + den) / (2n * den), 1000n);
}

for (const name of CLIPS) {
  const input = clipPath(name);
  Deno.test({
    name: `frames keep their times: the clip ${name}`,
    ignore: input === undefined,
    async fn() {
      await using folder = await temporaryFolder();
      const output = `${folder.path}/out.mp4`;
      await decode(input!).pipeThrough(carrying()).pipeTo(encode(output));
      assertEquals(await packetTimes(output), await packetTimes(input!));
      const { codec_name } = await streamEntries(output, "a:0", "codec_name");
      assertEquals(codec_name, (await streamEntries(input!, "a:0", "codec_name")).codec_name);
    },
  });
}

Deno.test("a part of a video begins at 0 in the output, with its sound", async () => {
  await using folder = await temporaryFolder();
  const input = `${folder.path}/in.mp4`;
  const output = `${folder.path}/out.mp4`;
  await ffmpeg(...picture("160x120", "25", 4), ...tone(4), ...h264(), "-c:a", "aac", input);
  const times: number[] = [];
  const noted = new TransformStream<{ frame: Frame }, { frame: Frame }>({
    transform(item, controller) {
      times.push(item.frame.timestampUs);
      controller.enqueue(item);
    },
  });
  await decode(input, { startS: 1.5, durationS: 1 }).pipeThrough(carrying()).pipeThrough(noted)
    .pipeTo(encode(output));
  assertEquals(times.length, 25);
  assertEquals([times[0], times.at(-1)], [1_520_000, 2_480_000]);
  assertEquals((await packetTimes(output))[0], "1/50");
  const { start_time, duration } = await streamEntries(output, "a:0", "start_time,duration");
  assert(Math.abs(Number(start_time)) < 0.05);
  assert(Math.abs(Number(duration) - 1) < 0.1, `${duration}`);
});

for (
  const [name, last, file, output] of [
    ["after two seconds", 50, "in.mp4", "out.mp4"],
    ["after one frame", 0, "in.mp4", "out.mp4"],
    ["of a source that begins at 1.4 s", 20, "in.ts", "out.ts"],
  ] as const
) {
  Deno.test(`a run that is ended ${name} leaves a video whose sound ends with it`, async () => {
    await using folder = await temporaryFolder();
    const input = `${folder.path}/${file}`;
    const path = `${folder.path}/${output}`;
    await ffmpeg(...picture("160x120", "25", 8), ...tone(8), ...h264(), "-c:a", "aac", input);
    const ending = new AbortController();
    const noted = new TransformStream<{ frame: Frame }, { frame: Frame }>({
      transform(item, controller) {
        if (item.frame.index === last) ending.abort();
        controller.enqueue(item);
      },
    });
    await decode(input, { until: ending.signal }).pipeThrough(carrying()).pipeThrough(noted)
      .pipeTo(encode(path));
    const times = await packetTimes(path);
    assertEquals(times, (await packetTimes(input)).slice(0, times.length));
    assert(times.length >= last + 1 && times.length < last + 50, `${times.length} frames`);
    const sound = await packetTimes(path, "a:0");
    const seconds = Number(sound.length) * 1024 / 44100;
    assert(Math.abs(seconds - times.length / 25) < 0.2, `${seconds} s for ${times.length} frames`);
  });
}

Deno.test("decode() ends at once, and without an error, while a server says nothing", async () => {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ending = new AbortController();
  const { port } = server.addr as Deno.NetAddr;
  const reading = Array.fromAsync(
    decode(`http://127.0.0.1:${port}/x.mp4`, { until: ending.signal }),
  );
  using _ = await server.accept();
  ending.abort();
  assertEquals(await reading, []);
});
