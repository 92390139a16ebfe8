import type { KalmanMethod, NoMethod, SmoothMethod, SmoothOptions } from "./smooth_options.ts";
import {
  Agility,
  FixedLagCoordinate,
  KalmanCoordinate,
  OneEuroCoordinate,
} from "./coordinate_filter.ts";
import type { ObjectFilters } from "./object_smoother.ts";
import { Smoother } from "./smoother.ts";

/**
 * What smooths by a method; nothing for `none`.
 *
 * @param options The method and its parameters.
 * @returns The smoother, for one clip.
 * @throws {RangeError} If a parameter is out of range.
 * @throws {TypeError} If there is no such method or variant.
 */
export function smootherFor(options: SmoothOptions): Smoother | undefined {
  const { maxGapS = 0.5 } = options;
  if (!(maxGapS >= 0)) {
    throw new RangeError(`Cannot smooth as maxGapS must be 0 or more: current value is ${maxGapS}`);
  }
  if (options.method === "none") return undefined;
  const filters = filtersFor(options);
  filters().make(); // So that parameters are checked before the first frame.
  return new Smoother({ lag: lagOf(options), maxGapS, filters });
}

function lagOf(options: SmoothMethod): number {
  return options.method === "fixed-lag" ? options.lag ?? 3 : 0;
}

function filtersFor(options: Exclude<SmoothMethod, NoMethod>): () => ObjectFilters {
  switch (options.method) {
    case "one-euro": {
      const { variant = "casiez", minCutoffHz = 2, beta = 20, derivativeCutoffHz = 1 } = options;
      const method = { variant, minCutoffHz, beta, derivativeCutoffHz };
      return () => ({ make: () => new OneEuroCoordinate(method) });
    }
    case "kalman": {
      const method = kalmanMethodOf(options);
      return () => {
        const agility = new Agility(method);
        return { agility, make: () => new KalmanCoordinate(method, agility) };
      };
    }
    case "fixed-lag": {
      const { measurementSd = 0.002, accelerationDensity = 0.012 } = options;
      const method = { ...options, lag: lagOf(options), measurementSd, accelerationDensity };
      return () => ({ make: () => new FixedLagCoordinate(method) });
    }
    default: {
      const { method } = options as { method: unknown };
      throw new TypeError(
        `Cannot smooth as method must be none, one-euro, kalman or fixed-lag: current value is "${method}"`,
      );
    }
  }
}

function kalmanMethodOf(options: KalmanMethod): Required<KalmanMethod> {
  const {
    method,
    measurementSd = 0.002,
    accelerationDensity = 0.012,
    calmShare = 0.05,
    calmSpeed = 0.1,
    damping = 0.27,
  } = options;
  if (!(accelerationDensity >= 0 && accelerationDensity < Infinity)) {
    throw new RangeError(
      `Cannot smooth as accelerationDensity must be 0 or more: current value is ${accelerationDensity}`,
    );
  }
  if (!(calmShare >= 0 && calmShare <= 1)) {
    throw new RangeError(
      `Cannot smooth as calmShare must be from 0 to 1: current value is ${calmShare}`,
    );
  }
  if (!(calmSpeed > 0 && calmSpeed < Infinity)) {
    throw new RangeError(
      `Cannot smooth as calmSpeed must be above 0: current value is ${calmSpeed}`,
    );
  }
  if (!(damping >= 0 && damping < 1)) {
    throw new RangeError(
      `Cannot smooth as damping must be from 0 to below 1: current value is ${damping}`,
    );
  }
  return { method, measurementSd, accelerationDensity, calmShare, calmSpeed, damping };
}
