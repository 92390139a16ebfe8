import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { FILTERPY_OPTIONS, filterpyTrack } from "../../tests/_filterpy_track.ts";
import { continuousNoise } from "./process_noise.ts";
import { zeroPhase } from "./zero_phase.ts";

const OPTIONS = { processNoise: continuousNoise(900), measurementSd: 2, initialVelocitySd: 1e4 };

Deno.test("zeroPhase() equals filterpy's smoother, in position and velocity", async () => {
  const { values, timestampsUs, rts, rts_velocity } = await filterpyTrack();
  const { positions, velocities } = zeroPhase(values, timestampsUs, FILTERPY_OPTIONS);
  rts.forEach((expected, i) => {
    assertAlmostEquals(positions[i]!, expected, 1e-9 * Math.abs(expected));
    const velocity = rts_velocity[i]!;
    assertAlmostEquals(velocities[i]!, velocity, 1e-9 * Math.abs(velocity));
  });
});

Deno.test("zeroPhase() gives the reversed track for the reversed values", () => {
  // With a velocity of which nothing is known at the start, neither direction is special.
  const timestampsUs = Array.from({ length: 48 }, (_, i) => 33_333 * i + (i * 7 % 5) * 3_000);
  const values = timestampsUs.map((_, i) => i % 9 === 4 ? undefined : 20 * Math.sin(i / 6) + i % 3);
  const options = { ...OPTIONS, initialVelocitySd: 1e6 };
  const { positions } = zeroPhase(values, timestampsUs, options);
  const backwards = zeroPhase(
    values.toReversed(),
    timestampsUs.map((time) => timestampsUs.at(-1)! - time).reverse(),
    options,
  );
  backwards.positions.reverse().forEach((position, i) => {
    assertAlmostEquals(position, positions[i]!, 1e-6);
  });
});

Deno.test("zeroPhase() is the line of least squares when the velocity never changes", () => {
  const timestampsUs = [0, 1e6, 2e6, 4e6, 5e6];
  const values = [1, 2, 4, NaN, 7];
  const { positions, velocities } = zeroPhase(values, timestampsUs, {
    processNoise: continuousNoise(0),
    measurementSd: 1,
    initialVelocitySd: 1e6,
  });
  // Through (0, 1), (1, 2), (2, 4) and (5, 7): mean (2, 3.5), slope 17 / 14.
  timestampsUs.forEach((time, i) => {
    assertAlmostEquals(positions[i]!, 3.5 + 17 / 14 * (time * 1e-6 - 2), 1e-5);
    assertAlmostEquals(velocities[i]!, 17 / 14, 1e-5);
  });
});

Deno.test("zeroPhase() leaves less noise than the values have, and no lag", () => {
  const timestampsUs = Array.from({ length: 300 }, (_, i) => i * 33_333);
  const motion = timestampsUs.map((time) => 30 * Math.sin(2 * Math.PI * 0.5 * time * 1e-6));
  const noise = motion.map((_, i) => 2 * Math.sin(i * i)); // Without a pattern that repeats.
  const values = motion.map((position, i) => position + noise[i]!);
  const { positions } = zeroPhase(values, timestampsUs, { ...OPTIONS, measurementSd: 1.4 });
  const power = (errors: readonly number[]) => errors.reduce((sum, e) => sum + e * e, 0);
  const errorAt = (shift: number) =>
    power(motion.slice(5, -5).map((position, i) => positions[i + 5 + shift]! - position));
  assert(errorAt(0) < 0.4 * power(noise.slice(5, -5)));
  for (const shift of [-2, -1, 1, 2]) assert(errorAt(shift) > errorAt(0));
});

Deno.test("zeroPhase() takes tracks of no and of one value", () => {
  assertEquals(zeroPhase([], [], OPTIONS).positions.length, 0);
  assertEquals([...zeroPhase([5], [99], OPTIONS).positions], [5]);
});

Deno.test("zeroPhase() refuses what it cannot smooth", () => {
  assertThrows(
    () => zeroPhase([1, 2], [0], OPTIONS),
    RangeError,
    "Cannot smooth 2 values as there are 1 timestamps",
  );
  assertThrows(() => zeroPhase([NaN], [0], OPTIONS), RangeError, "must be measured");
  assertThrows(() => zeroPhase([1, Infinity], [0, 1], OPTIONS), RangeError, "must be finite");
  assertThrows(() => zeroPhase([1, 2], [1, 0], OPTIONS), RangeError, "backwards");
  assertThrows(
    () => zeroPhase([1], [0], { ...OPTIONS, measurementSd: -1 }),
    RangeError,
    "measurementSd must be above 0",
  );
});
