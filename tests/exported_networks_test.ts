/**
 * Networks of others from end to end: a trained Darknet network as other programs would have exported
 * it, and one that another program did export, on a photograph.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { readDarknetAt } from "../models/darknet_model.ts";
import { onnxModel } from "../models/onnx_model.ts";
import { loadModel } from "../models/registry.ts";
import { openSession } from "../models/session.ts";
import type { Device } from "../pipeline/inference_session.ts";
import { clipPath } from "./_clips.ts";
import { asHalf, asRtDetr, asTensorflow, asYolov10, asYolov5 } from "./_exported_networks.ts";
import { LAYOUT_CASES, networkOf } from "./_layout_cases.ts";
import { channelsFirst, modelInput } from "./_model_inputs.ts";
import { runProgram } from "./_program.ts";
import { inTempDir } from "./_temp_dir.ts";

/** A network of 80 classes, in a folder beside that of the clips. */
const NANO = clipPath("../weights/mobilenetv2-yolov3-nano-coco.cfg");
const DOG = new URL("fixtures/darknet/dog.png", import.meta.url);

/** The input as Darknet makes it, where the layout's project does otherwise. */
const DARKNET_INPUT = { resize: "letterbox", border: [127.5, 127.5, 127.5] };

/** What its `.cfg` tells of its heads. */
const HEADS = {
  layout: "yolov3-grids",
  anchors: [[[12, 18], [37, 49], [52, 132]], [[115, 74], [119, 199], [243, 238]]],
  scaleXY: [1.05, 1.1],
};

/** The rows of a CSV file of detections: corners, class, confidence. */
function rowsOf(csv: string): { numbers: number[]; label: string }[] {
  return csv.trim().split("\n").slice(1).map((line) => {
    const cells = line.split(",");
    return { numbers: [...cells.slice(0, 4), cells[5]].map(Number), label: cells[7] ?? "" };
  });
}

async function rowsBy(model: string, dir: string) {
  const args = "run dog.png --conf 0.3 --ties suppress --iou 0.45 --device cpu --csv - --model";
  const { code, stdout, stderr } = await runProgram([...args.split(" "), model], { dir });
  assertEquals(code, 0, stderr);
  return { rows: rowsOf(stdout), stderr };
}

Deno.test({
  name: "steadybox run finds the same with a network however it was exported",
  ignore: NANO === undefined,
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.copyFile(DOG, `${dir}/dog.png`);
      for (const ending of ["cfg", "weights"]) {
        await Deno.copyFile(NANO!.replace(/cfg$/, ending), `${dir}/nano.${ending}`);
      }
      const { network } = await readDarknetAt(`${dir}/nano.cfg`);
      const { rows: expected } = await rowsBy("nano.cfg", dir);
      assertEquals(new Set(expected.map(({ label }) => label)), new Set(["dog", "car", "bicycle"]));
      const heads = onnxFromDarknet(network);
      const exports = [
        { name: "heads", bytes: heads, card: HEADS, said: "yolov3-grids", apart: 0.02 },
        { name: "half", bytes: asHalf(heads), card: HEADS, said: "yolov3-grids", apart: 1 },
        { name: "v5", bytes: asYolov5(network), said: "yolov5", apart: 0.02 },
        { name: "v10", bytes: asYolov10(network), said: "yolov10", apart: 0.02 },
        { name: "detr", bytes: asRtDetr(network), said: "rt-detr", apart: 0.02 },
        // Its pictures are of whole numbers.
        { name: "tf", bytes: asTensorflow(network), said: "tensorflow-detection", apart: 1 },
      ];
      for (const { name, bytes, card, said, apart } of exports) {
        await Deno.writeFile(`${dir}/${name}.onnx`, bytes);
        const told = { file: `${name}.onnx`, labels: "coco", input: DARKNET_INPUT, ...card };
        await Deno.writeTextFile(`${dir}/${name}.json`, JSON.stringify(told));
        const { rows, stderr } = await rowsBy(`${name}.json`, dir);
        assertStringIncludes(stderr, `("${said}")`);
        assertEquals(rows.map(({ label }) => label), expected.map(({ label }) => label), name);
        for (const [i, { numbers }] of rows.entries()) {
          for (const [j, number] of numbers.entries()) {
            assertAlmostEquals(number, expected[i]!.numbers[j]!, j < 4 ? apart : apart / 100, name);
          }
        }
      }
    }),
});

Deno.test("a BlazeFace that another program converted finds what the package's own does", async () => {
  const path = new URL("fixtures/networks/blazeface_front.onnx", import.meta.url).pathname;
  const [theirs, ours] = await Promise.all([loadModel(path), loadModel("blazeface-short")]);
  assertEquals(theirs.detector.input, { ...ours.detector.input, layout: "nhwc" });
  const picture = modelInput(1, 128);
  await using session = await openSession(theirs.network, { device: "cpu" });
  await using own = await openSession(ours.network, { device: "cpu" });
  const found = theirs.detector.decode(
    await session.run({ dims: [1, 128, 128, 3], data: picture.slice() }),
    0.05,
  );
  const expected = ours.detector.decode(
    await own.run({ dims: [1, 3, 128, 128], data: channelsFirst(picture) }),
    0.05,
  );
  assert(expected.length > 0);
  assertEquals(found.length, expected.length);
  for (const [i, { box, confidence, keypoints }] of found.entries()) {
    assertAlmostEquals(confidence, expected[i]!.confidence, 1e-3);
    assertAlmostEquals(box.x1, expected[i]!.box.x1, 0.02);
    assertAlmostEquals(box.y2, expected[i]!.box.y2, 0.02);
    assertAlmostEquals(keypoints![5]!.x, expected[i]!.keypoints![5]!.x, 0.02);
  }
});

const hasGpu = await navigator.gpu.requestAdapter() !== null;
const DEVICES: readonly Device[] = hasGpu ? ["cpu", "wasm", "webgpu"] : ["cpu", "wasm"];

Deno.test.each(
  LAYOUT_CASES.filter(({ layout }) =>
    ["yolov8", "rt-detr", "tensorflow-detection"].includes(layout)
  )
    .map((one, i) => ({ one, title: `${i} ${one.layout}` })),
)("layout $title of half precision says the same on all devices", async ({ one }) => {
  const { detector, network } = onnxModel(networkOf(one, { isHalf: true }), { name: "half" });
  const { width, height, layout } = detector.input;
  const dims = layout === "nchw" ? [1, 3, height, width] : [1, height, width, 3];
  const [first, ...others] = await Promise.all(DEVICES.map(async (device) => {
    await using session = await openSession(network, { device });
    const outputs = await session.run({ dims, data: new Float32Array(3 * width * height) });
    return detector.decode(outputs, one.minConfidence);
  }));
  assert(first!.length > 0);
  for (const other of others) assertEquals(other, first);
});
