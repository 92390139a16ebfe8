import { assertEquals } from "@std/assert";
import { METHOD_NAMES, smoothingFrom } from "./smoothing_from.ts";

Deno.test("smoothingFrom() knows all methods, and puts given numbers in place of the defaults", () => {
  for (const name of METHOD_NAMES) assertEquals(smoothingFrom(name) === undefined, false, name);
  assertEquals(smoothingFrom("fixed-lag-5:max-gap-s=1"), {
    method: "fixed-lag",
    lag: 5,
    measurementSd: 0.002,
    accelerationDensity: 0.012,
    maxGapS: 1,
  });
});

Deno.test.each([
  "calman",
  "kalman:",
  "kalman:dampng=0.4",
  "kalman:damping",
  "kalman:damping=much",
  "kalman:damping=1.5",
  "kalman:lag=3",
  "kalman:method=3",
  "none:damping=0.4",
  "offline:measurement-sd=-1",
  "one-euro:variant=mediapipe",
  "fixed-lag:lag=-1",
  "fixed-lag-31",
])("smoothingFrom() refuses %s", (text) => {
  assertEquals(smoothingFrom(text), undefined);
});
