import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { yuvFromRgb } from "../pipeline/colour.ts";
import { discard } from "../pipeline/discard.ts";
import { SourceError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { ffmpeg, temporaryFolder } from "../tests/_media.ts";
import { decode } from "./decode.ts";
import { probe } from "./probe.ts";

const CLIP = new URL("../tests/fixtures/clips/talking_face.mp4", import.meta.url).pathname;

type Rgb = readonly [number, number, number];

const RED: Rgb = [255, 0, 0];
const GREEN: Rgb = [0, 255, 0];
const BLUE: Rgb = [0, 0, 255];
const WHITE: Rgb = [255, 255, 255];

/** A still video with a colour in each corner: red and green above, blue and white below. */
async function corners(path: string, filter: string, ...args: readonly string[]): Promise<void> {
  const patch = (colour: string, label: string) =>
    `color=${colour}:s=48x32:r=5:d=0.4,format=gbrp[${label}]`;
  await ffmpeg(
    "-filter_complex",
    [
      patch("0xff0000", "a"),
      patch("0x00ff00", "b"),
      patch("0x0000ff", "c"),
      patch("0xffffff", "d"),
      `[a][b]hstack[top];[c][d]hstack[bottom];[top][bottom]vstack,${filter}`,
    ].join(";"),
    ...args,
    path,
  );
}

async function firstFrame(path: string): Promise<Frame> {
  for await (const frame of decode(path)) return frame;
  throw new Error("no frame");
}

/** Fails unless the middle of each quarter has the colour, as luma and chroma of this meaning. */
function assertCorners(frame: Frame, colours: readonly Rgb[], tolerance = 3): void {
  const { width, height, chromaWidth, y, u, v } = frame.planes;
  const places = [[1, 1], [3, 1], [1, 3], [3, 3]] as const;
  places.forEach(([column, row], i) => {
    const x = Math.floor(width * column / 4);
    const line = Math.floor(height * row / 4);
    const chroma = (line >> 1) * chromaWidth + (x >> 1);
    const actual = [y[line * width + x]!, u[chroma]!, v[chroma]!];
    const wanted = yuvFromRgb(colours[i]!, frame.source.colour);
    const difference = Math.max(
      ...[wanted.y, wanted.u, wanted.v].map((value, k) => Math.abs(value - actual[k]!)),
    );
    assert(difference <= tolerance, `corner ${i}: ${actual} instead of ${Object.values(wanted)}`);
  });
}

const MEANINGS = [
  ["BT.601, limited", "bt601", "limited", "yuv420p", "bt601", "tv", "smpte170m"],
  ["BT.709, limited", "bt709", "limited", "yuv420p", "bt709", "tv", "bt709"],
  ["BT.709, full range", "bt709", "full", "yuvj420p", "bt709", "pc", "bt709"],
  ["BT.601, full range, 4:4:4", "bt601", "full", "yuvj444p", "bt601", "pc", "smpte170m"],
  ["BT.709, ten bits", "bt709", "limited", "yuv420p10le", "bt709", "tv", "bt709"],
  ["BT.601, 4:2:2", "bt601", "limited", "yuv422p", "bt601", "tv", "smpte170m"],
] as const;

for (const [name, matrix, range, format, outMatrix, outRange, tag] of MEANINGS) {
  Deno.test(`decode() keeps the meaning of colours: ${name}`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/in.mkv`;
    const scale = `scale=out_color_matrix=${outMatrix}:out_range=${outRange},format=${format}`;
    const tags = ["-colorspace", tag, "-color_range", outRange];
    await corners(path, scale, "-c:v", "libx264", "-crf", "4", ...tags);
    using frame = await firstFrame(path);
    assertEquals([frame.source.colour.matrix, frame.source.colour.range], [matrix, range]);
    assertCorners(frame, [RED, GREEN, BLUE, WHITE], 5);
  });
}

Deno.test("decode() takes what tells nothing of its colours for BT.601 below 720 lines", async () => {
  await using folder = await temporaryFolder();
  for (const [height, matrix] of [[718, "bt601"], [720, "bt709"]] as const) {
    const path = `${folder.path}/${height}.mp4`;
    await ffmpeg("-f", "lavfi", "-i", `color=gray:s=64x${height}:d=0.1`, "-c:v", "libx264", path);
    using frame = await firstFrame(path);
    assertEquals(frame.source.colour.matrix, matrix);
  }
});

Deno.test("decode() turns palettes and RGB into limited range of the usual matrix", async () => {
  await using folder = await temporaryFolder();
  for (const [file, codec] of [["in.gif", "gif"], ["in.png", "png"], ["in.mkv", "ffv1"]] as const) {
    const path = `${folder.path}/${file}`;
    await corners(path, "null", "-c:v", codec, ...(codec === "png" ? ["-frames:v", "1"] : []));
    using frame = await firstFrame(path);
    assertEquals([frame.source.colour.matrix, frame.source.colour.range], ["bt601", "limited"]);
    assertCorners(frame, [RED, GREEN, BLUE, WHITE]);
  }
});

Deno.test("decode() puts chroma where the left one of two pixels is", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.png`;
  const ramp = "nullsrc=s=64x8,format=gbrp,geq=r='4*X':g=0:b=0";
  await ffmpeg("-f", "lavfi", "-i", ramp, "-frames:v", "1", path);
  using frame = await firstFrame(path);
  for (let column = 4; column < 28; column++) {
    const { v } = yuvFromRgb([8 * column, 0, 0], frame.source.colour);
    assert(Math.abs(frame.planes.v[column]! - v) <= 0.51, `column ${column}`);
  }
});

Deno.test("decode() shows black where a picture is transparent", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.png`;
  await ffmpeg(
    ...["-f", "lavfi", "-i", "color=0xffffff:s=32x32,format=rgba,colorchannelmixer=aa=0"],
    ...["-frames:v", "1", path],
  );
  using frame = await firstFrame(path);
  assertEquals(new Set(frame.planes.y), new Set([16]));
});

const TURNED = [
  [90, [BLUE, RED, WHITE, GREEN]],
  [180, [WHITE, BLUE, GREEN, RED]],
  [270, [GREEN, WHITE, RED, BLUE]],
] as const;

for (const [degrees, colours] of TURNED) {
  Deno.test(`decode() turns a picture upright by ${degrees} degrees`, async () => {
    await using folder = await temporaryFolder();
    const flat = `${folder.path}/flat.mp4`;
    const path = `${folder.path}/in.mp4`;
    const scale = "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p";
    await corners(flat, scale, "-c:v", "libx264", "-crf", "4");
    await turned(flat, path, degrees);
    using frame = await firstFrame(path);
    const [width, height] = degrees === 180 ? [96, 64] : [64, 96];
    assertEquals([frame.planes.width, frame.planes.height], [width, height]);
    assertCorners(frame, colours, 5);
  });
}

/** Says in a file's header that its pictures are to be turned clockwise. */
async function turned(from: string, to: string, degrees: number): Promise<void> {
  try { // From ffmpeg 6 on; both ways of saying it count anticlockwise.
    await ffmpeg("-display_rotation", String(-degrees), "-i", from, "-c", "copy", to);
  } catch {
    await ffmpeg("-i", from, "-c", "copy", "-metadata:s:v:0", `rotate=${360 - degrees}`, to);
  }
}

Deno.test("decode() turns a photograph as its Exif data say", async () => {
  await using folder = await temporaryFolder();
  const flat = `${folder.path}/flat.jpg`;
  await corners(flat, "null", "-frames:v", "1", "-q:v", "1", "-pix_fmt", "yuvj444p");
  const jpeg = await Deno.readFile(flat);
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const exif = [..."Exif\0\0"].map((char) => char.charCodeAt(0)).concat(tiff, [0, 0, 0, 0]);
  const path = `${folder.path}/in.jpg`;
  await Deno.writeFile(
    path,
    Uint8Array.from([
      ...jpeg.subarray(0, 2),
      0xff,
      0xe1,
      0,
      exif.length + 2,
      ...exif,
      ...jpeg.subarray(2),
    ]),
  );
  using frame = await firstFrame(path);
  assertEquals([frame.planes.width, frame.planes.height], [64, 96]);
  assertCorners(frame, [BLUE, RED, WHITE, GREEN], 5);
});

Deno.test("decode() squares pixels, so that a circle stays one", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.mkv`;
  await corners(path, "setsar=2/1", "-c:v", "ffv1");
  using frame = await firstFrame(path);
  assertEquals([frame.planes.width, frame.planes.height], [192, 64]);
  assertCorners(frame, [RED, GREEN, BLUE, WHITE]);
});

Deno.test("decode() takes what it is told of its source, and does not ask again", async () => {
  const report = { ...await probe(CLIP), name: "a name of its own" };
  for (const told of [report, Promise.resolve(report)]) {
    for await (using frame of decode(CLIP, { report: told })) {
      assertEquals(frame.source.name, report.name);
      break;
    }
  }
});

Deno.test("decode() fails as the question what its source holds did", async () => {
  const report = Promise.reject(new SourceError("Cannot read it"));
  await assertRejects(
    () => decode(CLIP, { report }).pipeTo(discard()),
    SourceError,
    "Cannot read it",
  );
});

Deno.test("decode() ends without an error when it is told to, and leaves no process", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.mp4`;
  await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=8", "-c:v", "mpeg4", path);
  const ending = new AbortController();
  let frames = 0;
  for await (using frame of decode(path, { until: ending.signal })) {
    if (frame.index === 10) ending.abort();
    assert(frame.source.isCut === frame.index >= 10);
    frames++;
  }
  assertEquals(frames, 11);
});

Deno.test("decode() ends without an error when it is told to, in a damaged file as well", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.mp4`;
  await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=8", "-c:v", "mpeg4", "-g", "12", path);
  const bytes = await Deno.readFile(path);
  for (let i = bytes.length >> 4; i < bytes.length >> 3; i += 97) bytes[i]! ^= 0x55;
  await Deno.writeFile(path, bytes);
  const ending = new AbortController();
  let frames = 0;
  for await (using frame of decode(path, { until: ending.signal })) {
    if (frame.index === 60) ending.abort();
    frames++;
  }
  assertEquals(frames, 61);
});

Deno.test("decode() leaves no process when its reader leaves", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.mp4`;
  await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=8", "-c:v", "mpeg4", path);
  for await (using frame of decode(path)) {
    if (frame.index === 3) break;
  } // The test runner fails the test if a process or a pipe is left.
});

/** What each bad source is made of, and what is said of it. */
const BAD: readonly {
  readonly name: string;
  readonly make: (folder: string) => Promise<string>;
  readonly message: RegExp;
}[] = [
  {
    name: "a missing file",
    make: (folder) => Promise.resolve(`${folder}/none.mp4`),
    message: /^Cannot read \S+none\.mp4: No such file or directory$/,
  },
  {
    name: "a directory",
    make: (folder) => Promise.resolve(folder),
    message: /^Cannot read \S+: Is a directory$/,
  },
  {
    name: "text that is called a video",
    async make(folder) {
      await Deno.writeTextFile(`${folder}/text.mp4`, "Not a video.\n".repeat(100));
      return `${folder}/text.mp4`;
    },
    message: /^Cannot read \S+text\.mp4: Invalid data found when processing input/,
  },
  {
    name: "a video without its index",
    async make(folder) {
      await ffmpeg("-f", "lavfi", "-i", "testsrc2=d=2", "-c:v", "libx264", `${folder}/all.mp4`);
      const bytes = await Deno.readFile(`${folder}/all.mp4`);
      await Deno.writeFile(`${folder}/half.mp4`, bytes.subarray(0, bytes.length / 2));
      return `${folder}/half.mp4`;
    },
    message:
      /^Cannot read \S+half\.mp4: Invalid data found when processing input \(moov atom not found\)$/,
  },
  {
    name: "a video that is cut off",
    async make(folder) {
      await ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=d=2", "-c:v", "libx264", "-movflags", "+faststart"],
        `${folder}/all.mp4`,
      );
      const bytes = await Deno.readFile(`${folder}/all.mp4`);
      await Deno.writeFile(`${folder}/half.mp4`, bytes.subarray(0, bytes.length / 2));
      return `${folder}/half.mp4`;
    },
    message: /^Cannot decode \S+half\.mp4 to its end: the file is cut off after \d+ frames$/,
  },
  {
    name: "sound alone",
    async make(folder) {
      await ffmpeg("-f", "lavfi", "-i", "sine=d=1", `${folder}/sound.wav`);
      return `${folder}/sound.wav`;
    },
    message: /^Cannot read \S+sound\.wav: it holds no pictures$/,
  },
  {
    name: "a video without frames",
    async make(folder) {
      await ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=d=1", "-frames:v", "0", "-c:v", "libx264"],
        `${folder}/none.mkv`,
      );
      return `${folder}/none.mkv`;
    },
    message: /^Cannot (read|decode) \S+none\.mkv: /,
  },
  {
    name: "a protocol that is not on the list",
    make: () => Promise.resolve("gopher://user:secret@example.org/x"),
    message: /^Cannot open gopher:\/\/example\.org\/x: "gopher" is none of http, /,
  },
  {
    name: "a list of other files",
    async make(folder) {
      await Deno.writeTextFile(`${folder}/list.txt`, "ffconcat version 1.0\nfile 'http://x/y'\n");
      return `${folder}/list.txt`;
    },
    message: /^Cannot read \S+list\.txt: /,
  },
];

for (const { name, make, message } of BAD) {
  Deno.test(`decode() says in a line what is wrong: ${name}`, async () => {
    await using folder = await temporaryFolder();
    const path = await make(folder.path);
    const error = await assertRejects(
      async () => {
        for await (using _ of decode(path));
      },
      SourceError,
    );
    assertMatch(error.message, message);
    assertEquals(error.message.includes("\n"), false);
  });
}

Deno.test("decode() refuses a part that cannot be", () => {
  assertThrows(() => decode("x", { startS: -1 }), RangeError, "startS must be 0 or more");
  assertThrows(() => decode("x", { startS: NaN }), RangeError, "current value is NaN");
  assertThrows(() => decode("x", { durationS: 0 }), RangeError, "durationS must be above 0");
});

Deno.test("decode() returns to software where the hardware is not to be had, and says so", async () => {
  const times: Record<string, string[]> = { none: [], nonsense: [] };
  for (const [hwaccel, found] of Object.entries(times)) {
    let complaints: readonly string[] = [];
    for await (using frame of decode(CLIP, { durationS: 0.5, hwaccel })) {
      found.push(`${frame.pts} ${frame.planes.y.reduce((sum, value) => sum + value, 0)}`);
      ({ complaints } = frame.source);
    }
    assertEquals(complaints.length, hwaccel === "none" ? 0 : 1);
    if (hwaccel !== "none") assertStringIncludes(complaints[0]!, "Decoded in software");
  }
  assertEquals(times.nonsense, times.none);
  assertEquals(times.none!.length, 12);
});

Deno.test("decode() takes no option of ffmpeg's for a kind of hardware", () => {
  assertThrows(() => decode(CLIP, { hwaccel: "auto -y" }), RangeError, "hwaccel");
});
