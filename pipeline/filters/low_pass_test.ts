import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { lowPass } from "./low_pass.ts";

Deno.test("lowPass() equals scipy's filtfilt with a Butterworth filter of second order", async () => {
  const { fps, x, filters }: {
    fps: number;
    x: readonly number[];
    filters: readonly { kind: string; filtfilt?: readonly number[] }[];
  } = JSON.parse(
    await Deno.readTextFile(
      new URL("../../tests/fixtures/savgol/scipy_savgol_spectrum.json", import.meta.url),
    ),
  );
  const { filtfilt } = filters.find(({ kind }) => kind === "butter2_lp6")!;
  const smoothed = lowPass(x, { cutoffHz: 6, fps });
  filtfilt!.forEach((expected, i) => assertAlmostEquals(smoothed[i]!, expected, 1e-9 * expected));
});

Deno.test("lowPass() leaves half of a wave at the cut-off frequency, where it was", () => {
  const wave = (hz: number) =>
    Array.from({ length: 600 }, (_, i) => Math.sin(2 * Math.PI * hz * i / 30));
  const halved = lowPass(wave(3), { cutoffHz: 3, fps: 30 });
  // Away from the ends; a shift by any time would show.
  wave(3).slice(200, 400).forEach((x, i) => assertAlmostEquals(halved[200 + i]!, x / 2, 1e-9));
  // The square of the filter's gain: 1 / (1 + (tan(π f / fps) / tan(π fc / fps))⁴).
  const ratio = Math.tan(Math.PI * 5 / 30) / Math.tan(Math.PI * 3 / 30);
  const faster = lowPass(wave(5), { cutoffHz: 3, fps: 30 });
  wave(5).slice(200, 400).forEach((x, i) => {
    assertAlmostEquals(faster[200 + i]!, x / (1 + ratio ** 4), 1e-9);
  });
});

Deno.test("lowPass() keeps a constant, and reversed values give the reversed result within", () => {
  for (const value of lowPass(new Float64Array(12).fill(7), { cutoffHz: 2, fps: 30 })) {
    assertAlmostEquals(value, 7, 1e-12);
  }
  const values = Array.from({ length: 300 }, (_, i) => Math.sin(i * i));
  const forwards = lowPass(values, { cutoffHz: 2, fps: 30 });
  const backwards = lowPass(values.toReversed(), { cutoffHz: 2, fps: 30 }).reverse();
  for (let i = 100; i < 200; i++) assertAlmostEquals(forwards[i]!, backwards[i]!, 1e-9);
  assert(forwards.every((value) => Math.abs(value) < 1));
});

Deno.test("lowPass() leaves the values alone that it was given", () => {
  const values = Float64Array.from({ length: 20 }, (_, i) => i % 3);
  const before = [...values];
  lowPass(values, { cutoffHz: 2, fps: 30 });
  assertEquals([...values], before);
});

Deno.test("lowPass() refuses what it cannot smooth", () => {
  const values = new Float64Array(20);
  for (const cutoffHz of [0, 15, NaN]) {
    assertThrows(() => lowPass(values, { cutoffHz, fps: 30 }), RangeError, "between 0 and 15");
  }
  assertThrows(() => lowPass(values, { cutoffHz: 1, fps: NaN }), RangeError, "fps must be above 0");
  assertThrows(
    () => lowPass(new Float64Array(9), { cutoffHz: 1, fps: 30 }),
    RangeError,
    "Cannot smooth 9 values as it takes more than 9",
  );
});
