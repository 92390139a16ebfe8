import { assertEquals } from "@std/assert";
import { loadModel } from "../../../models/registry.ts";
import { maxStrideOf } from "./max_stride.ts";

// The smallest layer of each, as its paper or graph has it: 8, 6, 1 and 1 cells in a row.
Deno.test.each([
  ["blazeface-short", 16],
  ["blazeface-full", 32],
  ["ssd-mobilenet-v2", 512],
  ["tiny-ssd-sky", 256],
])("maxStrideOf() multiplies the strides on the way: %s", async (name, stride) => {
  assertEquals(maxStrideOf((await loadModel(name as string)).network), stride);
});
