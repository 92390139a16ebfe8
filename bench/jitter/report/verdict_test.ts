import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { measuredFor } from "../../../tests/_measured.ts";
import { madeClip } from "../controls/made_clip.ts";
import { verdictOf } from "./verdict.ts";

const BOX = { x1: 10, y1: 10, x2: 30, y2: 40 };
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

Deno.test.each([
  { what: "at 12 frames a second", stepUs: 83_333, sigmaPercent: 0.4, says: "Frames are too few" },
  { what: "of boxes that do not move", stepUs: 33_333, sigmaPercent: 0, says: "Raw boxes do not" },
])("verdictOf() blames no method $what", async ({ stepUs, sigmaPercent, says }) => {
  const clip = madeClip({ seed: 4, tracks: 1, frames: 60, sigmaPercent, correlation: 0 });
  const frames = clip.observations[0].frames.map(({ tracks }, i) => ({
    timestampUs: i * stepUs,
    tracks: sigmaPercent > 0
      ? tracks
      : tracks.map((track) => ({ ...track, box: BOX, rawBox: BOX })),
  }));
  const seen = { ...clip, observations: [{ id: "made", frames }] as const };
  const { report: { verdict } } = await measuredFor([seen], ["kalman"]);
  assertEquals(verdict.method, null);
  assert(verdict.text.startsWith(says), verdict.text);
});
