/**
 * Outputs do not change answers: adding a video, a picture or a text changes no detection.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  annotate,
  blend,
  decode,
  decodeBoxes,
  type Detected,
  type Detection,
  discard,
  encode,
  infer,
  letterbox,
  loadModel,
  openSession,
  sink,
  writeCoco,
  writeCsv,
  writeJsonLines,
  writeMot,
} from "../mod.ts";
import { temporaryFolder } from "./_media.ts";

const CLIP = new URL("./fixtures/clips/talking_face.mp4", import.meta.url).pathname;

async function detectionsIn(
  through: (items: ReadableStream<Detected>) => ReadableStream<Detected>,
  to: () => WritableStream<Detected>,
): Promise<(readonly Detection[])[]> {
  const { detector, network } = await loadModel("blazeface-full");
  await using session = await openSession(network, { device: "cpu" });
  const found: (readonly Detection[])[] = [];
  const noted = new TransformStream<Detected, Detected>({
    transform(item, controller) {
      found.push(item.detections);
      controller.enqueue(item);
    },
  });
  const items = decode(CLIP, { durationS: 2 })
    .pipeThrough(letterbox(detector.input))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector))
    .pipeThrough(blend());
  await through(items).pipeThrough(noted).pipeTo(to());
  return found;
}

Deno.test("detections are the same with all outputs and with none", async () => {
  await using folder = await temporaryFolder();
  const bare = await detectionsIn((items) => items, discard);
  const full = await detectionsIn(
    (items) =>
      items
        .pipeThrough(writeJsonLines(`${folder.path}/out.jsonl`))
        .pipeThrough(writeMot(`${folder.path}/out.txt`))
        .pipeThrough(writeCoco(`${folder.path}/out.json`))
        .pipeThrough(writeCsv(`${folder.path}/out.csv`))
        .pipeThrough(annotate()),
    () => encode(`${folder.path}/out.mp4`),
  );
  assertEquals(full.length, 48);
  assertEquals(full, bare);
  assert(full.every((detections) => detections.length === 1));
  const lines = (await Deno.readTextFile(`${folder.path}/out.jsonl`)).trim().split("\n");
  assertEquals(lines.length, 48);
});

Deno.test("detections are the same in a second run", async () => {
  const [first, second] = [
    await detectionsIn((items) => items, discard),
    await detectionsIn((items) => items, () =>
      sink("count", async (items) => {
        for await (const _ of items);
      })),
  ];
  assertEquals(first, second);
});
