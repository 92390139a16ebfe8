/** Throws unless the number is above 0 and finite. */
export function checkPositive(purpose: string, name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new RangeError(`Cannot ${purpose} as ${name} must be above 0: current value is ${value}`);
}

/** Throws unless the number is 0 or more, and finite. */
export function checkNotNegative(purpose: string, name: string, value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new RangeError(`Cannot ${purpose} as ${name} must be 0 or more: current value is ${value}`);
}

/** Throws unless the number is a whole one, from a least value on. */
export function checkCount(purpose: string, name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(
    `Cannot ${purpose} as ${name} must be a whole number, at least ${least}: current value is ${value}`,
  );
}

/** Throws unless the number is finite: one that is not would stay in a filter for good. */
export function checkFinite(purpose: string, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(`Cannot ${purpose} as ${name} must be finite: current value is ${value}`);
}

/** Throws unless the standard deviations are above 0. */
export function checkSpreads(
  { measurementSd, initialVelocitySd }: {
    readonly measurementSd: number;
    readonly initialVelocitySd: number;
  },
): void {
  checkPositive("filter", "measurementSd", measurementSd);
  checkPositive("filter", "initialVelocitySd", initialVelocitySd);
}
