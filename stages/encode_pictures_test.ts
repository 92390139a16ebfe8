import { assert, assertEquals, assertRejects } from "@std/assert";
import { OutputError, SourceError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import { stage } from "../pipeline/stage.ts";
import { ffmpeg, streamEntries, temporaryFolder } from "../tests/_media.ts";
import { decodePictures } from "./decode_pictures.ts";
import { encodePictures, isPicturePath } from "./encode_pictures.ts";

const carry = () =>
  stage("carry", async function* (frames: AsyncIterable<Frame>) {
    for await (const frame of frames) yield { frame };
  });

/** A smooth picture, whose colours survive 4:2:0. */
async function picture(path: string, size = "64x48"): Promise<void> {
  const ramp = "geq=r='64+2*X':g='200-2*Y':b='100+X'";
  await ffmpeg(
    "-f",
    "lavfi",
    "-i",
    `nullsrc=s=${size},format=gbrp,${ramp}`,
    "-frames:v",
    "1",
    path,
  );
}

async function pixelsOf(path: string, folder: string): Promise<Uint8Array> {
  const raw = `${folder}/raw.rgb`;
  await ffmpeg(
    "-i",
    path,
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
    "-sws_flags",
    "accurate_rnd",
    raw,
  );
  return await Deno.readFile(raw);
}

const FORMATS = ["png", "jpg", "webp", "bmp", "tiff"];

for (const format of FORMATS) {
  Deno.test(`a picture keeps its size and colours as ${format}`, async () => {
    await using folder = await temporaryFolder();
    const [input, output] = [`${folder.path}/in.png`, `${folder.path}/out.${format}`];
    await picture(input);
    await decodePictures([input]).pipeThrough(carry()).pipeTo(encodePictures(output));
    const [before, after] = [
      await pixelsOf(input, folder.path),
      await pixelsOf(output, folder.path),
    ];
    assertEquals(after.length, 64 * 48 * 3);
    const errors = before.map((value, i) => Math.abs(value - after[i]!));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    assert(mean < 3, `the mean error is ${mean}`);
  });
}

Deno.test("several pictures, each of its own size, go to a directory by their names", async () => {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/out`;
  await Deno.mkdir(out);
  const names = ["b.png", "a.jpg", "odd.png"];
  for (const [i, name] of names.entries()) {
    await picture(`${folder.path}/${name}`, ["64x48", "48x64", "33x7"][i]);
  }
  const indices: number[] = [];
  const noted = new TransformStream<Frame, Frame>({
    transform(frame, controller) {
      indices.push(frame.index, frame.pts, frame.timestampUs);
      controller.enqueue(frame);
    },
  });
  await decodePictures(names.map((name) => `${folder.path}/${name}`)).pipeThrough(noted)
    .pipeThrough(carry()).pipeTo(encodePictures(out));
  assertEquals(indices, [0, 0, 0, 1, 1, 1_000_000, 2, 2, 2_000_000]);
  const sizes = [];
  for (const name of names) {
    const { width, height } = await streamEntries(`${out}/${name}`, "v:0", "width,height");
    sizes.push(`${width}x${height}`);
  }
  assertEquals(sizes, ["64x48", "48x64", "33x7"]);
});

Deno.test("a picture of one pixel stays one, in its colour", async () => {
  await using folder = await temporaryFolder();
  const [input, output] = [`${folder.path}/in.png`, `${folder.path}/out.png`];
  await Deno.writeFile(
    `${folder.path}/in.ppm`,
    new TextEncoder().encode("P6\n1 1\n255\n\x7f\x10\x20"),
  );
  await ffmpeg("-i", `${folder.path}/in.ppm`, input);
  await decodePictures([input]).pipeThrough(carry()).pipeTo(encodePictures(output));
  const [before, after] = [await pixelsOf(input, folder.path), await pixelsOf(output, folder.path)];
  assertEquals(after.length, 3);
  after.forEach((value, i) => assert(Math.abs(value - before[i]!) <= 3, `${after} for ${before}`));
});

Deno.test("encodePictures() keeps an existing picture unless it may replace it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.png`;
  await picture(path);
  await assertRejects(
    () => decodePictures([path]).pipeThrough(carry()).pipeTo(encodePictures(path)),
    OutputError,
    "it exists already",
  );
});

Deno.test("encodePictures() writes one picture to a file, not two", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.png`;
  await picture(path);
  await assertRejects(
    () =>
      decodePictures([path, path]).pipeThrough(carry())
        .pipeTo(encodePictures(`${folder.path}/out.png`)),
    OutputError,
    "there is more than one frame",
  );
});

Deno.test("decodePictures() names the picture that it cannot read", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/bad.jpg`;
  await Deno.writeTextFile(path, "no picture");
  await assertRejects(() => Array.fromAsync(decodePictures([path])), SourceError, "bad.jpg");
});

Deno.test("isPicturePath() knows pictures by their extensions", () => {
  assertEquals(["a.JPG", "b.png", "c.mp4", "png"].map(isPicturePath), [true, true, false, false]);
});
