import { assert, assertEquals } from "@std/assert";
import { channelsFirst, modelInput } from "../../tests/_model_inputs.ts";
import { affineNetwork, neighbourhoodNetwork } from "../../tests/_tiny_network.ts";
import { Graph } from "../graph.ts";
import { readOnnx } from "../importers/onnx.ts";
import { conv } from "../layers.ts";
import { plainNetwork } from "../layouts/plain_network.ts";
import { loadModel } from "../registry.ts";
import { openSession } from "../session.ts";
import { halfNetwork } from "./half_network.ts";

/** What a network says on the processor, where an input of half precision is converted. */
async function outputsOf(network: Uint8Array<ArrayBuffer>, dims: number[], data: Float32Array) {
  const picture = readOnnx(network).graph.input[0]!.name;
  const plain = plainNetwork(network, { picture, size: { width: 1, height: 1 } });
  await using session = await openSession(plain, { device: "cpu" });
  return await session.run({ dims, data: new Float32Array(data) });
}

Deno.test.each([
  { model: "blazeface-short", size: 128 },
  { model: "ssd-mobilenet-v2", size: 300 },
])("halfNetwork() halves $model, which says nearly the same", async ({ model, size }) => {
  const { network } = await loadModel(model);
  const half = halfNetwork(network);
  assert(half && half.length < 0.6 * network.length);
  const picture = channelsFirst(modelInput(3, size));
  const [single, found] = await Promise.all(
    [network, half].map((one) => outputsOf(one, [1, 3, size, size], picture)),
  );
  for (const [name, { dims, data }] of Object.entries(single!)) {
    assertEquals(found![name]!.dims, dims);
    const range = data.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const worst = data.reduce(
      (most, one, i) => Math.max(most, Math.abs(one - found![name]!.data[i]!)),
      0,
    );
    assert(worst > 0 && worst < 0.03 * range, `${name} differs by ${worst} of ${range}`);
  }
});

Deno.test("halfNetwork() computes what it can hold exactly", async () => {
  const half = halfNetwork(affineNetwork());
  assert(half);
  const { doubled, sum } = await outputsOf(half, [1, 3], Float32Array.of(1, 2, 3));
  assertEquals([[...doubled!.data], [...sum!.data]], [[3, 5, 7], [6]]);
  const corner = halfNetwork(neighbourhoodNetwork(2));
  assert(corner);
  const { y } = await outputsOf(corner, [1, 1, 2, 2], Float32Array.of(1, 2, 3, 4));
  assertEquals([...y!.data], [10, 10, 10, 10]);
});

Deno.test("halfNetwork() leaves alone what half precision cannot hold, or no network", () => {
  const graph = new Graph("large");
  const picture = graph.input("picture", [1, 4, 4]);
  const one = { top: 0, left: 0, bottom: 0, right: 0 };
  graph.output(
    "result",
    conv(graph, picture, {
      weights: graph.constant(Float32Array.of(70000), [1, 1, 1, 1]),
      bias: graph.constant(Float32Array.of(0)),
      groups: 1,
      stride: { height: 1, width: 1 },
      dilation: { height: 1, width: 1 },
      padding: one,
    }),
  );
  assertEquals(halfNetwork(graph.toOnnx()), undefined);
  assertEquals(halfNetwork(new TextEncoder().encode("Surely not a network.")), undefined);
});
