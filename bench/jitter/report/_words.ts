import type { Measured, MeasuredInterval, PerCoordinate } from "./report_types.ts";

/** What stands where there is no number. */
export const NOTHING = "–";

/**
 * A number with three digits that count, without exponent.
 *
 * @param value The number.
 * @returns The text; {@linkcode NOTHING} of `null`.
 */
export function numberText(value: number | null): string {
  if (value === null) return NOTHING;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
}

/**
 * A setting as it was given: `3`, `0.25`.
 *
 * @param value The number.
 * @returns The text.
 */
export function settingText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/**
 * A change with its sign: `−62.4 %`.
 *
 * @param percent The change in percent.
 * @returns The text.
 */
export function changeText(percent: number): string {
  const text = `${percent.toFixed(1).replace("-", "−")} %`;
  if (Number(percent.toFixed(1)) === 0) return "0.0 %";
  return percent > 0 ? `+${text}` : text;
}

/**
 * A ratio as a change: `−62.4 %` of 0.376.
 *
 * @param ratio The ratio.
 * @returns The text; {@linkcode NOTHING} of `null`.
 */
export function ratioAsChange(ratio: number | null): string {
  return ratio === null ? NOTHING : changeText(100 * (ratio - 1));
}

/**
 * An interval in words: `70.4 to 74.6`.
 *
 * @param interval The interval.
 * @param textOf How a number is written.
 * @returns The words; nothing of `null`.
 */
function intervalText(
  interval: MeasuredInterval | null,
  textOf: (value: number) => string = numberText,
): string | undefined {
  if (!interval) return undefined;
  const [low, high] = [textOf(interval.low), textOf(interval.high)];
  return `${low.replace(/ %$/, "")} to ${high}`; // The unit once, behind both.
}

/** What a number is, and how sure it is. */
export interface Words {
  /** The number. */
  readonly text: string;
  /** Its interval, or what else belongs to it. */
  readonly detail?: string | undefined;
}

/**
 * A measured number with its interval.
 *
 * @param measured The number.
 * @param textOf How numbers are written.
 * @returns The words.
 */
export function measuredWords(
  { estimate, interval }: Measured,
  textOf: (value: number | null) => string = numberText,
): Words {
  return { text: textOf(estimate), detail: intervalText(interval, textOf) };
}

/** The four coordinates of a box, in the order of a report. */
export const COORDINATES = ["centreX", "centreY", "width", "height"] as const;

/**
 * One number of four: the root mean square of those that are known.
 *
 * @param values A value for each coordinate.
 * @returns The number; `null` if none is known.
 */
export function overall(values: PerCoordinate<number | null>): number | null {
  const known = COORDINATES.map((name) => values[name]).filter((value) => value !== null);
  if (known.length === 0) return null;
  return Math.sqrt(known.reduce((sum, value) => sum + value * value, 0) / known.length);
}

/**
 * Things in a row, as English has them: `a, b and c`.
 *
 * @param things The things.
 * @returns The words.
 */
export function listed(things: readonly string[]): string {
  return things.length < 2
    ? things.join()
    : `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}

/**
 * The names of the coordinates with a number each.
 *
 * @param values The numbers.
 * @returns Such as `centre x 1.8, centre y 1.5, width 3.9 and height 3.2`.
 */
export function coordinateWords(values: PerCoordinate<number | null>): string {
  const names = { centreX: "centre x", centreY: "centre y", width: "width", height: "height" };
  return listed(COORDINATES.map((name) => `${names[name]} ${numberText(values[name])}`));
}
