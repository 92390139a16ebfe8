import { assertEquals } from "@std/assert";
import { regExpFromGlob } from "./_glob.ts";

Deno.test.each([
  ["*.png", "a.png", true],
  ["*.png", ".png", false],
  [".*", ".png", true],
  ["*.png", "a.pngx", false],
  ["a?c.png", "abc.png", true],
  ["a?c.png", "a😀c.png", true],
  ["a?c.png", "ac.png", false],
  ["[a-c]1.png", "b1.png", true],
  ["[!a-c]1.png", "b1.png", false],
  ["[!a-c]1.png", "d1.png", true],
  ["{one,two}*.jpg", "two3.jpg", true],
  ["{one,two}*.jpg", "three.jpg", false],
  ["a.b", "aXb", false],
  ["a+(b)|c", "a+(b)|c", true],
  ["a[", "a[", true],
  ["[]x", "[]x", true],
  ["[z-a]", "[z-a]", true],
  ["[a\\]1", "\\1", true],
  ["{", "{", true],
  ["**************************x", "y".repeat(60), false],
])("regExpFromGlob() of %s on %s gives %s", (glob, name, expected) => {
  assertEquals(regExpFromGlob(glob).test(name), expected);
});
