/**
 * What pruned networks compute, against the whole ones and against OpenCV.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { readDarknetAt } from "../models/darknet_model.ts";
import type { ConvWeights, DarknetNetwork } from "../models/darknet/network.ts";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { exportDarknet } from "../models/exporters/darknet.ts";
import { importDarknet } from "../models/importers/darknet.ts";
import { prune, type PruneOptions } from "../models/prune.ts";
import { type ChannelMasks, chooseChannels } from "../models/pruning/choose_channels.ts";
import { removeChannels } from "../models/pruning/remove_channels.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { clipPath } from "./_clips.ts";
import { madeWeights, noiseAt } from "./_made_darknet.ts";
import { hasPython, python } from "./_python.ts";
import { runOnnx } from "./_run_onnx.ts";
import { inTempDir } from "./_temp_dir.ts";

function made(name: string, replaced: readonly [RegExp, string] = [/$^/g, ""]): DarknetNetwork {
  const url = new URL(`fixtures/darknet/${name}.cfg`, import.meta.url);
  const cfg = Deno.readTextFileSync(url).replaceAll(...replaced);
  return importDarknet({ cfg, weights: madeWeights(cfg) });
}

function picture({ input }: DarknetNetwork): Float32Array {
  const [channels, height, width] = input;
  return new Float32Array(channels * height * width).map((_, i) => noiseAt(2 ** 31 + i));
}

function outputsOf(network: DarknetNetwork): Promise<Outputs> {
  return runOnnx(onnxFromDarknet(network), picture(network), [1, ...network.input]);
}

function rangeOf(numbers: Float32Array | readonly number[]): number {
  let [least, greatest] = [Infinity, -Infinity];
  for (const number of numbers) {
    least = Math.min(least, number);
    greatest = Math.max(greatest, number);
  }
  return greatest - least;
}

/** The greatest difference of two networks' outputs, as a share of the outputs' range. */
function differenceOf(a: Outputs, b: Outputs): number {
  assertEquals(Object.keys(a), Object.keys(b));
  const ofOutputs = Object.entries(a).map(([name, { data, dims }]) => {
    assertEquals(dims, b[name]?.dims);
    const range = rangeOf(data);
    return data.reduce((most, x, i) => Math.max(most, Math.abs(x - b[name]!.data[i]!)), 0) / range;
  });
  return Math.max(...ofOutputs);
}

/** The network with the batch normalisation of each removed channel changed. */
function changed(
  network: DarknetNetwork,
  { ofLayers }: ChannelMasks,
  { scale, bias }: { readonly scale: number; readonly bias?: number },
): DarknetNetwork {
  const set = (index: number, list: Float32Array<ArrayBuffer>, value: number) =>
    list.map((one, i) => ofLayers[index]?.[i] ? one : value);
  const weights = new Map([...network.weights].map(([index, learnt]): [number, ConvWeights] => {
    const { batchNorm, biases } = learnt;
    if (!batchNorm) return [index, learnt];
    return [index, {
      ...learnt,
      biases: bias === undefined ? biases : set(index, biases, bias),
      batchNorm: { ...batchNorm, scales: set(index, batchNorm.scales, scale) },
    }];
  }));
  return { ...network, weights };
}

Deno.test.each(
  ["made_heads", "made_groups"].flatMap((name) =>
    [0.3, 0.5, 0.8, 0.95].map((ratio) => ({ name, ratio }))
  ),
)("prune() at $ratio leaves of $name what it computes without those channels", async (one) => {
  const network = made(one.name);
  const masks = chooseChannels(network, { ratio: one.ratio, floor: 0.1, multiple: 1 });
  const { network: pruned, before, after } = prune(network, { ratio: one.ratio });
  assert(after.parameters < before.parameters);
  // All activations of these layers turn 0 into 0.
  const masked = changed(network, masks, { scale: 0, bias: 0 });
  const [wanted, ours, whole] = [
    await outputsOf(masked),
    await outputsOf(pruned),
    await outputsOf(network),
  ];
  assert(differenceOf(wanted, ours) <= 1e-5, `${differenceOf(wanted, ours)}`);
  assert(differenceOf(whole, ours) > 1e-3, "nothing of weight was pruned");
});

Deno.test("prune() with compensation changes nothing where scales are 0 and windows 1x1", async () => {
  for (const name of ["made_heads", "made_groups"]) {
    const network = made(name, [/^(size=[235]|pad=1|padding=1)$/gm, ""]);
    const masks = chooseChannels(network, { ratio: 0.5, floor: 0.1, multiple: 1 });
    const still = changed(network, masks, { scale: 0 });
    const whole = await outputsOf(still);
    const compensated = await outputsOf(removeChannels(still, masks, { compensate: true }));
    const plain = await outputsOf(removeChannels(still, masks, { compensate: false }));
    assert(differenceOf(whole, compensated) <= 1e-5, `${differenceOf(whole, compensated)}`);
    assert(differenceOf(whole, plain) > 1e-3);
  }
});

Deno.test("prune() with compensation is nearer to the whole network with windows of 3x3", async () => {
  const network = made("made_heads");
  const masks = chooseChannels(network, { ratio: 0.5, floor: 0.1, multiple: 1 });
  const still = changed(network, masks, { scale: 0 });
  const whole = await outputsOf(still);
  const [compensated, plain] = await Promise.all([true, false].map(async (compensate) => {
    const outputs = await outputsOf(removeChannels(still, masks, { compensate }));
    const difference = (name: string) =>
      Math.hypot(...whole[name]!.data.map((x, i) => x - outputs[name]!.data[i]!));
    return Object.keys(whole).reduce((sum, name) => sum + difference(name), 0);
  }));
  assert(compensated! < 0.7 * plain!, `${compensated} is not below ${plain}`);
});

Deno.test("exportDarknet() writes what importDarknet() reads, training options included", () => {
  const { network } = prune(made("yolov3-tiny"), { ratio: 0.5 });
  const { cfg, weights } = exportDarknet(network);
  const again = importDarknet({ cfg, weights });
  assertEquals(again.weights, network.weights);
  assertEquals(exportDarknet(again), { cfg, weights });
  assert(cfg.includes("learning_rate=0.001\n") && cfg.includes("ignore_thresh=.7\n"));
});

/** Prints what OpenCV computes for a picture of 32-bit floats: every number of each output. */
const OPENCV = `
import json, sys
import cv2, numpy as np
cfg, weights, picture, shape, names = sys.argv[1:]
net = cv2.dnn.readNetFromDarknet(cfg, weights)
net.setInput(np.fromfile(picture, np.float32).reshape(json.loads(shape)))
outputs = net.forward(json.loads(names))
print(json.dumps([output.ravel().astype(float).tolist() for output in outputs]))
`;

/** A trained network, in a folder beside that of the clips. */
const NANO = clipPath("../weights/mobilenetv2-yolov3-nano-coco.cfg");

const READ_BY_OPENCV: readonly {
  readonly name: string;
  readonly network: () => Promise<DarknetNetwork>;
  readonly options: PruneOptions;
  readonly ignore?: boolean;
}[] = [
  {
    name: "made_heads, twice",
    network: () => Promise.resolve(made("made_heads")),
    options: { ratio: 0.5, iterations: 2 },
  },
  {
    name: "yolov3-tiny",
    network: () => Promise.resolve(made("yolov3-tiny", [/^(width|height)=416$/gm, "$1=160"])),
    options: { ratio: 0.5 },
  },
  {
    name: "a trained network of depthwise convolutions",
    network: async () => (await readDarknetAt(NANO!)).network,
    options: { ratio: 0.6, multiple: 8, compensate: true },
    ignore: !NANO,
  },
];

for (const { name, network, options, ignore = false } of READ_BY_OPENCV) {
  Deno.test({
    name: `OpenCV reads what prune() leaves of ${name}, and agrees`,
    ignore: ignore || !hasPython("cv2"),
    fn: () =>
      inTempDir(async (directory) => {
        const { network: pruned, before, after } = prune(await network(), options);
        assert(after.parameters < 0.8 * before.parameters);
        const ours = Object.entries(await outputsOf(pruned));
        const theirs = await openCvResults(pruned, ours.map(([name]) => name), directory);
        for (const [i, [, { data }]] of ours.entries()) {
          const range = rangeOf(theirs[i]!);
          assertEquals(data.length, theirs[i]!.length);
          for (const [j, value] of theirs[i]!.entries()) {
            assertAlmostEquals(data[j]!, value, 1e-4 * range);
          }
        }
      }),
  });
}

async function openCvResults(
  network: DarknetNetwork,
  outputs: readonly string[],
  directory: string,
): Promise<number[][]> {
  const { cfg, weights } = exportDarknet(network);
  const paths = ["net.cfg", "net.weights", "picture"].map((file) => `${directory}/${file}`);
  await Deno.writeTextFile(paths[0]!, cfg);
  await Deno.writeFile(paths[1]!, weights);
  await Deno.writeFile(paths[2]!, new Uint8Array(picture(network).buffer as ArrayBuffer));
  // OpenCV counts the layers as the cfg does; the convolution stands before the head.
  const names = outputs.map((name) => `conv_${Number(name.split("_")[1]) - 1}`);
  const shape = [1, ...network.input];
  return await python(
    "cv2",
    OPENCV,
    ...paths,
    JSON.stringify(shape),
    JSON.stringify(names),
  ) as number[][];
}
