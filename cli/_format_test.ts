import { assertEquals } from "@std/assert";
import { bytesText, counted, durationText, millisecondsText, rateText } from "./_format.ts";

Deno.test.each([
  [0, "0 ms"],
  [0.84, "840 ms"],
  [9.34, "9.3 s"],
  [59.96, "1:00"],
  [125.2, "2:05"],
  [3725, "1:02:05"],
  [Infinity, "?"],
])("durationText() of %s s is %s", (seconds, text) => assertEquals(durationText(seconds), text));

Deno.test.each([
  [0, "0"],
  [0.5234, "0.523"],
  [29.97003, "29.97"],
  [24, "24"],
  [411.6, "412"],
  [NaN, "?"],
])("rateText() of %s is %s", (rate, text) => assertEquals(rateText(rate), text));

Deno.test.each([
  [0.044, "0.04"],
  [3.14, "3.1"],
  [119.7, "120"],
])("millisecondsText() of %s is %s", (value, text) => assertEquals(millisecondsText(value), text));

Deno.test.each([
  [999, "999 B"],
  [1000, "1.00 kB"],
  [412_345, "412 kB"],
  [999_900, "1.00 MB"],
  [12_345_678, "12.3 MB"],
  [1_234_567_890, "1.23 GB"],
])("bytesText() of %s is %s", (bytes, text) => assertEquals(bytesText(bytes), text));

Deno.test.each([
  [0, "0 frames"],
  [1, "1 frame"],
  [12345, "12,345 frames"],
])("counted() of %s is %s", (count, text) => assertEquals(counted(count, "frame"), text));
