import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ModelError } from "../../pipeline/errors.ts";
import type { TypedOnnxValue } from "../importers/onnx.ts";
import { pictureInput } from "./picture_input.ts";

/** The input of a network that takes so many numbers, and perhaps more. */
function inputOf(dims: TypedOnnxValue["dims"], more: readonly TypedOnnxValue[] = []) {
  const inputs = [{ name: "images", dims, type: "float" }, ...more];
  const facts = { inputs, outputs: [], metadata: new Map(), parameters: 0 };
  return pictureInput({ ...facts, multiplyAccumulates: undefined }, {
    name: "net",
    size: undefined,
    given: undefined,
  });
}

Deno.test.each([
  { dims: [1, 3, 64, 96], order: "nchw", width: 96, isFree: false },
  { dims: [undefined, 64, 96, 3], order: "nhwc", width: 96, isFree: false },
  { dims: [1, 3, undefined, undefined], order: "nchw", width: 640, isFree: true },
  { dims: [1, undefined, undefined, 3], order: "nhwc", width: 640, isFree: true },
  { dims: [undefined, undefined, undefined, undefined], order: "nchw", width: 640, isFree: true },
  // Three pixels high and wide: colours first, as nearly all have it.
  { dims: [1, 3, 3, 3], order: "nchw", width: 3, isFree: false },
])("pictureInput() reads $dims as $order", ({ dims, order, width, isFree }) => {
  const input = inputOf(dims);
  assertEquals([input.order, input.size.width, input.isSizeFree], [order, width, isFree]);
});

Deno.test("pictureInput() takes the size to which boxes refer for no picture", () => {
  const size = { name: "orig_target_sizes", dims: [1, 2], type: "int64" };
  assertEquals(inputOf([1, 3, 64, 96], [size]).sizeInput, "orig_target_sizes");
});

Deno.test.each([
  { flaw: "four pictures at a time", dims: [4, 3, 64, 96], said: "[4,3,64,96], not one picture" },
  { flaw: "a grey picture", dims: [1, 1, 64, 96], said: "[1,1,64,96], not one picture" },
  { flaw: "a picture without a batch", dims: [3, 64, 96], said: "[3,64,96], not one picture" },
  { flaw: "no shape at all", dims: [], said: "[], not one picture" },
  { flaw: "no pixels", dims: [1, 3, 0, 96], said: "its input is 96x0 pixels" },
  { flaw: "too many pixels", dims: [1, 3, 64, 2 ** 40], said: "pixels" },
  {
    flaw: "another input",
    dims: [1, 3, 64, 96],
    more: [{ name: "scale_factor", dims: [1, 2], type: "float" }],
    said: 'it takes 2 inputs ("images", "scale_factor"), and one picture is known',
  },
])("pictureInput() refuses $flaw", ({ dims, more, said }) => {
  const { message } = assertThrows(() => inputOf(dims, more), ModelError);
  assertStringIncludes(message, said);
});
