import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { anchorsOf } from "./_anchors.ts";
import { inspectOnnx } from "./importers/onnx.ts";
import { importTinySsd } from "./importers/tiny_ssd.ts";
import { openSession } from "./session.ts";
import { TINY_SSD_GRIDS, tinySsd } from "./tiny_ssd.ts";
import { tinySsdNetwork } from "./tiny_ssd_network.ts";

const SKY = importTinySsd(
  await Deno.readFile(new URL("weights/tiny-ssd-sky.safetensors", import.meta.url)),
);

/** What PyTorch makes of the weights: see ORIGIN.md there. */
const EXPECTED: {
  readonly boxes: number;
  /** The default boxes at which the others are given. */
  readonly at: readonly number[];
  readonly loc: readonly (readonly number[])[];
  readonly conf: readonly (readonly number[])[];
  readonly locSum: number;
  readonly confSum: number;
  readonly priorsAt: readonly (readonly number[])[];
} = JSON.parse(
  await Deno.readTextFile(new URL("../tests/fixtures/ssd/tiny_ssd_sky.json", import.meta.url)),
);

/** The layers that the paper's network normalises, by their names' beginnings. */
const NORMALISED = /^(fire4|fire8\.expand\d|fire9\.\w+|fire10\.\w+|conv1[23]_[12])\.norm\./;

/** Of the layers with normalisation, only those of fire8, fire9 and fire10 have a bias too. */
const WITHOUT_BIAS = /^conv1[23]_[12]\.bias$/;

/** The paper's network with zeros for numbers, and how many it asked for by name. */
function paperNetwork(classes: number) {
  const asked = new Map<string, number>();
  const network = tinySsdNetwork({
    has: (name) => name.includes(".norm.") ? NORMALISED.test(name) : !WITHOUT_BIAS.test(name),
    take(name, dims) {
      const numbers = new Float32Array(dims.reduce((product, size) => product * size));
      assert(!asked.has(name), `"${name}" is taken twice`);
      asked.set(name, numbers.length);
      return numbers;
    },
  }, classes);
  const counted = (pattern: RegExp) =>
    asked.entries().reduce((sum, [name, count]) => sum + (pattern.test(name) ? count : 0), 0);
  return { network, counted };
}

/** How many numbers the batch normalisations of a network give for one picture. */
function normalisedNumbers(network: Uint8Array): number {
  const { graph } = fromBinary(ModelProtoSchema, network);
  const sizes = new Map(
    graph?.valueInfo.map(({ name, type }) => {
      const dims = type?.value.case === "tensorType" ? type.value.value.shape?.dim ?? [] : [];
      return [name, dims.slice(1).reduce((product, { value }) => product * Number(value.value), 1)];
    }),
  );
  return graph?.node.filter(({ opType }) => opType === "BatchNormalization")
    .reduce((sum, { output: [name = ""] }) => sum + (sizes.get(name) ?? NaN), 0) ?? NaN;
}

Deno.test("tinySsdNetwork() has the paper's parameters and multiply-accumulates at 21 classes", () => {
  const { network, counted } = paperNetwork(20);
  assertEquals(counted(/^(?!.*\.norm\.)/), 1_132_764);
  assertEquals(counted(/\.norm\.(weight|bias)$/), 1_134_272 - 1_132_764);
  const { multiplyAccumulates = NaN, outputs } = inspectOnnx(network);
  assertEquals(multiplyAccumulates, 570_814_191);
  assertEquals(multiplyAccumulates + normalisedNumbers(network), 571_092_371);
  assertEquals(outputs.map(({ name, dims }) => [name, dims.slice(1)]), [
    ["boxes", [8030, 4]],
    ["logits", [8030, 21]],
  ]);
});

Deno.test("tiny-ssd-sky has PyTorch's outputs to 1e-3", async () => {
  await using session = await openSession(SKY.network, { device: "cpu" });
  const data = Float32Array.from({ length: 3 * 300 * 300 }, (_, k) => Math.sin(0.0137 * k));
  const { boxes, logits } = await session.run({ dims: [1, 3, 300, 300], data });
  assert(boxes && logits);
  assertEquals([boxes.dims, logits.dims], [[1, EXPECTED.boxes, 4], [1, EXPECTED.boxes, 5]]);
  for (const [row, anchor] of EXPECTED.at.entries()) {
    for (const [i, value] of EXPECTED.loc[row]!.entries()) {
      assertAlmostEquals(boxes.data[4 * anchor + i]!, value, 1e-3);
    }
    for (const [i, value] of EXPECTED.conf[row]!.entries()) {
      assertAlmostEquals(logits.data[5 * anchor + i]!, value, 1e-3);
    }
  }
  const sumOf = (numbers: Float32Array) => numbers.reduce((sum, number) => sum + number, 0);
  assertAlmostEquals(sumOf(boxes.data) / EXPECTED.locSum, 1, 1e-5);
  assertAlmostEquals(sumOf(logits.data) / EXPECTED.confSum, 1, 1e-5);
});

Deno.test("tinySsd() has the default boxes that the weights were trained with", () => {
  const anchors = anchorsOf(TINY_SSD_GRIDS);
  assertEquals(anchors.length, 4 * EXPECTED.boxes);
  for (const [row, anchor] of EXPECTED.at.entries()) {
    for (const [i, part] of EXPECTED.priorsAt[row]!.entries()) {
      assertAlmostEquals(anchors[4 * anchor + i]! / 300, part, 1e-5);
    }
  }
});

Deno.test("tinySsd() decodes boxes around its default boxes, with Caffe's variances", () => {
  const outputs = {
    boxes: { dims: [1, 8030, 4], data: new Float32Array(8030 * 4) },
    logits: { dims: [1, 8030, 3], data: new Float32Array(8030 * 3) },
  };
  for (let anchor = 0; anchor < 8030; anchor++) outputs.logits.data[3 * anchor] = 50;
  // The last default box: the tall one of the only cell, around (150, 150), 261 / sqrt(2) wide.
  outputs.boxes.data.set([1, -2, 5 * Math.log(2), 0], 8029 * 4);
  outputs.logits.data.set([0, Math.log(2), Math.log(5)], 8029 * 3);
  const [width, height] = [261 / Math.SQRT2, 261 * Math.SQRT2];
  const { decode } = tinySsd({ labels: ["bird", "drone"] });
  const found = decode(outputs, 0.2);
  assertEquals(found.map(({ classId, label }) => [classId, label]), [[0, "bird"], [1, "drone"]]);
  assertAlmostEquals(found[0]!.confidence, 2 / 8, 1e-6);
  assertAlmostEquals(found[1]!.confidence, 5 / 8, 1e-6);
  const { x1, y1, x2, y2 } = found[1]!.box;
  assertAlmostEquals((x1 + x2) / 2, 150 + 0.1 * width, 1e-4);
  assertAlmostEquals((y1 + y2) / 2, 150 - 0.2 * height, 1e-4);
  assertAlmostEquals(x2 - x1, 2 * width, 1e-4);
  assertAlmostEquals(y2 - y1, height, 1e-4);
  assertEquals(decode(outputs, 0.3).map(({ label }) => label), ["drone"]);
});

Deno.test("tinySsd() refuses to find nothing", () => {
  assertThrows(() => tinySsd({ labels: [] }), RangeError, "labels must not be empty");
});
