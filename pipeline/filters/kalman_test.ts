import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { FILTERPY_OPTIONS, filterpyTrack } from "../../tests/_filterpy_track.ts";
import { KalmanFilter } from "./kalman.ts";
import { continuousNoise } from "./process_noise.ts";

const OPTIONS = { processNoise: continuousNoise(50), measurementSd: 2, initialVelocitySd: 30 };

/** Fails unless the numbers differ by no more than a billionth of the expected one. */
function assertClose(actual: number, expected: number): void {
  assertAlmostEquals(actual, expected, 1e-9 * Math.abs(expected));
}

Deno.test("KalmanFilter equals filterpy's, with its covariances and where values are missing", async () => {
  const { values, timestampsUs, filtered, filtered_P } = await filterpyTrack();
  const kalman = new KalmanFilter(FILTERPY_OPTIONS);
  values.forEach((value, i) => {
    assertClose(kalman.filter(value, timestampsUs[i]!), filtered[i]!);
    const [[p11, p12], [, p22]] = filtered_P[i] as [[number, number], [number, number]];
    assertClose(kalman.positionVariance, p11);
    assertClose(kalman.covariance, p12);
    assertClose(kalman.velocityVariance, p22);
  });
});

Deno.test("KalmanFilter follows a ramp without lag at any frame rate, one that varies too", () => {
  const kalman = new KalmanFilter(OPTIONS);
  let timestampUs = 0;
  for (let i = 0; i < 400; i++) {
    timestampUs += [8_000, 33_000, 100_000, 400_000][i % 4]!;
    kalman.filter(3 + 90e-6 * timestampUs, timestampUs);
  }
  assertAlmostEquals(kalman.position, 3 + 90e-6 * timestampUs, 1e-6);
  assertAlmostEquals(kalman.velocity, 90, 1e-6);
});

Deno.test("KalmanFilter reaches the gains of the steady state that are known in closed form", () => {
  // Of the model with piecewise noise: Kalata, IEEE Trans. Aerospace and Electronic Systems 20(2), 1984.
  const intervalS = 1 / 30;
  const kalman = new KalmanFilter(FILTERPY_OPTIONS);
  for (let i = 0; i < 500; i++) kalman.filter(0, i * intervalS * 1e6);
  const index = 200 * intervalS ** 2 / 1.5; // How the manoeuvres compare with the noise.
  const r = (4 + index - Math.sqrt(8 * index + index ** 2)) / 4;
  const alpha = 1 - r ** 2;
  const beta = 2 * (2 - alpha) - 4 * Math.sqrt(1 - alpha);
  assertAlmostEquals(kalman.positionVariance / 1.5 ** 2, alpha, 1e-9);
  assertAlmostEquals(kalman.covariance / 1.5 ** 2, beta / intervalS, 1e-9);
});

Deno.test("KalmanFilter expects after one long interval what it does after two short ones", () => {
  const [long, short] = [new KalmanFilter(OPTIONS), new KalmanFilter(OPTIONS)];
  for (const kalman of [long, short]) {
    kalman.filter(4, 0);
    kalman.filter(9, 33_000);
  }
  short.filter(undefined, 50_000);
  assertAlmostEquals(long.filter(undefined, 99_000), short.filter(undefined, 99_000), 1e-9);
  assertAlmostEquals(long.positionVariance, short.positionVariance, 1e-9);
  assertAlmostEquals(long.filter(2, 150_000), short.filter(2, 150_000), 1e-9);
});

Deno.test("KalmanFilter weighs a value by its own noise", () => {
  const kalman = new KalmanFilter(OPTIONS);
  kalman.filter(10, 0);
  // At the same time the belief is the first value's alone: variances of 4 and 36 meet.
  assertAlmostEquals(kalman.filter(20, 0, { measurementSd: 6 }), 10 + 10 * 4 / 40, 1e-12);
  assertAlmostEquals(kalman.innovation, 10, 1e-12);
  assertAlmostEquals(kalman.innovationVariance, 40, 1e-12);
  assertAlmostEquals(kalman.positionVariance, 4 * 36 / 40, 1e-12);
});

Deno.test("KalmanFilter's innovations have the variance that it tells, and no correlation", () => {
  // A made track of the very model; the numbers of a fixed generator are nearly normal in sum of 12.
  let seed = 3;
  const normal = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) {
      seed = (seed * 1664525 + 1013904223) % 2 ** 32;
      sum += seed / 2 ** 32;
    }
    return sum;
  };
  const kalman = new KalmanFilter(OPTIONS);
  let [position, velocity, squares, products, last] = [0, 30 * normal(), 0, 0, 0];
  const count = 4000;
  const t = 0.04;
  for (let i = 0; i < count; i++) {
    kalman.filter(position + 2 * normal(), i * t * 1e6);
    const push = Math.sqrt(50 * t) * normal();
    // The part of the position's noise that the velocity's does not tell: t³/3 - t³/4.
    position += t * velocity + t / 2 * push + Math.sqrt(50 * t ** 3 / 12) * normal();
    velocity += push;
    if (i < 2) continue;
    const unit = kalman.innovation / Math.sqrt(kalman.innovationVariance);
    squares += unit ** 2 / count;
    products += unit * last / count;
    last = unit;
  }
  // Four standard deviations.
  assertAlmostEquals(squares, 1, 4 * Math.sqrt(2 / count));
  assertAlmostEquals(products, 0, 4 / Math.sqrt(count));
});

Deno.test("KalmanFilter gives scaled positions for scaled values when it knows the scale", () => {
  const [one, large] = [new KalmanFilter(OPTIONS), new KalmanFilter(OPTIONS)];
  for (let i = 0; i < 30; i++) {
    const value = i === 9 ? undefined : Math.sin(i);
    const scaled = value === undefined ? undefined : 300 * value;
    const expected = 300 * one.filter(value, i * 33_333);
    assertAlmostEquals(large.filter(scaled, i * 33_333, { scale: 300 }), expected, 1e-9);
  }
});

Deno.test("KalmanFilter steps by predict() and update() as by filter()", () => {
  const [whole, halves] = [new KalmanFilter(OPTIONS), new KalmanFilter(OPTIONS)];
  whole.filter(5, 0);
  halves.filter(5, 0);
  assertEquals(halves.predict(40_000), whole.filter(undefined, 40_000));
  whole.filter(7, 90_000);
  halves.predict(90_000);
  assertEquals(halves.update(7), whole.position);
});

Deno.test("KalmanFilter goes over to other coordinates by move() as if it had been there", () => {
  const values = [3, 8, 11, undefined, 20, 22];
  const here = new KalmanFilter(OPTIONS);
  const there = new KalmanFilter(OPTIONS);
  const [unit, shift] = [2.5, -40];
  values.slice(0, 3).forEach((value, i) => here.filter(value, i * 33_000));
  here.move(unit * here.position + shift, unit * here.velocity, unit);
  values.forEach((value, i) => {
    const moved = value === undefined ? value : unit * value + shift;
    there.filter(moved, i * 33_000, { scale: unit });
    if (i >= 3) here.filter(moved, i * 33_000, { scale: unit });
  });
  assertAlmostEquals(here.position, there.position, 1e-9);
  assertAlmostEquals(here.velocity, there.velocity, 1e-9);
  assertAlmostEquals(here.positionVariance, there.positionVariance, 1e-9);
  assertAlmostEquals(here.velocityVariance, there.velocityVariance, 1e-9);
  assertThrows(() => here.move(0, 0, 0), RangeError, "scale must be above 0");
  assertThrows(() => new KalmanFilter(OPTIONS).move(0, 0, 1), RangeError, "must be measured");
});

Deno.test("KalmanFilter forgets all by reset()", () => {
  const kalman = new KalmanFilter(OPTIONS);
  const trace = () => [3, 8, undefined, 4].map((value, i) => kalman.filter(value, i * 33_000));
  const first = trace();
  kalman.reset();
  assertEquals(kalman.position, NaN);
  assertEquals(trace(), first);
});

Deno.test("KalmanFilter refuses what it cannot filter", () => {
  for (const name of ["measurementSd", "initialVelocitySd"] as const) {
    const options = { ...OPTIONS, [name]: 0 };
    assertThrows(() => new KalmanFilter(options), RangeError, `${name} must be above 0`);
  }
  const kalman = new KalmanFilter(OPTIONS);
  const noStart = "the first value must be measured";
  assertThrows(() => kalman.filter(undefined, 0), RangeError, noStart);
  assertThrows(() => kalman.predict(0), RangeError, noStart);
  assertThrows(() => kalman.update(0), RangeError, noStart);
  assertThrows(() => kalman.filter(NaN, 0), RangeError, "a value must be finite");
  assertThrows(() => kalman.filter(1, NaN), RangeError, "a timestamp must be finite");
  kalman.filter(1, 10);
  assertThrows(() => kalman.filter(1, 9), RangeError, "time must not run backwards");
  assertThrows(() => kalman.filter(1, 11, { scale: -1 }), RangeError, "scale must be above 0");
  assertThrows(() => kalman.update(1, { measurementSd: 0 }), RangeError, "measurementSd must be");
  assertEquals(kalman.filter(1, 10), 1);
});
