import { assertEquals } from "@std/assert";
import { METHOD_NAMES, smoothingOptions } from "./smoothing_options.ts";
import { smoothingMethod } from "./smoothing_methods.ts";

Deno.test("smoothingOptions() knows all methods, and puts given numbers in place of the defaults", () => {
  for (const name of METHOD_NAMES) assertEquals(smoothingOptions(name) === undefined, false, name);
  assertEquals(smoothingOptions("fixed-lag-5:max-gap-s=1"), {
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
])("smoothingOptions() refuses %s", (text) => {
  assertEquals(smoothingOptions(text), undefined);
  assertEquals(smoothingMethod(text), undefined);
});

Deno.test("smoothingMethod() names the parameters that it was given", () => {
  const { name, parameters } = smoothingMethod("kalman:damping=0.4")!;
  assertEquals([name, parameters.damping, parameters.calmShare], ["kalman:damping=0.4", 0.4, 0.05]);
});
