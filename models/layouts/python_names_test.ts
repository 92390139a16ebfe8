import { assertEquals } from "@std/assert";
import { pythonNames } from "./python_names.ts";

Deno.test.each([
  { text: "{0: 'person', 1: 'bicycle'}", names: ["person", "bicycle"] },
  { text: '["a", "b"]', names: ["a", "b"] },
  { text: " { 0 : 'a' , } ", names: ["a"] },
  // As repr() writes them: Python 3, Objects/unicodeobject.c, unicode_repr.
  {
    text: `{0: "bird's", 1: 'say "hi"', 2: 'both \\' and "'}`,
    names: ["bird's", 'say "hi"', `both ' and "`],
  },
  {
    text: "{0: 'Stra\\xdfe', 1: '\\u4eba', 2: 'back\\\\slash'}",
    names: ["Straße", "人", "back\\slash"],
  },
  { text: "{0: 'naïve 人 🐦'}", names: ["naïve 人 🐦"] },
  { text: "{0: 'two\\nlines'}", names: ["two lines"] },
])("pythonNames() reads $text as Python does", ({ text, names }) => {
  assertEquals(pythonNames(text), names);
});

Deno.test.each([
  "",
  "{}",
  "[]",
  "person",
  "{0: person}",
  "{1: 'a'}",
  "{0: 'a', 2: 'c'}",
  "{0: 'a' 1: 'b'}",
  "{0: 'a', 1: 'b'",
  "{0: 'a'} + 1",
  "{0: ''}",
  "{0: __import__('os').system('true')}",
  "[['a', 'b']]",
  "{0: 'a\\'}",
])("pythonNames() reads no names in %s", (text) => {
  assertEquals(pythonNames(text), undefined);
});

Deno.test("pythonNames() gives up long nonsense soon", () => {
  assertEquals(pythonNames("{0: '" + "\\".repeat(1e6)), undefined);
  assertEquals(pythonNames("[".repeat(1e6)), undefined);
  assertEquals(pythonNames("'a',".repeat(3e5)), undefined);
});
