import { seededRandom } from "../pipeline/metrics/random.ts";
import type { Outputs } from "../pipeline/tensor.ts";
import { blazeface } from "./blazeface.ts";
import { ssdMobilenetV2 } from "./ssd_mobilenet_v2.ts";

/** Outputs of noise in which three anchors in a thousand are sure enough. */
function outputsOf(shapes: Readonly<Record<string, readonly number[]>>): Outputs {
  const random = seededRandom(5);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => {
      const length = dims.reduce((product, dim) => product * dim, 1);
      const isConfidence = /confidences|class/.test(name);
      const value = () =>
        isConfidence ? (random.uniform() < 0.003 ? 3 : -6) : 0.1 + random.uniform();
      return [name, { dims, data: Float32Array.from({ length }, value) }];
    }),
  );
}

function summed(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

const face = { confidences: [1, 2304, 1], boxes: [1, 2304, 16] };
const object = {
  "raw_outputs/class_predictions": [1, 1917, 24],
  "raw_outputs/box_encodings": [1, 1917, 4],
};

for (
  const [detector, outputs, logits] of [
    [blazeface({ variant: "full" }), outputsOf(face), "confidences"],
    [ssdMobilenetV2(), outputsOf(object), "raw_outputs/class_predictions"],
  ] as const
) {
  const { dims, data } = outputs[logits]!;
  const group = `${detector.name}, ${dims[1]} anchors`;
  Deno.bench("reading all confidences", { group, baseline: true }, () => void summed(data));
  Deno.bench("decode()", { group }, () => void detector.decode(outputs, 0.5));
}
