import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { measuredFor } from "./_test_run.ts";
import { madeClip } from "./made_clip.ts";
import { verdictOf } from "./verdict.ts";

const CLIP = madeClip({ seed: 4, tracks: 8, frames: 120, sigmaPercent: 0.4, correlation: 0 });
const { report } = await measuredFor([CLIP], ["kalman", "fixed-lag-1", "fixed-lag", "offline"]);
const { methods, controls, data } = report;

Deno.test("verdictOf() speaks of the steadiest valid method for each way to wait", () => {
  const valid = methods.map((method) => ({ ...method, guard: { ...method.guard, isValid: true } }));
  const { text, method, flickerChangePercent } = verdictOf(valid, controls, data);
  assertEquals(method, "made+fixed-lag");
  const left = methods.find(({ id }) => id === method)!.overBaseline!.flicker;
  const gone = `${(100 * (1 - left.estimate!)).toFixed(1)} %`;
  assert(text.startsWith(`made+fixed-lag takes away ${gone} of the boxes' flicker`), text);
  assertStringIncludes(
    text,
    "looking 3 frames ahead, on 8 tracks of 1 clip, 960 boxes (95 % interval",
  );
  assertStringIncludes(text, "waiting for nothing, made+kalman takes away");
  assertStringIncludes(text, "seeing the whole clip, made+offline takes away");
  const { estimate, interval } = flickerChangePercent!;
  assert(interval!.low < estimate! && estimate! < interval!.high && interval!.high < 0);
});

Deno.test("verdictOf() passes over methods that the guard does not let pass", () => {
  const broken = methods.map((method) =>
    method.id === "made+fixed-lag"
      ? { ...method, guard: { ...method.guard, isValid: false } }
      : method
  );
  assertEquals(verdictOf(broken, controls, data).method, "made+fixed-lag-1");
  const none = methods.map((method) => ({ ...method, guard: { ...method.guard, isValid: false } }));
  const { text, method } = verdictOf(none, controls, data);
  assertEquals(method, null);
  assert(/^No method holds boxes stiller at a price that is allowed/.test(text), text);
});

Deno.test("verdictOf() says first that a control did not come out", () => {
  const wrong = controls.map((control, i) => i ? control : { ...control, isRight: false });
  const { text, areControlsRight } = verdictOf(methods, wrong, data);
  assertEquals(areControlsRight, false);
  assert(text.startsWith("Not to be trusted, as controls did not come out"), text);
});
