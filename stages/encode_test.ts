import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import type { Colour } from "../pipeline/colour.ts";
import { OutputError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { source } from "../pipeline/source.ts";
import { blackFrame } from "../tests/_frames.ts";
import { packetTimes, streamEntries, temporaryFolder } from "../tests/_media.ts";
import { decode } from "./decode.ts";
import { encode, type EncodeOptions } from "./encode.ts";

/** Grey frames that grow lighter, at uneven times. */
function greyFrames(
  times: readonly number[],
  { width = 64, height = 48, colour }: {
    readonly width?: number;
    readonly height?: number;
    readonly colour?: Colour;
  } = {},
): ReadableStream<{ readonly frame: Frame }> {
  return source("made", async function* () {
    for (const [index, pts] of times.entries()) {
      const black = blackFrame(index, { width, height });
      const frame = {
        ...black,
        pts,
        source: { ...black.source, frameRate: { num: 10, den: 1 }, ...(colour && { colour }) },
      };
      frame.planes.y.fill(40 + 20 * index);
      yield { frame };
    }
  });
}

const tick = (pts: number) => pts * 1001 / 30000;

function seconds(fraction: string): number {
  const [num = 0, den = 1] = fraction.split("/").map(Number);
  return num / den;
}

for (const first of [0, 7, -3, -40_000]) {
  Deno.test(`encode() shows each frame at its own time, the first at tick ${first}`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/out.mp4`;
    const times = [0, 1, 5, 6, 90].map((time) => time + first);
    const notes: string[] = [];
    await greyFrames(times).pipeTo(encode(path, { onNote: (note) => notes.push(note) }));
    const written = (await packetTimes(path)).map(seconds);
    const start = Math.min(first, 0); // A file cannot show what comes before 0.
    times.forEach((time, i) => assert(Math.abs(written[i]! - tick(time - start)) < 1e-9));
    assertEquals(notes.length, first < 0 ? 1 : 0);
  });
}

for (
  const [file, clockHz] of [["out.mkv", 1000], ["out.webm", 1000], ["out.ts", 90_000]] as const
) {
  Deno.test(`encode() rounds times to the clock of ${file}, moves none, and says so`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/${file}`;
    const times = [0, 1, 5, 6, 90];
    const notes: string[] = [];
    await greyFrames(times).pipeTo(encode(path, { onNote: (note) => notes.push(note) }));
    const written = (await packetTimes(path)).map(seconds);
    times.forEach((time, i) => {
      assert(Math.abs(written[i]! - tick(time)) <= 0.5001 / clockHz, `${written}`);
    });
    // 1001/30000 s are a whole number of the ticks of MPEG-TS alone.
    assertEquals(notes.length, clockHz === 90_000 ? 0 : 1);
  });
}

Deno.test("encode() lets the last frame last as long as the average", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.mp4`;
  await greyFrames([0, 3, 6]).pipeTo(encode(path));
  const { duration } = await streamEntries(path, "v:0", "duration");
  assert(Math.abs(Number(duration) - (tick(6) + 0.1)) < 0.04, `${duration}`);
});

const TAGGED: readonly { readonly name: string; readonly colour: Colour }[] = [
  {
    name: "BT.709",
    colour: {
      matrix: "bt709",
      range: "limited",
      tags: { space: "bt709", primaries: "bt709", transfer: "bt709", range: "tv" },
    },
  },
  {
    name: "full-range BT.601",
    colour: { matrix: "bt601", range: "full", tags: { space: "smpte170m", range: "pc" } },
  },
  {
    name: "BT.2020 with PQ",
    colour: {
      matrix: "bt2020",
      range: "limited",
      tags: { space: "bt2020nc", primaries: "bt2020", transfer: "smpte2084", range: "tv" },
    },
  },
  { name: "no tags at all", colour: { matrix: "bt601", range: "limited", tags: {} } },
];

Deno.test.each(TAGGED)("encode() carries the meaning of colours: $name", async ({ colour }) => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.mp4`;
  await greyFrames([0, 1], { colour }).pipeTo(encode(path, { crf: 1 }));
  for await (using frame of decode(path)) {
    assertEquals(
      [frame.source.colour.matrix, frame.source.colour.range],
      [colour.matrix, colour.range],
    );
    const { range, ...written } = frame.source.colour.tags;
    const { range: _, ...expected } = colour.tags;
    assertEquals(written, expected);
    assertEquals(range ?? "tv", colour.tags.range ?? "tv");
    assert(Math.abs(frame.planes.y[500]! - (40 + 20 * frame.index)) <= 2);
  }
});

Deno.test("encode() makes odd sizes even by repeating the edge, and says so", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.mkv`;
  const notes: string[] = [];
  await greyFrames([0, 1], { width: 33, height: 7 })
    .pipeTo(encode(path, { codec: "ffv1", onNote: (note) => notes.push(note) }));
  assertEquals(notes[0], "The video is 34x8, made even from 33x7 by repeating its edge");
  for await (using frame of decode(path)) {
    assertEquals([frame.planes.width, frame.planes.height], [34, 8]);
    assertEquals(new Set(frame.planes.y), new Set([40 + 20 * frame.index]));
  }
});

const CODECS: readonly [string, EncodeOptions, string][] = [
  ["out.mp4", {}, "h264"],
  ["out.mp4", { codec: "h265", crf: 30 }, "hevc"],
  ["out.mp4", { codec: "hevc" }, "hevc"],
  ["out.webm", {}, "vp9"],
  ["out.mkv", { codec: "av1" }, "av1"],
  ["out.mkv", { codec: "mpeg4" }, "mpeg4"],
  ["out.ts", {}, "h264"],
  ["out.mov", { codec: "prores" }, "prores"],
  ["out.mkv", { codec: "mjpeg" }, "mjpeg"],
  ["out.mkv", { codec: "libx264" }, "h264"],
  ["out.gif", {}, "gif"],
];

Deno.test.each([
  { hwaccel: "vaapi", crf: 30, codec: "h264", said: /h264_vaapi/ },
  { hwaccel: "none", codec: "hevc_nvenc", said: /hevc_nvenc/ },
  { hwaccel: "auto", codec: "h265", said: /hevc_/ },
  { hwaccel: "nonsense", codec: "h264", said: /^Encoded in software: h264_nonsense: this ffmpeg/ },
])("encode() with $hwaccel for $codec uses hardware that opens, else software, and says so", async (
  { said, ...options },
) => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.mp4`;
  const times = [0, 1, 5, 6, 90];
  const notes: string[] = [];
  await greyFrames(times, { width: 320, height: 240 })
    .pipeTo(encode(path, { ...options, onNote: (note) => notes.push(note) }));
  assertEquals(notes.length, 1);
  assertMatch(notes[0]!, /^Encoded in (software: |hardware, by )/);
  assertMatch(notes[0]!, said);
  const { codec_name } = await streamEntries(path, "v:0", "codec_name");
  assertEquals(codec_name, options.codec === "h264" ? "h264" : "hevc");
  const written = (await packetTimes(path)).map(seconds);
  times.forEach((time, i) => assert(Math.abs(written[i]! - tick(time)) < 1e-9));
});

Deno.test("encode() says that hardware is not asked for other codecs", async () => {
  await using folder = await temporaryFolder();
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  await greyFrames([0, 1]).pipeTo(encode(`${folder.path}/out.mkv`, {
    ...{ codec: "ffv1", hwaccel: "auto", onNote },
  }));
  assertEquals(
    notes.filter((note) => note.startsWith("Encoded")),
    ["Encoded in software: hardware is asked for H.264 and H.265 alone"],
  );
});

for (const [file, options, codec] of CODECS) {
  Deno.test(`encode() writes ${codec} to ${file} with ${JSON.stringify(options)}`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/${file}`;
    await greyFrames([0, 3, 6], { width: 96, height: 64 }).pipeTo(encode(path, options));
    assertEquals((await streamEntries(path, "v:0", "codec_name")).codec_name, codec);
    assertEquals((await packetTimes(path)).length, 3);
  });
}

const REFUSED: readonly [string, string, EncodeOptions, RegExp][] = [
  ["an encoder that there is not", "out.mp4", { codec: "h277" }, /Unknown encoder 'h277'/],
  ["a container that there is not", "out.xyz", {}, /its name must end in one of \.mp4, /],
  ["a container that loses times", "out.avi", {}, /its name must end in one of \.mp4, /],
  ["a codec that the container cannot hold", "out.webm", { codec: "h264" }, /Only VP8 or VP9/],
  [
    "a quality that the codec does not know",
    "out.mp4",
    { codec: "mpeg4", crf: 3 },
    /no such scale/,
  ],
  ["a missing directory", "none/out.mp4", {}, /the directory .* does not exist/],
];

for (const [name, file, options, message] of REFUSED) {
  Deno.test(`encode() says in a line what is wrong and leaves nothing: ${name}`, async () => {
    await using folder = await temporaryFolder();
    const error = await assertRejects(
      () => greyFrames([0, 1, 2, 3]).pipeTo(encode(`${folder.path}/${file}`, options)),
      OutputError,
    );
    assertMatch(error.message, message);
    assertMatch(error.message, /^Cannot (write|encode) /);
    assertEquals(error.message.includes("\n") || error.message.includes("partial"), false);
    assertEquals(await namesIn(folder.path), []);
  });
}

Deno.test("encode() leaves nothing when the pipeline fails", async () => {
  await using folder = await temporaryFolder();
  const failing = new TransformStream<{ frame: Frame }, { frame: Frame }>({
    transform(item, controller) {
      if (item.frame.index === 2) throw new Error("broken");
      controller.enqueue(item);
    },
  });
  const run = greyFrames([0, 1, 2, 3]).pipeThrough(failing).pipeTo(
    encode(`${folder.path}/out.mp4`),
  );
  await assertRejects(() => run, Error, "broken");
  assertEquals(await namesIn(folder.path), []);
});

Deno.test("encode() keeps an existing file unless it may replace it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.mp4`;
  await Deno.writeTextFile(path, "mine");
  await assertRejects(
    () => greyFrames([0, 1]).pipeTo(encode(path)),
    OutputError,
    "it exists already",
  );
  assertEquals(await Deno.readTextFile(path), "mine");
  await greyFrames([0, 1]).pipeTo(encode(path, { overwrite: true }));
  assertEquals((await packetTimes(path)).length, 2);
});

Deno.test("encode() refuses a quality that cannot be, and a video without frames", async () => {
  assertThrows(() => encode("out.mp4", { crf: 64 }), RangeError, "crf must be from 0 to 63");
  await using folder = await temporaryFolder();
  await assertRejects(
    () => greyFrames([]).pipeTo(encode(`${folder.path}/out.mp4`)),
    OutputError,
    "there was no frame to write",
  );
  assertEquals(await namesIn(folder.path), []);
});

async function namesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

Deno.test("encode() shows pictures of another size and range in those of the first, and says so", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.mkv`;
  const notes: string[] = [];
  const full: Colour = { matrix: "bt601", range: "full", tags: {} };
  const mixed = source("mixed", async function* () {
    yield* greyFrames([0, 1000]);
    yield* greyFrames([2000, 3000], { width: 48, height: 96, colour: full });
  });
  await mixed.pipeTo(encode(path, { codec: "ffv1", onNote: (note) => notes.push(note) }));
  assertEquals(notes.slice(1), ["Pictures of 48x96 are shown in 64x48, with bars beside them"]);
  const seen: number[][] = [];
  for await (using frame of decode(path)) {
    const { planes } = frame;
    seen.push([0, 32, 63].map((x) => planes.y[24 * planes.width + x]!));
  }
  // Grey 40 and 60 of 255 are 50 and 68 where black is 16 and white 235.
  assertEquals(seen, [[40, 40, 40], [60, 60, 60], [16, 50, 16], [16, 68, 16]]);
});
