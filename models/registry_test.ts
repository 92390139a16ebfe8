import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { LAYOUT_CASES, networkOf } from "../tests/_layout_cases.ts";
import { type ModelCard, modelCardSchema } from "./card.ts";
import { Graph } from "./graph.ts";
import { inspectOnnx } from "./importers/onnx.ts";
import { transpose } from "./rearrangements.ts";
import { listModels, loadModel } from "./registry.ts";

const SHORT_RANGE = new URL(
  import.meta.resolve("@mediapipe/face_detection/face_detection_short_range.tflite"),
);

const OBJECTRON = import.meta.resolve("@mediapipe/objectron/objectron_solution_packed_assets");

/** The label map lies before the network. */
const LABEL_MAP_BYTES = 184;

/** A directory of its own for the test, in which files are made. */
async function directoryWith(files: Record<string, Uint8Array>) {
  const path = await Deno.makeTempDir();
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${path}/${name}`, bytes);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** The shapes of a network's input and outputs behind the batch. */
interface Shapes {
  readonly input: readonly number[];
  readonly outputs: readonly (readonly number[])[];
}

/** A network that has the shapes of a face detector. */
function stubNetwork({ input, outputs }: Shapes): Uint8Array {
  const graph = new Graph("stub");
  const picture = graph.input("picture", input);
  for (const [i, dims] of outputs.entries()) {
    graph.output(`output ${i}`, graph.node("Stub", { inputs: [picture], dims }));
  }
  return graph.toOnnx();
}

Deno.test.each(listModels().map((card) => ({ name: card.name, card })))(
  "listModels() tells of $name what its file tells",
  async ({ name, card }) => {
    assertEquals(modelCardSchema.parse(card), card);
    const { detector, network, card: loaded } = await loadModel(name);
    const { parameters, multiplyAccumulates, inputs } = inspectOnnx(network);
    assertEquals(
      [card.parameters, card.multiplyAccumulates],
      [parameters, multiplyAccumulates],
    );
    assertEquals(inputs.map(({ dims }) => dims), [
      [undefined, 3, card.input.height, card.input.width],
    ]);
    assertEquals([detector.name, detector.input, detector.labels], [name, card.input, card.labels]);
    assertEquals(loaded, card);
    assertEquals(card.sizeBytes, await sizeOf(card));
  },
);

/** The size of the file that a card tells of. */
async function sizeOf({ name, origin }: ModelCard): Promise<number> {
  if (name === "ssd-mobilenet-v2") {
    return (await Deno.stat(new URL(`${OBJECTRON}.data`))).size - LABEL_MAP_BYTES;
  }
  const file = origin.package
    ? new URL(origin.file, SHORT_RANGE)
    : new URL(`../${origin.file}`, import.meta.url);
  return (await Deno.stat(file)).size;
}

Deno.test.each([
  { file: SHORT_RANGE, count: 3 },
  { file: new URL(`${OBJECTRON}.data`), count: 1 },
])("listModels() names the version of the package that is installed: $file", async (from) => {
  const { name, version, license } = JSON.parse(
    await Deno.readTextFile(new URL("package.json", from.file)),
  );
  const cards = listModels().filter(({ origin }) => origin.package?.startsWith(name));
  assertEquals(cards.length, from.count);
  for (const { origin, licence } of cards) {
    assertEquals([origin.package, licence], [`${name}@${version}`, license]);
  }
});

Deno.test("ssd-mobilenet-v2 has the labels of its package, without the background", async () => {
  const map = (await Deno.readFile(new URL(`${OBJECTRON}.data`))).subarray(0, LABEL_MAP_BYTES);
  const [background, ...labels] = new TextDecoder().decode(map).trim().split("\n");
  assertEquals(background, "???");
  const card = listModels().find(({ name }) => name === "ssd-mobilenet-v2");
  assertEquals(card?.labels, labels);
});

Deno.test("loadModel() takes a user's own weights of a Tiny SSD", async () => {
  const sky = new URL("weights/tiny-ssd-sky.safetensors", import.meta.url);
  await using directory = await directoryWith({ "mine.safetensors": await Deno.readFile(sky) });
  const { card, detector, network } = await loadModel(`${directory.path}/mine.safetensors`);
  const builtin = await loadModel("tiny-ssd-sky");
  assertEquals(network, builtin.network);
  assertEquals([card.name, card.task, card.sha256], [
    "mine",
    "object detection",
    builtin.card.sha256,
  ]);
  assertEquals(detector.labels, ["airplane", "bird", "drone", "helicopter"]);
});

Deno.test("loadModel() refuses an architecture without weights, and says where they come from", async () => {
  const { message } = await assertRejects(() => loadModel("tiny-ssd"), ModelError);
  assertMatch(message, /^Cannot run the model "tiny-ssd", which has no weights: .*safetensors/);
});

Deno.test("loadModel() takes a user's own TFLite file for what its shapes tell", async () => {
  await using directory = await directoryWith({ "mine.tflite": await Deno.readFile(SHORT_RANGE) });
  const path = `${directory.path}/mine.tflite`;
  const { card, detector, network } = await loadModel(path);
  const builtin = await loadModel("blazeface-short");
  assertEquals(network, builtin.network);
  assertEquals([detector.name, detector.input], ["mine", builtin.detector.input]);
  assertEquals(card, {
    ...modelCardSchema.parse(card),
    origin: { file: path },
    sha256: builtin.card.sha256,
    parameters: builtin.card.parameters,
  });
});

Deno.test.each([
  { variant: "short", input: [3, 128, 128], anchors: 896, layout: "nchw" },
  { variant: "short", input: [128, 128, 3], anchors: 896, layout: "nhwc" },
  { variant: "full", input: [3, 192, 192], anchors: 2304, layout: "nchw" },
  { variant: "back", input: [3, 256, 256], anchors: 896, layout: "nchw" },
])("loadModel() knows an ONNX file of $input to $anchors anchors", async (facts) => {
  const outputs = [[facts.anchors, 1], [facts.anchors, 16]];
  await using directory = await directoryWith({
    "my.face.onnx": stubNetwork({ input: facts.input, outputs }),
  });
  const { detector, card } = await loadModel(`${directory.path}/my.face.onnx`);
  const size = { short: 128, full: 192, back: 256 }[facts.variant];
  assertEquals([detector.name, detector.input.layout, detector.input.width], [
    "my.face",
    facts.layout,
    size,
  ]);
  assertEquals(card.labels, ["face"]);
});

Deno.test.each([
  { flaw: "another size", input: [3, 160, 160], outputs: [[896, 16], [896, 1]] },
  { flaw: "other anchors", input: [3, 192, 192], outputs: [[896, 16], [896, 1]] },
  { flaw: "one output", input: [3, 128, 128], outputs: [[896, 16]] },
  { flaw: "an output more", input: [3, 128, 128], outputs: [[896, 16], [896, 1], [1]] },
])("loadModel() refuses an ONNX file with $flaw and says what it saw", async (facts) => {
  await using directory = await directoryWith({ "other.onnx": stubNetwork(facts) });
  const { message } = await assertRejects(
    () => loadModel(`${directory.path}/other.onnx`),
    ModelError,
  );
  const seen = facts.outputs.map((dims, i) => `"output ${i}" [?,${dims}]`).join(", ");
  assertStringIncludes(
    message,
    `Cannot use the model "${directory.path}/other.onnx": no known layout has inputs of "picture" ` +
      `[?,${facts.input}] and outputs of ${seen};`,
  );
  assertStringIncludes(message, "docs/models.md");
});

Deno.test("loadModel() suggests the nearest name", async () => {
  const { message } = await assertRejects(() => loadModel("blazeface-ful"), ModelError);
  assertMatch(message, /did you mean "blazeface-full"\?.*blazeface-short, blazeface-full, blaze/);
  const { message: other } = await assertRejects(() => loadModel("yolo"), ModelError);
  assertMatch(other, /^Cannot find the model "yolo": There are blazeface-short/);
});

Deno.test.each([
  { flaw: "a missing file", file: "missing.onnx", message: "there is no such file" },
  { flaw: "a directory", file: "directory.onnx", message: "it is not a file" },
  { flaw: "text", file: "text.onnx", message: "it is damaged or not one" },
  { flaw: "an empty file", file: "empty.onnx", message: "no network" },
  { flaw: "text named .tflite", file: "text.tflite", message: "TFL3" },
  { flaw: "an empty .tflite", file: "empty.tflite", message: "only 0 bytes" },
  { flaw: "text named .safetensors", file: "text.safetensors", message: "its header claims" },
  { flaw: "an empty .safetensors", file: "empty.safetensors", message: "only 0 bytes" },
])("loadModel() refuses $flaw in one line", async ({ file, message }) => {
  const text = new TextEncoder().encode("Surely not a network, but long enough to be one.");
  await using directory = await directoryWith({
    "text.onnx": text,
    "text.tflite": text,
    "empty.onnx": new Uint8Array(),
    "empty.tflite": new Uint8Array(),
    "text.safetensors": text,
    "empty.safetensors": new Uint8Array(),
  });
  await Deno.mkdir(`${directory.path}/directory.onnx`);
  const error = await assertRejects(
    () => loadModel(`${directory.path}/${file}`),
    ModelError,
    message,
  );
  assertMatch(error.message, /^Cannot [^\n]+$/);
});

Deno.test("inspectOnnx() counts no work where the file does not tell the sizes", () => {
  const graph = new Graph("turned");
  graph.output("turned", transpose(graph, graph.input("picture", [3, 4, 5]), [2, 0, 1]));
  const facts = inspectOnnx(graph.toOnnx());
  assertEquals(facts.outputs, [{ name: "turned", dims: [undefined, 5, 3, 4], type: "float" }]);
  assertEquals([facts.parameters, facts.multiplyAccumulates], [0, 0]);
  assert(facts.inputs.length === 1);
});

const SKY = new URL("weights/tiny-ssd-sky.safetensors", import.meta.url);

/** The card and its network in a directory. */
async function besideCard(card: Record<string, unknown>) {
  return await directoryWith({
    "card.json": new TextEncoder().encode(JSON.stringify(card)),
    "net.safetensors": await Deno.readFile(SKY),
  });
}

Deno.test("loadModel() takes a card's word for name, labels, licence and source", async () => {
  const { card: { sha256 }, network } = await loadModel("tiny-ssd-sky");
  const labels = ["jet", "gull", "quadcopter", "rotorcraft"];
  const told = { name: "my sky", licence: "MIT", source: "https://example.org", sha256, labels };
  await using directory = await besideCard({ file: "net.safetensors", ...told });
  const model = await loadModel(`${directory.path}/card.json`);
  assertEquals(model.network, network);
  assertEquals(model.card, {
    ...modelCardSchema.parse(model.card),
    ...{ name: "my sky", licence: "MIT", sha256, labels },
    origin: { file: `${directory.path}/net.safetensors`, source: "https://example.org" },
  });
  assertEquals([model.detector.name, model.detector.labels], ["my sky", labels]);
  const { dims, boxes } = { dims: [1, 8030, 5], boxes: [1, 8030, 4] };
  const confidences = new Float32Array(8030 * 5).fill(-9);
  confidences[5 * 100 + 2] = 9; // Behind the background.
  const outputs = Object.fromEntries(
    inspectOnnx(network).outputs.map(({ name, dims: seen }) => [
      name,
      seen.at(-1) === 5
        ? { dims, data: confidences }
        : { dims: boxes, data: new Float32Array(8030 * 4) },
    ]),
  );
  const found = model.detector.decode(outputs, 0.5);
  assertEquals(found.map(({ classId, label }) => [classId, label]), [[1, "gull"]]);
});

Deno.test.each([
  {
    flaw: "another SHA-256 than its card's",
    card: { file: "net.safetensors", sha256: "0".repeat(64) },
    message: /it has the SHA-256 f731f0f7[0-9a-f]+, not 0{64}$/,
  },
  {
    flaw: "another count of classes than its card's",
    card: { file: "net.safetensors", labels: ["bird"] },
    message: /net.safetensors": the number of names is 1, and that of its classes 4$/,
  },
  {
    flaw: "a card in place of a file",
    card: { file: "card.json" },
    message: /^Cannot use "[^"]*card.json" as a model/,
  },
  { flaw: "no file", card: { file: "none.onnx" }, message: /there is no such file$/ },
])("loadModel() refuses a model with $flaw", async ({ card, message }) => {
  await using directory = await besideCard(card);
  const error = await assertRejects(() => loadModel(`${directory.path}/card.json`), ModelError);
  assertMatch(error.message, message);
  assertMatch(error.message, /^Cannot [^\n]+$/);
});

Deno.test.each(["tiny-ssd-sky", SKY.pathname])(
  "loadModel() compares %s with the SHA-256 that it is given",
  async (place) => {
    const { card: { sha256 } } = await loadModel(place);
    assertEquals((await loadModel(place, { sha256: sha256.toUpperCase() })).card.sha256, sha256);
    await assertRejects(
      () => loadModel(place, { sha256: "1".repeat(64) }),
      ModelError,
      `it has the SHA-256 ${sha256}, not ${"1".repeat(64)}`,
    );
  },
);

Deno.test("loadModel() names the file once where it is asked for another size", async () => {
  await using directory = await directoryWith({ "net.onnx": networkOf(LAYOUT_CASES[0]!) });
  const path = `${directory.path}/net.onnx`;
  const size = { width: 640, height: 640 };
  const { message } = await assertRejects(() => loadModel(path, { size }), ModelError);
  assertEquals(
    message,
    `Cannot use the model "${path}" at 640x640: its input is fixed at 96x64`,
  );
});
