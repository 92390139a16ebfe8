import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Detection } from "../pipeline/detection.ts";
import { ModelError } from "../pipeline/errors.ts";
import { LAYOUT_CASES, type LayoutCase, networkOf, outputsOf } from "../tests/_layout_cases.ts";
import { runOnnx } from "../tests/_run_onnx.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import { type OnnxModel, onnxModel, type OnnxModelOptions } from "./onnx_model.ts";

/** How far a coordinate of 32-bit numbers may lie beside one of 64 bits, in input pixels. */
const TOLERANCE = 2e-3;

const NAMED = LAYOUT_CASES.map((one, i) => ({ ...one, title: `${i} ${one.layout}` }));

function modelOf(one: LayoutCase, options: Partial<OnnxModelOptions> = {}): OnnxModel {
  return onnxModel(networkOf(one), { name: "net", description: one.card, ...options });
}

/** Compares what was found with what is there, in any order. */
function assertFound(
  found: readonly Detection<"tensor">[],
  { objects }: LayoutCase,
  tolerance = { pixels: TOLERANCE, confidence: 1e-5 },
): void {
  assertEquals(found.length, objects.length);
  const left = [...found];
  for (const { box: [x1, y1, x2, y2], confidence, classId, points } of objects) {
    const distance = ({ box }: Detection<"tensor">) =>
      Math.max(...[box.x1 - x1, box.y1 - y1, box.x2 - x2, box.y2 - y2].map(Math.abs));
    const place = left.findIndex((one) =>
      one.classId === classId && distance(one) < tolerance.pixels
    );
    assert(place >= 0, `nothing at ${[x1, y1, x2, y2]} of class ${classId}`);
    const [match] = left.splice(place, 1);
    assertAlmostEquals(match!.confidence, confidence, tolerance.confidence);
    assertEquals(match!.keypoints?.length, points?.length);
    for (const [i, [x, y]] of (points ?? []).entries()) {
      assertAlmostEquals(match!.keypoints![i]!.x, x, TOLERANCE);
      assertAlmostEquals(match!.keypoints![i]!.y, y, TOLERANCE);
    }
  }
}

Deno.test.each(NAMED)(
  "onnxModel() tells layout $title by its shapes, and finds what numpy does",
  (one) => {
    const { detector, notes } = modelOf(one);
    assert(notes[0]?.includes(`("${one.layout}")`), notes[0]);
    if (one.classes !== null) assertEquals(detector.labels.length, one.classes);
    assertEquals([detector.input.width, detector.input.height], [...one.size]);
    assertFound(detector.decode(outputsOf(one), one.minConfidence), one);
  },
);

/** What a case's network finds once it has run. */
async function foundBy(one: LayoutCase, { detector, network }: OnnxModel) {
  const { width, height, layout } = detector.input;
  const dims = layout === "nchw" ? [1, 3, height, width] : [1, height, width, 3];
  const outputs = await runOnnx(network, new Float32Array(3 * width * height).fill(100), dims);
  return detector.decode(outputs, one.minConfidence);
}

Deno.test.each(NAMED)("onnxModel() makes layout $title one that sessions run", async (one) => {
  assertFound(await foundBy(one, modelOf(one)), one);
});

Deno.test.each(NAMED)(
  "onnxModel() makes layout $title of half precision one that sessions run",
  async (one) => {
    // Numbers that near the limit, and two classes that are as sure, are decided by rounding.
    const network = networkOf(one, { isHalf: true });
    const half = onnxModel(network, { name: "half", description: one.card });
    const found = await foundBy(one, half);
    const near = one.objects.filter(({ confidence }) => confidence > one.minConfidence + 2e-3);
    const certain = found.filter(({ confidence }) => confidence > one.minConfidence + 2e-3);
    assert(Math.abs(near.length - certain.length) <= 1);
    for (const { box: [x1, y1, x2, y2], classId } of near) {
      // 11 bits of 96 pixels are 1/32; sizes that are powers of numbers lose more.
      const distances = found.filter((other) => other.classId === classId).map(({ box }) =>
        Math.max(...[box.x1 - x1, box.y1 - y1, box.x2 - x2, box.y2 - y2].map(Math.abs))
      );
      assert(Math.min(...distances) < 0.004 * Math.max(x2 - x1, y2 - y1, 96), String(distances));
    }
  },
);

Deno.test.each(
  // The others tell what they are by sizes that are not free, or have a card.
  NAMED.filter(({ layout, metadata }) =>
    !metadata && !["yolox", "yolov10", "rt-detr-ultralytics"].includes(layout)
  ),
)("onnxModel() tells layout $title with a free size, in the size asked for", async (one) => {
  const [width, height] = one.size;
  const network = networkOf(one, { isFree: true });
  const model = onnxModel(network, {
    name: "free",
    description: one.card,
    size: { width, height },
  });
  assert(model.notes[0]?.includes(`("${one.layout}")`), model.notes[0]);
  assertFound(await foundBy(one, model), one);
});
