import { assertEquals, assertThrows } from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { packedPart } from "./_packed_part.ts";

/** The end of a script as Emscripten writes it. */
const script = (list: string) =>
  `  if (!ready) { wait(); }\n  }\n  loadPackage(${list});\n\n})();\n`;

const LIST = JSON.stringify({
  files: [
    { filename: "/labels.txt", start: 0, end: 184 },
    { filename: "/deep/net.tflite", start: 184, end: 500 },
  ],
  remote_package_size: 500,
});

Deno.test("packedPart() tells where a file lies, whatever directory it is in", () => {
  const { start, end } = packedPart(script(LIST), "net.tflite");
  assertEquals([start, end], [184, 500]);
});

Deno.test.each([
  { flaw: "another file", text: script(LIST), message: "not among the packed files" },
  { flaw: "no list", text: "loadPackage();", message: "there is no list of packed files" },
  { flaw: "a damaged list", text: script('{"files": [}'), message: "there is no list" },
  {
    flaw: "a list without places",
    text: script('{"files": [{"filename": "/other.tflite"}]}'),
    message: "there is no list",
  },
])("packedPart() refuses $flaw in one line", ({ text, message }) => {
  assertThrows(() => packedPart(text, "other.tflite"), ModelError, message);
});
