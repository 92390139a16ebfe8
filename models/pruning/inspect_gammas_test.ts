import { assert, assertEquals, assertThrows } from "@std/assert";
import { ModelError } from "../../pipeline/errors.ts";
import { noiseAt } from "../../tests/_made_darknet.ts";
import { type ConvWeights, type DarknetNetwork, readArchitecture } from "../darknet/network.ts";
import { chooseChannels } from "./choose_channels.ts";
import { darknetScales, inspectGammas } from "./inspect_gammas.ts";

const NONE = new Float32Array();

/** A network of plain convolutions with scales only. */
function network(...scales: readonly number[][]): DarknetNetwork {
  const layers = scales.map(({ length }) =>
    `[convolutional]\nbatch_normalize=1\nfilters=${length}\nactivation=leaky\n`
  );
  const end = "[convolutional]\nactivation=linear\n";
  const weights = scales.map((list, index): [number, ConvWeights] => {
    const batchNorm = { scales: Float32Array.from(list), means: NONE, variances: NONE };
    return [index, { weights: NONE, biases: NONE, batchNorm }];
  });
  const cfg = `[net]\nwidth=8\nheight=8\n${layers.join("")}${end}`;
  return { ...readArchitecture(cfg), weights: new Map(weights) };
}

Deno.test("inspectGammas() sorts scales by their size, in each layer and in all", () => {
  const report = inspectGammas(darknetScales(network([2, -1, 0.005], [-3, 0, 4, 0.5])));
  assertEquals(report.layers, [
    { layer: 0, sizes: Float32Array.of(0.005, 1, 2) },
    { layer: 1, sizes: Float32Array.of(0, 0.5, 3, 4) },
  ]);
  assertEquals(report.shareNearZero, 2 / 7);
  assertEquals(report.all.length, 7);
});

Deno.test("inspectGammas() names the greatest ratio at which no layer falls to its floor", () => {
  const lists = [0, 1, 2].map((layer) =>
    Array.from({ length: 40 }, (_, i) => noiseAt(100 * layer + i) * (layer + 1))
  );
  const made = network(...lists);
  const { limitRatio, all } = inspectGammas(darknetScales(made), { floor: 0.1 });
  const counts = (ratio: number) =>
    chooseChannels(made, { ratio, floor: 0, multiple: 1 }).ofLayers.slice(0, 3)
      .map((mask) => mask.filter((isKept) => isKept).length);
  assert(limitRatio > 0.2 && limitRatio < 0.9, `${limitRatio}`);
  assert(counts(limitRatio).every((count) => count >= 4));
  assert(counts(limitRatio + 1.5 / all.length).some((count) => count < 4));
});

Deno.test("inspectGammas() finds nothing safe where one layer has all the small scales", () => {
  assertEquals(inspectGammas(darknetScales(network([0.1, 0.1], [1, 2]))).limitRatio, 0);
  assertEquals(inspectGammas(darknetScales(network([0.001, 0.002], [1, 2]))).safeRatio, 0);
});

Deno.test("inspectGammas() calls safe what removes only scales near 0", () => {
  const small = [0.001, 0.002, 0.003, 0.004];
  const made = network([...small, 1, 2], [...small, 3, 4]);
  const { safeRatio, limitRatio, shareNearZero } = inspectGammas(darknetScales(made));
  assertEquals(shareNearZero, 8 / 12);
  assertEquals([safeRatio, limitRatio], [7 / 12, 8 / 12]);
  const { ofLayers } = chooseChannels(made, { ratio: safeRatio, floor: 0.1, multiple: 1 });
  assertEquals(ofLayers[0], [false, false, false, false, true, true]);
});

Deno.test("inspectGammas() refuses a network without batch normalisation", () => {
  assertThrows(() => inspectGammas([]), ModelError);
});
