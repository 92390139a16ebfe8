/**
 * What pruned ONNX networks compute, against the whole ones and against the same pruned as Darknet's.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { type DarknetNetwork, readArchitecture } from "../models/darknet/network.ts";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { Graph } from "../models/graph.ts";
import { importDarknet } from "../models/importers/darknet.ts";
import { inspectOnnx } from "../models/importers/onnx.ts";
import { batchNorm, conv, NO_PADDING, relu } from "../models/layers.ts";
import { prune } from "../models/prune.ts";
import { pruneOnnx } from "../models/prune_onnx.ts";
import { reshape } from "../models/rearrangements.ts";
import { ModelError } from "../pipeline/errors.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { madeWeights, noiseAt } from "./_made_darknet.ts";
import { affineNetwork } from "./_tiny_network.ts";
import { runOnnx } from "./_run_onnx.ts";

async function made(name: string): Promise<DarknetNetwork> {
  const url = new URL(`fixtures/darknet/${name}.cfg`, import.meta.url);
  const cfg = await Deno.readTextFile(url);
  return importDarknet({ cfg, weights: madeWeights(cfg) });
}

function outputsOf(network: Uint8Array, input: readonly number[]): Promise<Outputs> {
  const size = input.reduce((product, one) => product * one, 1);
  const picture = new Float32Array(size).map((_, i) => noiseAt(2 ** 31 + i));
  return runOnnx(network, picture, [1, ...input]);
}

function assertSame(ours: Outputs, theirs: Outputs): void {
  assertEquals(Object.keys(ours), Object.keys(theirs));
  for (const [name, { data, dims }] of Object.entries(theirs)) {
    assertEquals(ours[name]?.dims, dims);
    const range = data.reduce((a, b) => Math.max(a, b)) - data.reduce((a, b) => Math.min(a, b));
    const most = data.reduce((most, x, i) => Math.max(most, Math.abs(x - ours[name]!.data[i]!)), 0);
    assert(range > 0 && most <= 1e-5 * range, `${name}: ${most} of ${range}`);
  }
}

Deno.test.each([
  { ratio: 0.3, floor: 0.1, iterations: 1, multiple: 1 },
  { ratio: 0.8, floor: 0.1, iterations: 1, multiple: 1 },
  { ratio: 0.5, floor: 0.2, iterations: 2, multiple: 4 },
])("pruneOnnx() leaves at $ratio what prune() leaves of the same network", async (options) => {
  const network = await made("made_heads");
  const darknet = prune(network, options);
  const onnx = pruneOnnx(onnxFromDarknet(network, { batchNorm: "kept" }), options);
  assertEquals(
    onnx.layers.map(({ kept, total }) => [kept, total]),
    darknet.layers.map(({ kept, total }) => [kept, total]),
  );
  assertSame(
    await outputsOf(onnx.network, network.input),
    await outputsOf(onnxFromDarknet(darknet.network), network.input),
  );
  assertEquals(
    inspectOnnx(onnx.network).multiplyAccumulates,
    darknet.after.multiplyAccumulates,
  );
});

Deno.test("pruneOnnx() changes nothing where it removes what is 0, whatever cuts channels apart", async () => {
  const network = await made("made_groups");
  // In each layer such channels that what belongs together is 0 together.
  const isZero = (layer: number, i: number) =>
    layer === 2 ? i % 6 === 1 : layer === 7 ? [2, 3].includes(i % 8) : i % 4 === 1;
  let [zeros, total] = [0, 0];
  for (const [layer, { biases, batchNorm: learnt }] of network.weights) {
    for (const [i] of learnt?.scales.entries() ?? []) {
      total++;
      if (!isZero(layer, i)) continue;
      zeros++;
      learnt!.scales[i] = biases[i] = 0;
    }
  }
  const whole = onnxFromDarknet(network, { batchNorm: "kept" });
  const pruned = pruneOnnx(whole, { ratio: (zeros - 0.5) / total });
  // The channels that a Slice cuts are kept.
  assertEquals(pruned.layers.map(({ kept, total }) => kept / total), [
    ...[0.75, 0.75, 5 / 6, 1, 0.75, 0.75, 0.75, 1],
  ]);
  assertSame(await outputsOf(pruned.network, network.input), await outputsOf(whole, network.input));
});

/** A convolution of 8 filters with a batch normalisation. */
function convolved(graph: Graph, from: Parameters<typeof conv>[1]) {
  const channels = from.dims[0]!;
  const noise = (length: number, start: number) =>
    graph.constant(new Float32Array(length).map((_, i) => 1 + noiseAt(start + i) / 2));
  const weights = new Float32Array(8 * channels).map((_, i) => noiseAt(i));
  const picture = conv(graph, from, {
    weights: graph.constant(weights, [8, channels, 1, 1]),
    groups: 1,
    stride: { height: 1, width: 1 },
    dilation: { height: 1, width: 1 },
    padding: NO_PADDING,
  });
  return batchNorm(graph, picture, {
    scale: noise(8, 100),
    shift: noise(8, 200),
    mean: noise(8, 300),
    variance: noise(8, 400),
  });
}

Deno.test("pruneOnnx() keeps what it does not understand, and what is a result", async () => {
  const graph = new Graph("reshaped");
  const picture = graph.input("picture", [3, 4, 4]);
  const free = relu(graph, convolved(graph, picture));
  const shaped = convolved(graph, free);
  graph.output("shaped", reshape(graph, shaped, [128]));
  graph.output("result", convolved(graph, free));
  const { layers, network } = pruneOnnx(graph.toOnnx(), { ratio: 0.5 });
  assertEquals(layers.map(({ kept }) => kept < 8), [true, false, false]);
  const outputs = await outputsOf(network, [3, 4, 4]);
  assertEquals([outputs.shaped?.dims, outputs.result?.dims], [[1, 128], [1, 8, 4, 4]]);
});

Deno.test.each([
  { flaw: "text", bytes: new TextEncoder().encode("Surely not a network.") },
  { flaw: "a network without convolutions", bytes: affineNetwork() },
  {
    flaw: "folded batch normalisations",
    bytes: onnxFromDarknet({
      ...readArchitecture("[net]\nwidth=4\nheight=4\n[convolutional]\nactivation=relu\n"),
      weights: new Map([[0, { weights: new Float32Array(3), biases: new Float32Array(1) }]]),
    }),
  },
])("pruneOnnx() refuses $flaw", ({ bytes }) => {
  assertThrows(() => pruneOnnx(bytes, { ratio: 0.5 }), ModelError, "Cannot");
});
