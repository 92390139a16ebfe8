/**
 * Imported Darknet networks against OpenCV, whose results are in `tests/fixtures/darknet/`.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { importDarknet } from "../models/importers/darknet.ts";
import { loadModel } from "../models/registry.ts";
import { openSession } from "../models/session.ts";
import { iouOf } from "../pipeline/box.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detected } from "../pipeline/items.ts";
import { sink } from "../pipeline/sink.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { blend } from "../stages/blend.ts";
import { decode } from "../stages/decode.ts";
import { decodeBoxes } from "../stages/decode_boxes.ts";
import { infer } from "../stages/infer.ts";
import { letterbox } from "../stages/letterbox.ts";
import { clipPath } from "./_clips.ts";
import { madeWeights, noiseAt } from "./_made_darknet.ts";
import { sampled } from "./_model_inputs.ts";
import { runOnnx } from "./_run_onnx.ts";

const FIXTURES = new URL("fixtures/darknet/", import.meta.url);

/** A network of 80 classes, in a folder beside that of the clips. */
const NANO = clipPath("../weights/mobilenetv2-yolov3-nano-coco.cfg");

/** What OpenCV makes of one picture, by output. */
type Expected = Record<string, {
  readonly shape: readonly number[];
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
  readonly sampled: string;
}>;

/** What OpenCV makes of a photograph. */
interface ExpectedPhoto {
  readonly outputs: Expected;
  readonly detections: readonly {
    readonly classId: number;
    readonly confidence: number;
    readonly box: readonly [number, number, number, number];
  }[];
}

function assertOutputs(outputs: Outputs, expected: Expected): void {
  assertEquals(Object.keys(outputs).toSorted(), Object.keys(expected).toSorted());
  for (const [name, { shape, least, greatest, mean, sampled: kept }] of Object.entries(expected)) {
    const { dims, data } = outputs[name]!;
    assertEquals(dims, shape, name);
    const tolerance = 1e-4 * (greatest - least);
    const near = (ours: number | undefined, theirs: number, what: string) =>
      assertAlmostEquals(ours ?? NaN, theirs, tolerance, `${name}: ${what} ${ours}, not ${theirs}`);
    near(data.reduce((a, b) => Math.min(a, b)), least, "least");
    near(data.reduce((a, b) => Math.max(a, b)), greatest, "greatest");
    near(data.reduce((a, b) => a + b, 0) / data.length, mean, "mean");
    const wanted = new Float32Array(Uint8Array.fromBase64(kept).buffer);
    const ours = sampled(data);
    assertEquals(ours.length, wanted.length, name);
    for (const [i, value] of wanted.entries()) near(ours[i], value, `number ${i}`);
  }
}

async function expectedOf<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, FIXTURES)));
}

Deno.test.each([
  { name: "yolov3-tiny", height: 416, width: 416, batchNorm: "folded" as const },
  { name: "yolov3-tiny", height: 416, width: 416, batchNorm: "kept" as const },
  { name: "yolov3-spp", height: 160, width: 160, batchNorm: "folded" as const },
  { name: "made_heads", height: 64, width: 64, batchNorm: "kept" as const },
  { name: "made_groups", height: 24, width: 32, batchNorm: "folded" as const },
])("onnxFromDarknet() gives OpenCV's results for $name, $batchNorm", async (network) => {
  const { name, height, width, batchNorm } = network;
  const text = await Deno.readTextFile(new URL(`${name}.cfg`, FIXTURES));
  const cfg = text.replace(/^width=.*$/m, `width=${width}`).replace(
    /^height=.*$/m,
    `height=${height}`,
  );
  const onnx = onnxFromDarknet(importDarknet({ cfg, weights: madeWeights(cfg) }), { batchNorm });
  const picture = new Float32Array(3 * height * width)
    .map((_, i) => (noiseAt(2 ** 31 + i) + 1) / 2);
  assertOutputs(
    await runOnnx(onnx, picture, [1, 3, height, width]),
    await expectedOf(name),
  );
});

/** A photograph's pixels on grey, as the network takes them: `[3, 320, 320]` from 0 to 1. */
async function letterboxed(name: string): Promise<Float32Array> {
  const { stdout } = await new Deno.Command("ffmpeg", {
    args: ["-v", "error", "-i", new URL(`${name}.png`, FIXTURES).pathname]
      .concat(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]),
  }).output();
  const top = (320 - stdout.length / 3 / 320) / 2;
  return new Float32Array(3 * 320 * 320).map((_, i) => {
    const pixel = i % (320 * 320) - top * 320;
    return (stdout[3 * pixel + Math.floor(i / (320 * 320))] ?? 127.5) / 255;
  });
}

/** Plain suppression within classes, written for this test. */
function suppressed(candidates: readonly Detection<"tensor">[], iou: number) {
  const kept: Detection<"tensor">[] = [];
  for (const one of candidates.toSorted((a, b) => b.confidence - a.confidence)) {
    const isRepeated = ({ box, classId }: Detection<"tensor">) =>
      classId === one.classId && iouOf(box, one.box) > iou;
    if (!kept.some(isRepeated)) kept.push(one);
  }
  return kept;
}

for (const name of ["dog", "person", "horses"]) {
  Deno.test({
    name: `a trained Darknet network finds in ${name}.jpg what OpenCV finds`,
    ignore: !NANO,
    async fn() {
      const { [name]: expected } = await expectedOf<Record<string, ExpectedPhoto>>("photos");
      const { detector, network } = await loadModel(NANO!);
      const outputs = await runOnnx(network, await letterboxed(name), [1, 3, 320, 320]);
      assertOutputs(outputs, expected!.outputs);
      const found = suppressed(detector.decode(outputs, 0.25), 0.45);
      assertEquals(found.length, expected!.detections.length);
      for (const { classId, confidence, box: [x1, y1, x2, y2] } of expected!.detections) {
        const iou = ({ box }: Detection<"tensor">) => iouOf(box, { x1, y1, x2, y2 });
        const [mine] = found.filter((one) => one.classId === classId)
          .toSorted((a, b) => iou(b) - iou(a));
        assert(mine && iou(mine) >= 0.95, `class ${classId} at ${[x1, y1, x2, y2]}`);
        assertAlmostEquals(mine.confidence, confidence, 0.01);
      }
    },
  });
}

for (
  const { clip, frames, label, leastShare } of [
    { clip: "road_vfr.mp4", frames: 96, label: "car", leastShare: 0.8 },
    // A drone's view straight down is nothing that COCO shows: it has to run, not to find.
    { clip: "cars_nadir.mp4", frames: 75, label: "car", leastShare: 0 },
  ]
) {
  const path = clipPath(clip);
  Deno.test({
    name: `a trained Darknet network runs through the frames of ${clip}`,
    ignore: !NANO || !path,
    async fn() {
      const { detector, network } = await loadModel(NANO!);
      await using session = await openSession(network, { device: "cpu" });
      const found: (readonly Detection[])[] = [];
      await decode(path!, { durationS: 6 })
        .pipeThrough(letterbox(detector.input))
        .pipeThrough(infer(session))
        .pipeThrough(decodeBoxes(detector))
        .pipeThrough(blend())
        .pipeTo(sink("collect", async (items: AsyncIterable<Detected>) => {
          for await (const { frame, detections } of items) {
            found.push(detections);
            frame[Symbol.dispose]();
          }
        }));
      assert(found.length >= frames, `${found.length} frames`);
      const withLabel = found.filter((all) => all.some((one) => one.label === label)).length;
      assert(withLabel >= leastShare * found.length, `${withLabel} of ${found.length}`);
    },
  });
}
