import { assert, assertEquals } from "@std/assert";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { noise } from "../../tests/_model_inputs.ts";
import { Graph } from "../graph.ts";
import { conv } from "../layers.ts";
import { openSession } from "../session.ts";
import { networkForGpu } from "./gpu_network.ts";

const hasGpu = await navigator.gpu.requestAdapter() !== null;

/** What a convolution is like. */
interface Shape {
  readonly channels: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
}

function convolution({ channels, out, kernel, stride }: Shape): Uint8Array<ArrayBuffer> {
  const graph = new Graph("convolution");
  const random = noise(out);
  const padding = (kernel - 1) / 2;
  const dims = [out, channels, kernel, kernel];
  const length = out * channels * kernel * kernel;
  graph.output(
    "result",
    conv(graph, graph.input("picture", [channels, 20, 20]), {
      weights: graph.constant(Float32Array.from({ length }, random), dims),
      bias: graph.constant(Float32Array.from({ length: out }, random)),
      groups: 1,
      stride: { height: stride, width: stride },
      dilation: { height: 1, width: 1 },
      padding: { top: padding, left: padding, bottom: padding, right: padding },
    }),
  );
  return graph.toOnnx();
}

async function resultOf(
  network: Uint8Array<ArrayBuffer>,
  { channels }: Shape,
  device: "cpu" | "webgpu",
) {
  await using session = await openSession(network, { device });
  const data = Float32Array.from({ length: channels * 400 }, noise(7));
  const { result } = await session.run({ dims: [1, channels, 20, 20], data });
  assert(result);
  return result.data;
}

function assertSame(ours: Float32Array, theirs: Float32Array): void {
  assertEquals(ours.length, theirs.length);
  const range = theirs.reduce((most, one) => Math.max(most, Math.abs(one)));
  const worst = ours.reduce((most, one, i) => Math.max(most, Math.abs(one - theirs[i]!)), 0);
  assert(worst <= 1e-5 * range, `${worst} of ${range}`);
}

const SHAPES: readonly Shape[] = [
  { channels: 6, out: 8, kernel: 3, stride: 1 },
  { channels: 9, out: 52, kernel: 5, stride: 2 },
  { channels: 15, out: 4, kernel: 1, stride: 2 },
  { channels: 15, out: 7, kernel: 3, stride: 1 },
  { channels: 12, out: 8, kernel: 3, stride: 1 },
];

Deno.test.each(SHAPES)(
  "a convolution of $channels to $out channels, $kernel wide, moved by $stride, is right on a GPU",
  { ignore: !hasGpu },
  async (shape) => {
    const network = convolution(shape);
    assertSame(await resultOf(network, shape, "webgpu"), await resultOf(network, shape, "cpu"));
  },
);

Deno.test("networkForGpu() changes no result, with operators old and new", async () => {
  const shape = { channels: 15, out: 52, kernel: 3, stride: 1 };
  for (const version of [9n, 10n, 11n, 13n, 18n]) {
    const model = fromBinary(ModelProtoSchema, convolution(shape));
    model.opsetImport[0]!.version = version;
    const network = new Uint8Array(toBinary(ModelProtoSchema, model));
    const changed = networkForGpu(network);
    assert(changed !== network);
    assertSame(await resultOf(changed, shape, "cpu"), await resultOf(network, shape, "cpu"));
  }
});

Deno.test("networkForGpu() leaves alone what is right already, or no network", () => {
  for (
    const shape of [
      { channels: 16, out: 52, kernel: 3, stride: 1 },
      { channels: 3, out: 52, kernel: 3, stride: 2 },
      { channels: 15, out: 51, kernel: 3, stride: 1 },
      { channels: 15, out: 52, kernel: 1, stride: 1 },
    ]
  ) {
    const network = convolution(shape);
    assert(networkForGpu(network) === network);
  }
  const text = new TextEncoder().encode("Surely not a network.");
  assert(networkForGpu(text) === text);
});
