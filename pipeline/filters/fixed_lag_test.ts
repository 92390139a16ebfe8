import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { FILTERPY_OPTIONS, filterpyTrack } from "../../tests/_filterpy_track.ts";
import { FixedLagSmoother } from "./fixed_lag.ts";
import { KalmanFilter } from "./kalman.ts";
import { continuousNoise } from "./process_noise.ts";
import { zeroPhase } from "./zero_phase.ts";

const OPTIONS = { processNoise: continuousNoise(900), measurementSd: 2, initialVelocitySd: 30 };

/** A track at uneven times with missing values, and what is known about each. */
const UNEVEN = Array.from({ length: 60 }, (_, i) => ({
  value: i % 7 === 5 || i === 31 ? undefined : 10 * Math.sin(i / 5) + (i * 29 % 11) / 5,
  timestampUs: i * 33_333 + (i * 37 % 13) * 1_500,
  step: { scale: 1 + i / 60, measurementSd: 1 + i % 3 },
}));

/** All that a smoother tells about a track, in order. */
function smoothed(
  smoother: FixedLagSmoother,
  track: readonly {
    value: number | undefined;
    timestampUs: number;
    step?: { scale: number; measurementSd: number };
  }[],
): number[] {
  const results: number[] = [];
  for (const { value, timestampUs, step } of track) {
    const result = smoother.filter(value, timestampUs, step);
    if (result !== undefined) results.push(result);
  }
  return [...results, ...smoother.finish()];
}

Deno.test.each([1, 3, 5])(
  "FixedLagSmoother equals filterpy's smoother over %s frames",
  async (lag) => {
    const { values, timestampsUs, fixed_lag } = await filterpyTrack();
    const smoother = new FixedLagSmoother({ ...FILTERPY_OPTIONS, lag });
    const track = values.map((value, i) => ({ value, timestampUs: timestampsUs[i]! }));
    const results = smoothed(smoother, track);
    const expected = fixed_lag[lag]!;
    assertEquals(results.length, expected.length);
    results.forEach((result, i) => {
      assertAlmostEquals(result, expected[i]!, 1e-9 * Math.abs(expected[i]!));
    });
  },
);

Deno.test("FixedLagSmoother with a lag of 0 is the Kalman filter", () => {
  const kalman = new KalmanFilter(OPTIONS);
  const smoother = new FixedLagSmoother({ ...OPTIONS, lag: 0 });
  for (const { value, timestampUs, step } of UNEVEN) {
    assertEquals(
      smoother.filter(value, timestampUs, step),
      kalman.filter(value, timestampUs, step),
    );
  }
  assertEquals(smoother.finish(), []);
});

Deno.test("FixedLagSmoother with a lag of the whole track is the backward pass over it", () => {
  const smoother = new FixedLagSmoother({ ...OPTIONS, lag: UNEVEN.length });
  const { positions } = zeroPhase(
    UNEVEN.map(({ value }) => value),
    UNEVEN.map(({ timestampUs }) => timestampUs),
    { ...OPTIONS, stepAt: (i) => UNEVEN[i]!.step },
  );
  const results = smoothed(smoother, UNEVEN);
  assertEquals(results.length, positions.length);
  results.forEach((result, i) => assertAlmostEquals(result, positions[i]!, 1e-9));
});

Deno.test("FixedLagSmoother is the backward pass over the frames known so far, uneven or missing", () => {
  const lag = 4;
  const smoother = new FixedLagSmoother({ ...OPTIONS, lag });
  UNEVEN.forEach(({ value, timestampUs, step }, i) => {
    smoother.filter(value, timestampUs, step);
    const known = UNEVEN.slice(0, i + 1);
    const { positions } = zeroPhase(
      known.map(({ value }) => value),
      known.map(({ timestampUs }) => timestampUs),
      { ...OPTIONS, stepAt: (k) => UNEVEN[k]!.step },
    );
    for (let back = 0; back <= Math.min(lag, i); back++) {
      assertAlmostEquals(smoother.positionAt(back), positions[i - back]!, 1e-9);
    }
  });
});

Deno.test("FixedLagSmoother tells each frame once, in a track of any length, and begins anew", () => {
  const smoother = new FixedLagSmoother({ ...OPTIONS, lag: 3 });
  for (let length = 0; length <= 6; length++) {
    assertEquals(smoothed(smoother, UNEVEN.slice(0, length)).length, length);
  }
  const again = smoothed(smoother, UNEVEN);
  const fresh = smoothed(new FixedLagSmoother({ ...OPTIONS, lag: 3 }), UNEVEN);
  assertEquals(again, fresh);
});

Deno.test("FixedLagSmoother refuses what it cannot smooth", () => {
  for (const lag of [-1, 1.5, NaN]) {
    assertThrows(
      () => new FixedLagSmoother({ ...OPTIONS, lag }),
      RangeError,
      "Cannot smooth as lag must be a whole number, at least 0",
    );
  }
  const smoother = new FixedLagSmoother({ ...OPTIONS, lag: 2 });
  assertThrows(() => smoother.filter(undefined, 0), RangeError, "must be measured");
  assertThrows(() => smoother.positionAt(0), RangeError, "Cannot look back");
  smoother.filter(1, 5);
  assertThrows(() => smoother.filter(2, 4), RangeError, "time must not run backwards");
  assertThrows(() => smoother.filter(Infinity, 6), RangeError, "a value must be finite");
  assertThrows(() => smoother.positionAt(1), RangeError, "from 0 to 0: current value is 1");
  assertEquals(smoother.finish(), [1]);
});
