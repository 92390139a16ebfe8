import { readOnnx } from "../../../models/importers/onnx.ts";

/** The operators that may step over pixels. */
const STRIDING = new Set(["Conv", "MaxPool", "AveragePool"]);

/**
 * The greatest stride of a network: by how many pixels of the input its coarsest cells lie apart, and so
 * the period after which a shifted picture looks the same to all its layers.
 *
 * Strides multiply along each way through the network. What enlarges is not divided by, so that of
 * networks that go down again behind it a multiple is told: a period too.
 *
 * @param network The bytes of its ONNX file.
 * @returns The stride in pixels: 1 of a network without strides.
 * @throws {ModelError} If the file is damaged.
 *
 * @example Of the face detector for far faces
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { loadModel } from "../../../mod.ts";
 *
 * const { network } = await loadModel("blazeface-full");
 * assertEquals(maxStrideOf(network), 32); // From 192 pixels to 6.
 * ```
 */
export function maxStrideOf(network: Uint8Array): number {
  const strides = new Map<string, number>();
  for (const { opType, input, output, attribute } of readOnnx(network).graph.node) {
    const before = Math.max(1, ...input.map((name) => strides.get(name) ?? 1));
    const steps = STRIDING.has(opType)
      ? attribute.find(({ name }) => name === "strides")?.ints ?? []
      : [];
    const stride = before * Math.max(1, ...steps.map(Number));
    for (const name of output) strides.set(name, stride);
  }
  return Math.max(1, ...strides.values());
}
