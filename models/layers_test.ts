import { assertEquals, assertThrows } from "@std/assert";
import { Graph } from "./graph.ts";
import { inspectOnnx } from "./importers/onnx.ts";
import { add, batchNorm, conv, maxPool, NO_PADDING, relu, samePadding } from "./layers.ts";
import { concat, depthToSpace, pad, reshape, resizeBilinear, transpose } from "./rearrangements.ts";

const ONE = { height: 1, width: 1 };
const TWO = { height: 2, width: 2 };

/** A network of which the first layer is added: 8 filters of 3x3 over 3 channels, moved by 2. */
function begun() {
  const graph = new Graph("network");
  const picture = graph.input("picture", [3, 16, 10]);
  const weights = graph.constant(new Float32Array(8 * 3 * 9), [8, 3, 3, 3]);
  const bias = graph.constant(new Float32Array(8));
  const padding = samePadding({ height: 16, width: 10 }, {
    kernel: { height: 3, width: 3 },
    stride: TWO,
    dilation: ONE,
  });
  const options = { weights, bias, groups: 1, stride: TWO, dilation: ONE, padding };
  return { graph, picture, options, result: conv(graph, picture, options) };
}

Deno.test("conv() tells the size of its result, its parameters and its work", () => {
  const { graph, result } = begun();
  assertEquals(result.dims, [8, 8, 5]);
  graph.output("result", relu(graph, result, 6));
  const { outputs, parameters, multiplyAccumulates } = inspectOnnx(graph.toOnnx());
  assertEquals(outputs, [{ name: "result", dims: [undefined, 8, 8, 5], type: "float" }]);
  assertEquals(parameters, 8 * 27 + 8);
  assertEquals(multiplyAccumulates, 8 * 8 * 5 * 27);
});

Deno.test("layers tell the size of their results", () => {
  const { graph, picture, result } = begun();
  const window = { kernel: TWO, stride: TWO, dilation: ONE, padding: NO_PADDING };
  assertEquals(maxPool(graph, result, window).dims, [8, 4, 2]);
  assertEquals(add(graph, result, result).dims, [8, 8, 5]);
  const eight = graph.constant(new Float32Array(8));
  const learnt = { scale: eight, shift: eight, mean: eight, variance: eight };
  assertEquals(batchNorm(graph, result, learnt).dims, [8, 8, 5]);
  const padding = { top: 1, left: 2, bottom: 3, right: 4 };
  assertEquals(pad(graph, picture, padding, [1, 0]).dims, [4, 20, 16]);
  assertEquals(concat(graph, [result, result], 0).dims, [16, 8, 5]);
  assertEquals(transpose(graph, result, [1, 2, 0]).dims, [8, 5, 8]);
  assertEquals(reshape(graph, result, [40, 8]).dims, [40, 8]);
  assertEquals(resizeBilinear(graph, picture, { height: 32, width: 15 }, "half_pixel").dims, [
    3,
    32,
    15,
  ]);
  assertEquals(depthToSpace(graph, result, 2).dims, [2, 16, 10]);
});

Deno.test.each([
  { height: 8, kernel: 3, stride: 1, dilation: 1, top: 1, bottom: 1 },
  { height: 8, kernel: 3, stride: 2, dilation: 1, top: 0, bottom: 1 },
  { height: 7, kernel: 3, stride: 2, dilation: 1, top: 1, bottom: 1 },
  { height: 128, kernel: 5, stride: 2, dilation: 1, top: 1, bottom: 2 },
  { height: 8, kernel: 3, stride: 1, dilation: 2, top: 2, bottom: 2 },
  { height: 8, kernel: 1, stride: 2, dilation: 1, top: 0, bottom: 0 },
])(
  "samePadding() is $top and $bottom for $height rows, $kernel in the window, stride $stride",
  ({ height, kernel, stride, dilation, top, bottom }) => {
    const padding = samePadding({ height, width: 4 }, {
      kernel: { height: kernel, width: 1 },
      stride: { height: stride, width: 1 },
      dilation: { height: dilation, width: 1 },
    });
    assertEquals(padding, { top, bottom, left: 0, right: 0 });
  },
);

Deno.test("layers refuse what does not fit", () => {
  const { graph, picture, options, result } = begun();
  const window = { kernel: TWO, stride: TWO, dilation: ONE, padding: NO_PADDING };
  const large = { ...window, kernel: { height: 17, width: 1 } };
  const flat = reshape(graph, result, [320]);
  const five = graph.constant(new Float32Array(5));
  const refused = [
    () => conv(graph, picture, { ...options, groups: 3 }),
    () => conv(graph, result, options),
    () => conv(graph, picture, { ...options, bias: graph.constant(new Float32Array(7)) }),
    () => conv(graph, picture, { ...options, stride: { height: 0, width: 1 } }),
    () => conv(graph, flat, options),
    () => batchNorm(graph, picture, { scale: five, shift: five, mean: five, variance: five }),
    () => maxPool(graph, picture, large),
    () => maxPool(graph, picture, { ...window, dilation: { height: -1, width: 1 } }),
    () => add(graph, picture, result),
    () => pad(graph, picture, { ...NO_PADDING, top: -1 }),
    () => concat(graph, [picture, result], 1),
    () => concat(graph, [picture, picture], 3),
    () => reshape(graph, picture, [481]),
    () => depthToSpace(graph, picture, 2),
    () => resizeBilinear(graph, picture, { height: NaN, width: 4 }, "half_pixel"),
    () => graph.constant(new Float32Array(3), [2, 2]),
    () => graph.output("picture", picture),
  ];
  for (const refusal of refused) assertThrows(refusal, RangeError, "Cannot");
});

Deno.test("Graph refuses a value of another graph, and a result named twice", () => {
  const { graph, picture, result } = begun();
  const other = new Graph("another");
  other.output("result", relu(other, picture));
  assertThrows(() => other.toOnnx(), RangeError, "of another graph");
  graph.output("once", result);
  assertThrows(() => graph.output("twice", result), RangeError, '"twice"');
});
