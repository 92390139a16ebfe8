import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import type { Detection } from "../pipeline/detection.ts";
import { ModelError } from "../pipeline/errors.ts";
import { LAYOUT_CASES, type LayoutCase, networkOf, outputsOf } from "../tests/_layout_cases.ts";
import { noise } from "../tests/_model_inputs.ts";
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
    !metadata && !["yolov6", "yolox", "yolov10", "rt-detr-ultralytics"].includes(layout)
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

/** The case of a layout, with other facts. */
function caseOf(layout: string, changes: Partial<LayoutCase> = {}): LayoutCase {
  const found = LAYOUT_CASES.find((one) => one.layout === layout);
  assert(found);
  return { ...found, ...changes };
}

/** A YOLOv8 of so many classes, of which none is ever found. */
function silentYolov8(classes: number, changes: Partial<LayoutCase> = {}): LayoutCase {
  const dims = [1, 4 + classes, 126];
  const data = new Array<number>((4 + classes) * 126).fill(0);
  return caseOf("yolov8", {
    outputs: [{ name: "output0", dims, type: "float", data }],
    ...changes,
  });
}

Deno.test("onnxModel() names classes as the file does, unless somebody names them otherwise", () => {
  const named = silentYolov8(3, { metadata: { names: `{0: 'a', 1: "b's", 2: 'c'}` } });
  assertEquals(modelOf(named).detector.labels, ["a", "b's", "c"]);
  const description = { labels: ["x", "y", "z"] };
  assertEquals(modelOf(named, { description }).detector.labels, ["x", "y", "z"]);
  const labels = ["1", "2", "3"];
  assertEquals(modelOf(named, { description, labels }).detector.labels, labels);
});

Deno.test("onnxModel() takes 80 classes without names for COCO's, numbers others, and says so", () => {
  const eighty = modelOf(silentYolov8(80));
  assertEquals(eighty.detector.labels, COCO_LABELS);
  assert(eighty.notes.some((note) => note.includes("COCO")));
  const three = modelOf(silentYolov8(3));
  assertEquals(three.detector.labels, ["class 0", "class 1", "class 2"]);
  assert(three.notes.some((note) => note.includes("--labels")));
  const open = modelOf(caseOf("rt-detr"), { labels: "coco" });
  assertEquals([open.detector.labels.length, open.notes.length], [80, 2]);
});

Deno.test("onnxModel() tells a YOLOX from a turned YOLOv8 by the number of names", () => {
  const one = caseOf("yolox");
  assert(modelOf(one).notes[0]?.includes('"yolox"'));
  assert(modelOf(one, { labels: ["a", "b", "c", "d"] }).notes[0]?.includes('"yolov8"'));
});

Deno.test("onnxModel() tells an RT-DETR for two classes from a YOLOv10 by what its file calls it", () => {
  const rows = caseOf("yolov10");
  assert(modelOf(rows).notes[0]?.includes('"yolov10"'));
  const metadata = { description: "Ultralytics rtdetr-l model", names: "['a', 'b']" };
  const { notes, detector } = modelOf({ ...rows, metadata });
  assert(notes[0]?.includes('"rt-detr-ultralytics"'));
  assertEquals(detector.isEndToEnd, true);
});

Deno.test("onnxModel() reads all numbers of an RF-DETR that has a name for each", () => {
  const one = LAYOUT_CASES.find(({ layout, classes }) => layout === "rf-detr" && classes === 4)!;
  const { detector } = modelOf(one, { labels: ["none", "a", "b", "c", "d"] });
  const found = detector.decode(outputsOf(one), one.minConfidence);
  assert(found.some(({ label, classId }) => label === "d" && classId === 4));
  assertThrows(() => modelOf(one, { labels: ["a", "b", "c"] }), ModelError, "3");
});

Deno.test("onnxModel() says which other heads look like those of a YOLOv5", () => {
  const { notes } = modelOf(caseOf("yolov5-grids"));
  assert(notes.some((note) => note.includes('"yolov7-grids"')), notes.join());
  const named = modelOf(caseOf("yolov5-grids"), { description: { layout: "yolov5-grids" } });
  assertEquals(named.notes.length, 2);
});

Deno.test("onnxModel() reads outputs of any name if a card tells which is which", () => {
  const one = caseOf("ssd-scores");
  const renamed = {
    ...one,
    outputs: one.outputs.map((output, i) => ({ ...output, name: String(i) })),
  };
  const description = { layout: "ssd-scores", outputs: { scores: "0", boxes: "1" } };
  const { detector } = modelOf(renamed, { description });
  assertFound(detector.decode(outputsOf(renamed), one.minConfidence), one);
  assertThrows(() => modelOf(renamed), ModelError, "no known layout");
});

Deno.test("onnxModel() makes the input as the layout's project does, unless a card tells otherwise", () => {
  const { input } = modelOf(caseOf("yunet")).detector;
  assertEquals([input.channels, input.resize, input.std], ["bgr", "letterbox", [1, 1, 1]]);
  const description = {
    input: { resize: "stretch" as const, mean: [1, 2, 3] as const },
    defaults: { iou: 0.9 },
  };
  const { detector } = modelOf(caseOf("yunet"), { description });
  assertEquals(detector.input, { ...input, resize: "stretch", mean: [1, 2, 3] });
  assertEquals(detector.defaults, { confidence: 0.6, iou: 0.9, maxDetections: 300 });
});

Deno.test("onnxModel() feeds bytes as they are, and takes the size that a free network is asked for", () => {
  const bytes = modelOf(silentYolov8(80, { inputType: "uint8" })).detector.input;
  assertEquals([bytes.mean, bytes.std, bytes.border], [[0, 0, 0], [1, 1, 1], [114, 114, 114]]);
  const sizeOf = (metadata: Record<string, string>, size?: { width: number; height: number }) => {
    const network = networkOf(silentYolov8(80, { metadata }), { isFree: true });
    const { input: { width, height } } = onnxModel(network, { name: "free", size }).detector;
    return [width, height];
  };
  assertEquals(sizeOf({}), [640, 640]);
  assertEquals(sizeOf({ imgsz: "[384, 640]" }), [640, 384]);
  assertEquals(sizeOf({ imgsz: "[384, 640]" }, { width: 320, height: 96 }), [320, 96]);
  assertEquals(sizeOf({ stride: "8" }, { width: 104, height: 8 }), [104, 8]);
});

Deno.test.each([
  {
    flaw: "another size than its own",
    model: () => modelOf(silentYolov8(3), { size: { width: 640, height: 640 } }),
    said: 'Cannot use the model "net" at 640x640: its input is fixed at 96x64',
  },
  {
    flaw: "a size that is no multiple of its stride",
    model: () =>
      onnxModel(networkOf(silentYolov8(3), { isFree: true }), {
        name: "net",
        size: { width: 640, height: 360 },
      }),
    said: 'Cannot use the model "net" at 640x360: its input must be a multiple of 32 pixels',
  },
  {
    flaw: "too few names",
    model: () => modelOf(silentYolov8(3), { labels: ["a", "b"] }),
    said: "Cannot use the names of classes: there are 2, and the network has 3",
  },
  {
    flaw: "outputs that no layout has",
    model: () =>
      modelOf(caseOf("yolov8", {
        outputs: [{ name: "odd", dims: [1, 5, 7], type: "float", data: new Array(35).fill(0) }],
      })),
    said:
      'no known layout has inputs of "images" [1,3,64,96] and outputs of "odd" [1,5,7]; if it is one',
  },
  {
    flaw: "a layout that its card names and it does not have",
    model: () => modelOf(caseOf("yunet"), { description: { layout: "yolov5" } }),
    said: 'the layout "yolov5" does not have inputs of "images" [1,3,64,96] and outputs of "cls_8"',
  },
  {
    flaw: "an output that its card names and it does not have",
    model: () =>
      modelOf(silentYolov8(3), { description: { layout: "yolov8", outputs: { boxes: "out" } } }),
    said: 'its card names the output "out", and there are "output0" [1,7,126]',
  },
  {
    flaw: "a part that its layout does not have",
    model: () =>
      modelOf(silentYolov8(3), { description: { layout: "yolov8", outputs: { kps: "output0" } } }),
    said: 'its card gives the part "kps", and "yolov8" has boxes',
  },
  {
    flaw: "anchors on a card for boxes that have none",
    model: () => modelOf(silentYolov8(3), { description: { anchors: [[[1, 2], [3, 4], [5, 6]]] } }),
    said: 'its card tells anchors, and "yolov8" has none',
  },
  {
    flaw: "another task",
    model: () => modelOf(silentYolov8(3, { metadata: { task: "classify" } })),
    said: 'it is made for the task "classify"',
  },
  {
    flaw: "whole numbers for a picture",
    model: () => modelOf(silentYolov8(3, { inputType: "int64" })),
    said: "its input holds int64, not float, float16, uint8, double",
  },
])("onnxModel() refuses a network with $flaw in one line", ({ model, said }) => {
  const { message } = assertThrows(model, ModelError, said);
  assert(/^Cannot [^\n]+$/.test(message));
});

Deno.test("onnxModel() passes over outputs that layouts do not need", () => {
  const five = caseOf("yolov5");
  const head = { name: "345", dims: [1, 3, 8, 12, 8], type: "float", data: Array(2304).fill(0) };
  const old = { ...five, outputs: [...five.outputs, head, { ...head, name: "403" }] };
  assert(modelOf(old).notes[0]?.includes('"yolov5"'));
  const one = caseOf("tensorflow-detection");
  const raw = {
    name: "raw_detection_boxes",
    dims: [1, 2, 4],
    type: "float",
    data: Array(8).fill(0),
  };
  assert(modelOf({ ...one, outputs: [raw, ...one.outputs] }).notes[0]?.includes("TensorFlow"));
});

Deno.test("onnxModel() reads the boxes of a YOLO26 for masks, and says that it leaves the masks", () => {
  const one = caseOf("yolov10");
  const [output] = one.outputs;
  const data = Array.from({ length: 300 }, (_, row) => [
    ...output!.data.slice(6 * row, 6 * row + 6),
    ...Array(32).fill(0.5),
  ]).flat();
  const masks = {
    ...one,
    metadata: { task: "segment" },
    outputs: [
      { ...output!, dims: [1, 300, 38], data },
      { name: "output1", dims: [1, 32, 1, 1], type: "float", data: Array(32).fill(0) },
    ],
  };
  const { detector, notes } = modelOf(masks);
  assert(notes[0]?.includes('"yolov10"') && notes.some((note) => note.includes("not the masks")));
  assertFound(detector.decode(outputsOf(masks), one.minConfidence), one);
});

Deno.test("onnxModel() reads a free SCRFD whose outputs tell the lengths of another size", async () => {
  const one = caseOf("scrfd");
  const network = fromBinary(ModelProtoSchema, networkOf(one));
  const { value } = network.graph!.input[0]!.type!;
  assert(value.case === "tensorType");
  for (const axis of [2, 3]) value.value.shape!.dim[axis]!.value = { case: "dimParam", value: "?" };
  const bytes = new Uint8Array(toBinary(ModelProtoSchema, network));
  const { notes } = onnxModel(bytes, { name: "free", size: { width: 320, height: 320 } });
  assert(notes[0]?.includes('"scrfd"'));
  const same = onnxModel(bytes, { name: "free", size: { width: 96, height: 64 } });
  assertFound(await foundBy(one, same), one);
});

Deno.test("a network that gives pixels where parts are expected is refused by what it gives", () => {
  const one = caseOf("ssd-scores");
  const outputs = outputsOf(one);
  outputs.boxes!.data.forEach((part, i, parts) => parts[i] = part * 96);
  const { detector } = modelOf(one);
  assertThrows(() => detector.decode(outputs, 0.25), ModelError, "times the width of the input");
});

Deno.test("a DETR, whose last class is that there is nothing, is refused by what it gives", () => {
  const one = caseOf("detr");
  const outputs = one.outputs.map((output) =>
    output.name === "logits"
      ? { ...output, data: output.data.map((logit, i) => i % 5 === 4 ? 8 : logit) }
      : output
  );
  const { detector } = modelOf(one);
  const given = outputsOf({ ...one, outputs });
  assertThrows(() => detector.decode(given, 0.5), ModelError, "softmax");
});

Deno.test("a network that gives no confidences is refused by what it gives", () => {
  const one = caseOf("yolov5");
  const { detector } = modelOf(one);
  const outputs = outputsOf(one);
  outputs.output0!.data[4] = -3.5; // A logit.
  assertThrows(() => detector.decode(outputs, 0.25), ModelError, "the network gives -3.5 where");
});

Deno.test("onnxModel() refuses a network that claims more classes than there can be", () => {
  const one = silentYolov8(3);
  const bytes = networkOf({ ...one, outputs: [{ ...one.outputs[0]!, dims: [1, 2 ** 40, 126] }] });
  const { message } = assertThrows(() => onnxModel(bytes, { name: "net" }), ModelError);
  assert(message.includes(`"output0" [1,${2 ** 40},126]`));
});

Deno.test("onnxModel() understands a damaged file or refuses it in one line", () => {
  const whole = networkOf(silentYolov8(1, { metadata: { names: "['a']" } }));
  const next = noise(7);
  const random = () => Math.abs(next());
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const bytes = whole.slice(0, i % 2 ? whole.length : Math.floor(random() * whole.length));
    // What is behind the numbers tells most.
    for (let flips = 0; flips < 4; flips++) {
      bytes[Math.floor(bytes.length - 1 - random() * Math.min(bytes.length, 300))] = random() * 256;
    }
    try {
      onnxModel(bytes, { name: "net" });
    } catch (error) {
      assert(error instanceof ModelError, String(error));
      assert(/^Cannot [^\n]+$/.test(error.message), error.message);
      refused++;
    }
  }
  assert(refused > 200 && refused < 400);
});

Deno.test("onnxModel() refuses a network whose weights are in another file", () => {
  const model = fromBinary(ModelProtoSchema, networkOf(silentYolov8(3)));
  model.graph!.initializer[0]!.dataLocation = TensorProto_DataLocation.EXTERNAL;
  const bytes = new Uint8Array(toBinary(ModelProtoSchema, model));
  assertThrows(() => onnxModel(bytes, { name: "net" }), ModelError, "export it as a single one");
});
