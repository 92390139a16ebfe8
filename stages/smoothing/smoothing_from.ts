import { smoothOffline, type SmoothOfflineOptions } from "../smooth_offline.ts";
import type { SmoothOptions } from "./smooth_options.ts";
import { smootherFor } from "./smoother_for.ts";

/** What `smooth` takes, or `smoothOffline`. */
export type SmoothingOptions =
  | SmoothOptions
  | SmoothOfflineOptions & { readonly method: "offline" };

/** The parameters that `smooth` and `smoothOffline` have by default, so that a report can name them. */
const MODEL = { measurementSd: 0.002, accelerationDensity: 0.012 };
const ONE_EURO = { minCutoffHz: 2, beta: 20, derivativeCutoffHz: 1 };
const CALM = { calmShare: 0.05, calmSpeed: 0.1, damping: 0.27 };
const GAP = { maxGapS: 0.5 };

/** The names by which methods can be asked for, but for `fixed-lag-N`. */
export const METHOD_NAMES: readonly string[] = [
  "none",
  "one-euro",
  "one-euro-mediapipe",
  "kalman",
  "fixed-lag",
  "offline",
];

/**
 * What keeps boxes still, as the command line asks for it: one of {@linkcode METHOD_NAMES}, or
 * `fixed-lag-N` for a look-ahead of N frames, 1 to 30; and, each behind a colon, numbers that take the
 * place of the method's parameters.
 *
 * @param text What was asked for.
 * @returns All of the method's options; `undefined` if there is no such method or parameter, or one is
 * out of its range.
 *
 * @example A parameter
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const options = smoothingFrom("one-euro:beta=5:min-cutoff-hz=1");
 * assertEquals(options, {
 *   ...{ method: "one-euro", variant: "casiez", minCutoffHz: 1, beta: 5, derivativeCutoffHz: 1 },
 *   maxGapS: 0.5,
 * });
 * ```
 */
export function smoothingFrom(text: string): SmoothingOptions | undefined {
  const [name = "", ...settings] = text.split(":");
  const defaults = defaultsOf(name);
  if (!defaults) return undefined;
  const known = new Map(Object.entries(defaults).filter(([, value]) => typeof value === "number"));
  const given: Record<string, number> = {};
  for (const setting of settings) {
    const [, key = "", value = ""] = /^([a-z-]+)=(.+)$/.exec(setting) ?? [];
    const parameter = key.replaceAll(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    if (!known.has(parameter) || !Number.isFinite(Number(value))) return undefined;
    given[parameter] = Number(value);
  }
  const options: SmoothingOptions = { ...defaults, ...given };
  return isInRange(options) ? options : undefined;
}

function defaultsOf(name: string): SmoothingOptions | undefined {
  switch (name) {
    case "none":
      return { method: "none" };
    case "one-euro":
      return { method: "one-euro", variant: "casiez", ...ONE_EURO, ...GAP };
    case "one-euro-mediapipe":
      return { method: "one-euro", variant: "mediapipe", ...ONE_EURO, ...GAP };
    case "kalman":
      return { method: "kalman", ...MODEL, ...CALM, ...GAP };
    case "offline":
      return { method: "offline", ...MODEL, ...GAP };
    case "fixed-lag":
      return { method: "fixed-lag", lag: 3, ...MODEL, ...GAP };
  }
  const [, lag] = /^fixed-lag-([1-9]|[12]\d|30)$/.exec(name) ?? [];
  return lag === undefined
    ? undefined
    : { method: "fixed-lag", lag: Number(lag), ...MODEL, ...GAP };
}

function isInRange(options: SmoothingOptions): boolean {
  try {
    if (options.method === "offline") smoothOffline([], options);
    else smootherFor(options);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
