import { assertEquals } from "@std/assert";
import { displayWidth, truncated } from "./_display_width.ts";

Deno.test.each([
  ["", 0],
  ["abc", 3],
  ["é", 1],
  ["e\u0301", 1],
  ["顔", 2],
  ["한", 2],
  ["👩‍👩‍👧", 2],
  ["▏█", 2],
])("displayWidth() of %s is %s", (text, width) => assertEquals(displayWidth(text), width));

Deno.test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["顔顔顔", 4, "顔…"],
  ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  ["abc", 0, ""],
])("truncated() of %s to %s columns is %s", (text, columns, expected) => {
  assertEquals(truncated(text, columns), expected);
});
