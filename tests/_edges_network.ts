import type { InputSpec } from "../pipeline/detector.ts";
import { Graph } from "../models/graph.ts";
import { conv } from "../models/layers.ts";
import { noise } from "./_model_inputs.ts";
import { inputOf } from "./_input_of.ts";

/** What {@linkcode edgesNetwork} reads. */
export const EDGES_INPUT: InputSpec = inputOf(32, 32, {
  mean: [127.5, 127.5, 127.5],
  std: [127.5, 127.5, 127.5],
});

/** A network of a single convolution, with two outputs, that takes batches. */
export function edgesNetwork(): Uint8Array<ArrayBuffer> {
  const graph = new Graph("edges");
  const random = noise(3);
  const picture = graph.input("picture", [3, 32, 32]);
  for (const [name, out] of [["edges", 4], ["more", 2]] as const) {
    const weights = Float32Array.from({ length: 27 * out }, random);
    graph.output(
      name,
      conv(graph, picture, {
        weights: graph.constant(weights, [out, 3, 3, 3]),
        bias: graph.constant(Float32Array.from({ length: out }, random)),
        groups: 1,
        stride: { height: 2, width: 2 },
        dilation: { height: 1, width: 1 },
        padding: { top: 1, left: 1, bottom: 1, right: 1 },
      }),
    );
  }
  return graph.toOnnx();
}
