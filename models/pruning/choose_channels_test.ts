import { assert, assertEquals } from "@std/assert";
import {
  architectureFrom,
  type ConvWeights,
  type DarknetNetwork,
  readArchitecture,
} from "../darknet/network.ts";
import { slimYolov3 } from "../slim_yolov3.ts";
import { channelSetsOf } from "./channel_sets.ts";
import { chooseChannels, type ChooseChannelsOptions } from "./choose_channels.ts";
import { noiseAt } from "../../tests/_made_darknet.ts";

const SPP3 = readArchitecture(slimYolov3({ name: "yolov3-spp3" }));
const NONE = new Float32Array();

/** A network with scales only. */
function scaled(architecture: typeof SPP3, scale: (index: number) => number): DarknetNetwork {
  let count = 0;
  const weights = new Map<number, ConvWeights>();
  for (const [index, layer] of architecture.layers.entries()) {
    if (layer.kind !== "convolutional" || !layer.hasBatchNorm) continue;
    const scales = new Float32Array(layer.filters).map(() => scale(count++));
    const batchNorm = { scales, means: NONE, variances: NONE };
    weights.set(index, { weights: NONE, biases: NONE, batchNorm });
  }
  return { ...architecture, weights };
}

function keptIn(network: DarknetNetwork, options: ChooseChannelsOptions): number[] {
  return chooseChannels(network, options).ofLayers.map((mask) =>
    mask.filter((kept) => kept).length
  );
}

/**
 * What the authors' program keeps, layer by layer: scales above the one at `ratio` of all in order,
 * the largest tenth of each layer, and in each chain of residual sums what any of its layers keeps.
 */
function keptByPaper({ layers, weights }: DarknetNetwork, ratio: number): Map<number, Set<number>> {
  const sizes = [...weights].map((
    [index, { batchNorm }],
  ): [number, number[]] => [index, Array.from(batchNorm!.scales, Math.abs)]);
  const sorted = sizes.flatMap(([, ofLayer]) => ofLayer).toSorted((a, b) => a - b);
  const threshold = sorted[Math.floor(sorted.length * ratio)]!;
  const kept = new Map(sizes.map(([index, ofLayer]) => {
    const order = [...ofLayer.keys()].toSorted((a, b) => ofLayer[b]! - ofLayer[a]!);
    const above = order.filter((i) => ofLayer[i]! > threshold);
    const least = Math.max(1, Math.trunc(ofLayer.length * 0.1));
    return [index, new Set(above.length < least ? order.slice(0, least) : above)];
  }));
  const done = new Set<number>();
  for (let i = layers.length - 1; i >= 0; i--) {
    if (layers[i]!.kind !== "shortcut" || done.has(i)) continue;
    const chain = [];
    let at = i;
    for (; layers[at]!.kind === "shortcut"; at -= 3) {
      done.add(at);
      chain.push(at - 1);
    }
    chain.push(at);
    const union = new Set(chain.flatMap((index) => [...kept.get(index)!]));
    for (const index of chain) kept.set(index, union);
  }
  return kept;
}

Deno.test.each([{ ratio: 0.3 }, { ratio: 0.5 }, { ratio: 0.9 }, { ratio: 0.95 }])(
  "chooseChannels() keeps of YOLOv3-SPP3 at $ratio what the paper's rules keep",
  ({ ratio }) => {
    // Cubed, so that few scales are large, and negative ones among them.
    const network = scaled(SPP3, (i) => noiseAt(i) ** 3);
    const { ofLayers } = chooseChannels(network, { ratio, floor: 0.1, multiple: 1 });
    for (const [index, kept] of keptByPaper(network, ratio)) {
      const ours = ofLayers[index]!.flatMap((isKept, channel) => isKept ? [channel] : []);
      assertEquals(ours, [...kept].toSorted((a, b) => a - b), `layer ${index}`);
    }
  },
);

Deno.test("chooseChannels() leaves layers without large scales as many as the paper's cfg files", () => {
  const network = scaled(SPP3, () => 0.5); // None exceeds another.
  const kept = keptIn(network, { ratio: 0.95, floor: 0.1, multiple: 1 });
  assertEquals([13, 38, 63, 75, 76, 91, 95, 109, 113].map((i) => kept[i]), [
    ...[12, 25, 51, 51, 102, 25, 51, 12, 25],
  ]);
});

Deno.test("chooseChannels() keeps what detects, and all at a ratio of 0", () => {
  const network = scaled(SPP3, (i) => noiseAt(i));
  const whole = SPP3.layers.map(({ dims }) => dims[0]);
  assertEquals(keptIn(network, { ratio: 0, floor: 0, multiple: 1 }), whole);
  const kept = keptIn(network, { ratio: 0.99, floor: 0, multiple: 1 });
  assertEquals([88, 106, 124].map((i) => kept[i]), [45, 45, 45]);
  assert(kept.every((count) => count >= 1));
});

Deno.test("chooseChannels() rounds counts up to a multiple, with the next largest scales", () => {
  const network = scaled(SPP3, (i) => noiseAt(i) ** 3);
  const options = { ratio: 0.9, floor: 0.1 };
  const exact = chooseChannels(network, { ...options, multiple: 1 }).ofLayers;
  const rounded = chooseChannels(network, { ...options, multiple: 8 }).ofLayers;
  for (const [index, { batchNorm }] of network.weights) {
    const keptIn = (masks: typeof exact) =>
      batchNorm!.scales.filter((_, channel) => masks[index]![channel]).map(Math.abs).sort();
    const [few, more] = [keptIn(exact), keptIn(rounded)];
    assert(more.length % 8 === 0 && more.length >= few.length && more.length < few.length + 8);
    assert(exact[index]!.every((isKept, channel) => !isKept || rounded[index]![channel]));
  }
  const alone = network.weights.get(75)!.batchNorm!.scales.map(Math.abs); // In no residual sum.
  const cut = rounded[75]!.flatMap((isKept, channel) => isKept ? [] : [alone[channel]!]);
  const left = rounded[75]!.flatMap((isKept, channel) => isKept ? [alone[channel]!] : []);
  assert(Math.max(...cut) <= Math.min(...left));
});

Deno.test("channelSetsOf() ties what the made network with groups ties", async () => {
  const url = new URL("../../tests/fixtures/darknet/made_groups.cfg", import.meta.url);
  const { ofLayers, ofInput, fixed } = channelSetsOf(
    readArchitecture(await Deno.readTextFile(url)),
  );
  assertEquals(ofLayers[1], ofLayers[0]); // Depthwise.
  assertEquals(ofLayers[2]!.slice(0, 6), ofLayers[2]!.slice(6, 12)); // Read by four groups.
  assertEquals(new Set(ofLayers[2]).size, 6);
  // Four groups of 8, the latter half of which is cut off.
  assertEquals(new Set(ofLayers[3]).size, 8);
  assertEquals(ofLayers[4], ofLayers[3]!.slice(16));
  assertEquals(ofLayers[6], ofLayers[0]); // The sum.
  // Two filters for each channel.
  assertEquals(ofLayers[7], ofLayers[6]!.flatMap((set) => [set, set]));
  assertEquals(new Set(ofLayers[9]).size, 12);
  assertEquals(fixed, new Set([...ofInput, ...ofLayers[10]!]));
});

Deno.test("channelSetsOf() joins only what is added", () => {
  const { sections } = readArchitecture(
    "[net]\nwidth=8\nheight=8\n" +
      "[convolutional]\nbatch_normalize=1\nfilters=3\nactivation=relu\n".repeat(3) +
      "[shortcut]\nfrom=-3\n[convolutional]\nactivation=linear\n",
  );
  const { ofLayers, fixed, ofInput } = channelSetsOf(architectureFrom(sections));
  assertEquals(ofLayers[2], ofLayers[0]);
  assertEquals(ofLayers[3], ofLayers[0]);
  assertEquals(new Set([...ofLayers[0]!, ...ofLayers[1]!, ...ofInput]).size, 9);
  assertEquals(fixed.size, 4);
});
