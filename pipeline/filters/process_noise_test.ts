import { assertAlmostEquals, assertThrows } from "@std/assert";
import { continuousNoise, piecewiseNoise } from "./process_noise.ts";

Deno.test("continuousNoise() adds in two intervals what it adds in one as long as both", () => {
  const noise = continuousNoise(7);
  const [s, t] = [0.04, 0.11];
  // The noise of the first interval is carried through the second one: F Q Fᵀ + Q.
  const position = noise.positionVariance(s) + 2 * t * noise.covariance(s) +
    t ** 2 * noise.velocityVariance(s) + noise.positionVariance(t);
  const covariance = noise.covariance(s) + t * noise.velocityVariance(s) + noise.covariance(t);
  const velocity = noise.velocityVariance(s) + noise.velocityVariance(t);
  assertAlmostEquals(noise.positionVariance(s + t), position, 1e-15);
  assertAlmostEquals(noise.covariance(s + t), covariance, 1e-15);
  assertAlmostEquals(noise.velocityVariance(s + t), velocity, 1e-15);
});

Deno.test("continuousNoise() is the integral of what each moment adds", () => {
  const t = 0.3;
  const noise = continuousNoise(7);
  // A push of the velocity at time u moves the position by t - u; Simpson's rule is exact for squares.
  const integral = (push: (u: number) => number) => t / 6 * (push(0) + 4 * push(t / 2) + push(t));
  assertAlmostEquals(noise.positionVariance(t), integral((u) => 7 * (t - u) ** 2), 1e-15);
  assertAlmostEquals(noise.covariance(t), integral((u) => 7 * (t - u)), 1e-15);
  assertAlmostEquals(noise.velocityVariance(t), integral(() => 7), 1e-15);
});

Deno.test("piecewiseNoise() is what a constant acceleration of random size moves", () => {
  const t = 0.3;
  const noise = piecewiseNoise(4);
  const [moved, quickened] = [4 * t ** 2 / 2, 4 * t];
  assertAlmostEquals(noise.positionVariance(t), moved ** 2, 1e-15);
  assertAlmostEquals(noise.covariance(t), moved * quickened, 1e-15);
  assertAlmostEquals(noise.velocityVariance(t), quickened ** 2, 1e-15);
});

Deno.test("continuousNoise() and piecewiseNoise() refuse a spread below 0", () => {
  for (const value of [-1, NaN, Infinity]) {
    assertThrows(() => continuousNoise(value), RangeError, "density must be 0 or more");
    assertThrows(() => piecewiseNoise(value), RangeError, "accelerationSd must be 0 or more");
  }
});
