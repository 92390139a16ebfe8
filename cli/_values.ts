import { message, text, value } from "@optique/core/message";
import type { NonEmptyString } from "@optique/core/nonempty";
import type { Length, Region } from "../stages/slicing/region.ts";
import { METHOD_NAMES, smoothingFrom } from "../stages/smoothing/smoothing_from.ts";
import { integer, type ValueParser } from "@optique/core/valueparser";
import type { Size } from "../pipeline/fit.ts";

/** A value parser out of a function that gives `undefined` for what it cannot read. */
function valueParser<T>(
  { metavar, wanted, placeholder, parse, format }: {
    readonly metavar: NonEmptyString;
    readonly wanted: string;
    readonly placeholder: T & (object | string | number);
    readonly parse: (input: string) => T | undefined;
    readonly format: (parsed: T) => string;
  },
): ValueParser<"sync", T> {
  return {
    mode: "sync",
    metavar,
    placeholder,
    format,
    parse(input) {
      const parsed = parse(input);
      if (parsed !== undefined) return { success: true, value: parsed };
      return {
        success: false,
        error: message`Expected ${text(wanted)}, but got ${value(input)}.`,
      };
    },
  };
}

/** Seconds, or minutes and seconds, or hours, minutes and seconds, separated by colons. */
const TIME = /^(?:(?:(\d+):)?([0-5]?\d):(?=[0-5]?\d(?:\.|$)))?(\d+(?:\.\d*)?|\.\d+)$/;

/** A number of one unit, such as `10m`. */
const QUANTITY = /^(\d+(?:\.\d*)?)([smh])$/;
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function secondsFrom(input: string): number | undefined {
  const [, count, unit] = QUANTITY.exec(input) ?? [];
  if (unit !== undefined) return Number(count) * UNIT_S[unit]!;
  const [, hours = "0", minutes = "0", seconds] = TIME.exec(input) ?? [];
  if (seconds === undefined) return undefined;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return Number.isSafeInteger(Math.ceil(total * 1e6)) ? total : undefined;
}

/** Reads a time in seconds: `90`, `90s`, `1.5m`, `1:30` and `0:01:30.0` are the same. */
export function timeS(
  { min }: { readonly min: "zero" | "above zero" },
): ValueParser<"sync", number> {
  return valueParser({
    metavar: "TIME",
    wanted: `a time ${min === "zero" ? "of 0 or more" : "above 0"}, such as 12.5 or 1:30`,
    placeholder: 1,
    parse(input) {
      const seconds = secondsFrom(input);
      return seconds === undefined || (seconds === 0 && min !== "zero") ? undefined : seconds;
    },
    format: String,
  });
}

/** Reads a whole number. */
export function wholeNumber(
  { metavar = "NUMBER", ...limits }: {
    readonly min: number;
    readonly max?: number;
    readonly metavar?: NonEmptyString;
  },
): ValueParser<"sync", number> {
  return integer({
    ...limits,
    metavar,
    errors: {
      unsafeInteger: (input) => message`Expected a whole number below 2^53, but got ${input}.`,
    },
  });
}

/** Reads names or numbers of classes, separated by commas. */
export function classes(): ValueParser<"sync", readonly (string | number)[]> {
  return valueParser<readonly (string | number)[]>({
    metavar: "LIST",
    wanted: "names or numbers of classes, such as person,2",
    placeholder: [],
    parse(input) {
      const names = input.split(",").map((name) => name.trim());
      if (names.includes("")) return undefined;
      return names.map((name) => /^\d+$/.test(name) ? Number(name) : name);
    },
    format: (names) => names.join(","),
  });
}

/** Reads names of a known kind, separated by commas, each once. */
export function nameList<T extends string>(
  { metavar, known, isKnown }: {
    readonly metavar: NonEmptyString;
    readonly known: readonly string[];
    readonly isKnown: (name: string) => name is T;
  },
): ValueParser<"sync", readonly T[]> {
  return valueParser<readonly T[]>({
    metavar,
    wanted: `some of ${known.join(", ")}, separated by commas`,
    placeholder: [],
    parse(input) {
      const names = [...new Set(input.split(",").map((name) => name.trim()))];
      return names.every(isKnown) ? names : undefined;
    },
    format: (names) => names.join(","),
  });
}

/** Reads what keeps boxes still, with its parameters. */
export function smoothing(): ValueParser<"sync", string> {
  return valueParser({
    metavar: "METHOD",
    wanted: `one of ${METHOD_NAMES.join(", ")}, with parameters as in kalman:damping=0.4`,
    placeholder: "none",
    parse: (input) => smoothingFrom(input) && input,
    format: (text) => text,
  });
}

/** Reads a share, such as `5%` or `0.05`. */
export function percentage(): ValueParser<"sync", number> {
  return valueParser({
    metavar: "PERCENT",
    wanted: "a share of 0 or more, such as 5% or 0.05",
    placeholder: 0.05,
    parse(input) {
      const [, digits, sign] = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(input.trim()) ?? [];
      if (digits === undefined) return undefined;
      return Number(digits) / (sign === "%" ? 100 : 1);
    },
    format: (share) => `${Number((100 * share).toPrecision(6))}%`,
  });
}

/** Reads a polygon: its corners' x and y in turn, in pixels or as percentages of the frame. */
export function region(): ValueParser<"sync", Region> {
  return valueParser<Region>({
    metavar: "X,Y,X,Y,…",
    wanted: "three corners or more, each in pixels or %, such as 0,0,100%,0,50%,300",
    placeholder: [[0, 0], ["100%", 0], ["100%", "100%"]],
    parse(input) {
      const lengths = input.split(",").map((text) => text.trim());
      if (lengths.length < 6 || lengths.length % 2 !== 0) return undefined;
      if (!lengths.every((text) => /^-?\d+(\.\d+)?%?$/.test(text))) return undefined;
      const values = lengths.map((text) => text.endsWith("%") ? text as Length : Number(text));
      return values.flatMap((x, i) => i % 2 === 0 ? [[x, values[i + 1]!] as const] : []);
    },
    format: (corners) => corners.flat().join(","),
  });
}

/** Reads a path or URL. */
export function place(metavar: NonEmptyString): ValueParser<"sync", string> {
  return valueParser({
    metavar,
    wanted: "a name",
    placeholder: "name",
    parse: (input) => input.trim() === "" || input.includes("\0") ? undefined : input,
    format: String,
  });
}

/** Reads a SHA-256 in hexadecimal digits. */
export function sha256(): ValueParser<"sync", string> {
  return valueParser({
    metavar: "HEX",
    wanted: "the 64 hexadecimal digits of a SHA-256",
    placeholder: "0".repeat(64),
    parse: (input) => /^[0-9a-f]{64}$/i.test(input) ? input.toLowerCase() : undefined,
    format: String,
  });
}

/** Reads the size of pictures: `640x384`, or `640` for a square. */
export function pictureSize(): ValueParser<"sync", Size> {
  return valueParser({
    metavar: "SIZE",
    wanted: "a width, or a width and a height in pixels, such as 640 or 640x384",
    placeholder: { width: 640, height: 640 },
    parse(input) {
      const [, width, height = width] = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/i.exec(input) ?? [];
      return width === undefined ? undefined : { width: Number(width), height: Number(height) };
    },
    format: ({ width, height }) => `${width}x${height}`,
  });
}

/** Reads the name of a codec or encoder. */
export function codecName(): ValueParser<"sync", string> {
  return valueParser({
    metavar: "NAME",
    wanted: "the name of a codec, such as h265",
    placeholder: "h264",
    parse: (input) => /^[a-z0-9][a-z0-9_-]*$/i.test(input) ? input : undefined,
    format: String,
  });
}

/** Reads what of the hardware decodes. */
export function hwaccelName(): ValueParser<"sync", string> {
  return valueParser({
    metavar: "KIND",
    wanted: "none, auto or a kind of hardware, such as vaapi",
    placeholder: "none",
    parse: (input) => /^[a-z0-9_]+$/.test(input) ? input : undefined,
    format: String,
  });
}

/** Reads the name of a variable of the environment. */
export function variableName(): ValueParser<"sync", string> {
  return valueParser({
    metavar: "NAME",
    wanted: "the name of a variable, such as CAMERA_URL",
    placeholder: "NAME",
    parse: (input) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(input) ? input : undefined,
    format: String,
  });
}
