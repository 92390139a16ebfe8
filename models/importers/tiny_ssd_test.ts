import { assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ModelError } from "../../pipeline/errors.ts";
import { openSession } from "../session.ts";
import { importTinySsd } from "./tiny_ssd.ts";
import { type NamedTensor, readSafetensors } from "./safetensors.ts";

const SKY = readSafetensors(
  await Deno.readFile(new URL("../weights/tiny-ssd-sky.safetensors", import.meta.url)),
);

/** A file of 32-bit floats. */
function fileOf(
  tensors: Iterable<readonly [string, Pick<NamedTensor, "dims"> & { data: Float32Array }]>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const numbers: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dims, data }] of tensors) {
    header[name] = { dtype: "F32", shape: dims, data_offsets: [end, end += data.byteLength] };
    numbers.push(new Uint8Array(data.buffer));
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let start = 8 + text.length;
  for (const bytes of numbers) {
    file.set(bytes, start);
    start += bytes.length;
  }
  return file;
}

/** The trained weights, to be changed. */
function skyTensors() {
  return new Map(
    SKY.tensors.entries().map(([name, tensor]) => [
      name,
      { dims: tensor.dims, data: tensor.floats() },
    ]),
  );
}

/** What a network makes of one picture. */
async function outputsOf(file: Uint8Array) {
  await using session = await openSession(importTinySsd(file).network, { device: "cpu" });
  const data = Float32Array.from({ length: 3 * 300 * 300 }, (_, k) => Math.sin(0.0137 * k));
  return await session.run({ dims: [1, 3, 300, 300], data });
}

Deno.test("importTinySsd() takes batch normalisation apart from its convolution", async () => {
  const folded = skyTensors();
  const apart = skyTensors();
  for (const name of ["fire8.expand3", "fire9.squeeze", "conv12_2", "conv13_1"]) {
    const { dims: [filters = 0], data: weights } = apart.get(`${name}.weight`)!;
    const bias = apart.get(`${name}.bias`)!.data;
    const numbers = (of: (filter: number) => number) => ({
      dims: [filters],
      data: Float32Array.from({ length: filters }, (_, filter) => of(filter)),
    });
    // What divides by 3 is undone by a scale of 3, and the mean taken away is added again.
    const variance = 9 - 1e-5;
    const mean = (filter: number) => (filter % 5) / 4 - 0.5;
    const hasOwnBias = name === "fire8.expand3";
    apart.set(`${name}.norm.weight`, numbers((filter) => filter % 2 ? 3 : 1.5));
    apart.set(`${name}.norm.running_var`, numbers(() => variance));
    apart.set(`${name}.norm.running_mean`, numbers(mean));
    apart.set(
      `${name}.norm.bias`,
      numbers((filter) => (hasOwnBias ? 0 : bias[filter]!) + (filter % 2 ? 1 : 0.5) * mean(filter)),
    );
    apart.set(`${name}.norm.num_batches_tracked`, { dims: [1], data: Float32Array.of(1916) });
    for (let i = 0; i < weights.length; i++) {
      if (Math.floor(i * filters / weights.length) % 2 === 0) weights[i]! *= 2;
    }
    if (!hasOwnBias) apart.delete(`${name}.bias`);
    else bias.forEach((_, filter) => bias[filter]! *= filter % 2 ? 1 : 2);
  }
  const expected = await outputsOf(fileOf(folded));
  const outputs = await outputsOf(fileOf(apart));
  for (const [name, { data }] of Object.entries(expected)) {
    const differences = data.map((number, i) => Math.abs(number - outputs[name]!.data[i]!));
    assertAlmostEquals(differences.reduce((most, one) => Math.max(most, one)), 0, 2e-3);
  }
});

Deno.test("importTinySsd() normalises what the first map sees, and nothing else, by fire4.norm", async () => {
  const tensors = skyTensors();
  const one = (value: number) => ({ dims: [173], data: new Float32Array(173).fill(value) });
  tensors.set("fire4.norm.weight", one(2));
  tensors.set("fire4.norm.bias", one(0));
  tensors.set("fire4.norm.running_mean", one(0));
  tensors.set("fire4.norm.running_var", one(1 - 1e-5));
  const [{ boxes: before }, { boxes: after }] = await Promise.all([
    outputsOf(fileOf(skyTensors())),
    outputsOf(fileOf(tensors)),
  ]);
  const first = 37 * 37 * 4 * 4;
  assertEquals(after!.data.slice(first), before!.data.slice(first));
  // Twice the features: the head's numbers are twice as far from its bias.
  const bias = SKY.tensors.get("loc.0.bias")!.floats();
  for (let i = 0; i < first; i += 41) {
    const [from, to] = [before!.data[i]!, after!.data[i]!];
    assertAlmostEquals(to - bias[i % 16]!, 2 * (from - bias[i % 16]!), 1e-3);
  }
});

Deno.test("importTinySsd() takes any number of classes, named or not", () => {
  const tensors = skyTensors();
  for (const [i, boxes] of [4, 6, 6, 6, 6, 4].entries()) {
    const [, channels = 0] = tensors.get(`conf.${i}.weight`)!.dims;
    const filters = 3 * boxes;
    tensors.set(`conf.${i}.weight`, {
      dims: [filters, channels, 3, 3],
      data: new Float32Array(filters * channels * 9),
    });
    tensors.set(`conf.${i}.bias`, { dims: [filters], data: new Float32Array(filters) });
  }
  assertEquals(importTinySsd(fileOf(tensors)).labels, ["class 0", "class 1"]);
  const named = importTinySsd(fileOf(tensors, { classes: "background, kite,balloon" }));
  assertEquals(named.labels, ["kite", "balloon"]);
});

Deno.test.each<{
  flaw: string;
  change: (tensors: ReturnType<typeof skyTensors>) => unknown;
  classes?: string;
  message: string;
}>([
  {
    flaw: "a missing layer",
    change: (tensors) => tensors.delete("fire3.squeeze.weight"),
    message: '"fire3.squeeze.weight" is missing',
  },
  {
    flaw: "a convolution with neither bias nor normalisation",
    change: (tensors) => tensors.delete("conv12_1.bias"),
    message: '"conv12_1.bias" is missing',
  },
  {
    flaw: "another shape",
    change: (tensors) => tensors.set("conv1.bias", { dims: [3], data: new Float32Array(3) }),
    message: '"conv1.bias" has the dimensions [3], not [57]',
  },
  {
    flaw: "a layer too many",
    change: (tensors) =>
      tensors.set("fire8.expand1.bn.weight", { dims: [1], data: new Float32Array(1) }),
    message: 'no layer for "fire8.expand1.bn.weight"',
  },
  {
    flaw: "a head without classes",
    change: (tensors) =>
      tensors.set("conf.0.weight", { dims: [4, 173, 3, 3], data: new Float32Array(4 * 173 * 9) }),
    message: "of 4 filters does not tell the number of classes",
  },
  {
    flaw: "too few names",
    change: () => {},
    classes: "background,bird",
    message: 'it names 1 classes of 4: ["bird"]',
  },
])("importTinySsd() refuses $flaw in one line", ({ change, classes, message }) => {
  const tensors = skyTensors();
  change(tensors);
  const file = fileOf(tensors, classes === undefined ? {} : { classes });
  const error = assertThrows(() => importTinySsd(file), ModelError, message);
  assertMatch(error.message, /^Cannot make a Tiny SSD of the safetensors file: [^\n]+$/);
});
