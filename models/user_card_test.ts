import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ModelError } from "../pipeline/errors.ts";
import { readUserCard } from "./user_card.ts";

/** Reads a card of such text. */
async function cardOf(text: string) {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/my.birds.json`, text);
    const { place, description, ...card } = await readUserCard(`${directory}/my.birds.json`);
    return { ...card, ...description, place: place.replace(directory, "HERE") };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("readUserCard() sees a file from the card's directory, and calls the model as the card", async () => {
  const { name, place } = await cardOf('{ "file": "../nets/birds.onnx" }');
  assertEquals(name, "my.birds");
  assertMatch(place, /^(?!HERE).*\/nets\/birds.onnx$/);
});

Deno.test("readUserCard() gives all that a card tells", async () => {
  const sha256 = "0123456789ABCDEF".repeat(4);
  const told = {
    name: "Coastal birds",
    licence: "AGPL-3.0-only",
    source: "https://example.org/birds",
    url: "https://example.org/birds.onnx",
    labels: ["gull", "tern"],
    layout: "yolov8",
    outputs: { boxes: "output0" },
    input: { width: 320, channels: "bgr" as const, std: [1, 2, 3] as const },
    defaults: { iou: 0.5 },
  };
  const card = await cardOf(JSON.stringify({ ...told, sha256 }));
  const { url, ...rest } = told;
  assertEquals(card, { ...rest, sha256: sha256.toLowerCase(), place: url });
});

Deno.test.each([
  { flaw: "no JSON", text: '{\n  "file": oops\n}', said: /line 2: unexpected token 'o'$/ },
  {
    flaw: "a comma too many",
    text: '{\n  "file": "a.onnx",\n}\n\n',
    said: /line 3: expected double-quoted property name$/,
  },
  { flaw: "no end", text: '{\n  "file": "a.onnx",\n', said: /line 3: expected double-quoted/ },
  {
    flaw: "a string without end",
    text: '{\n  "file": "a.onnx\n}\n',
    said: /line 2: bad control character in string literal$/,
  },
  { flaw: "nothing", text: "", said: /line 1: unexpected end of JSON input$/ },
  { flaw: "a list", text: "[]", said: /line 1: expected object, received array$/ },
  { flaw: "no file", text: '{\n"name": "x" }', said: /line 1: must have either "file" or "url"$/ },
  {
    flaw: "a file and a URL",
    text: '{ "file": "a.onnx", "url": "https://a.org/a.onnx" }',
    said: /line 1: must have either "file" or "url"$/,
  },
  {
    flaw: "a label that is a number",
    text: '{\n  "file": "a,b.onnx",\n  "labels": ["a, {b}",\n    "c", 7]\n}',
    said: /line 4, labels\[2\]: expected string, received number$/,
  },
  {
    flaw: "an unknown field",
    text: '{\n  "file": "a.onnx",\n  "license": "MIT"\n}',
    said: /line 3, license: there is no such field$/,
  },
  {
    flaw: "a short SHA-256",
    text: '{\n\n\n"file": "a.onnx", "sha256": "abc"}',
    said: /line 4, sha256: must be 64 hexadecimal digits$/,
  },
  {
    flaw: "a name of two lines",
    text: '{ "file": "a.onnx",\n"name": "a\\nb" }',
    said: /line 2, name: must be text on one line$/,
  },
  {
    flaw: "a path for a URL",
    text: '{ "url": "/etc/a.onnx" }',
    said: /line 1, url: must begin with https:\/\/$/,
  },
  { flaw: "too much", text: `"${"a".repeat(2 ** 20)}"`, said: /1048578 bytes are no card$/ },
])("readUserCard() refuses a card with $flaw, and says where", async ({ text, said }) => {
  const { message } = await assertRejects(() => cardOf(text), ModelError);
  assertMatch(message, /^Cannot use the card "[^\n]*my.birds.json": [^\n]+$/);
  assertMatch(message, said);
});
