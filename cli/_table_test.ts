import { assertEquals } from "@std/assert";
import { pairs, table } from "./_table.ts";

Deno.test("table() puts columns in line, numbers to the right, wide characters counted twice", () => {
  const text = table([{ title: "Name" }, { title: "Size", align: "right" }], [
    ["face", "7"],
    ["顔と顔", "12345"],
  ]);
  assertEquals(text, "Name     Size\nface        7\n顔と顔  12345\n");
});

Deno.test("pairs() puts values in line, further lines under the first", () => {
  assertEquals(
    pairs([["A", "one\ntwo"], ["Long", "three"]], " "),
    " A     one\n       two\n Long  three\n",
  );
});
