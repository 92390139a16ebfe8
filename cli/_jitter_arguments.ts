import { group, merge, object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { argument, constant, flag, negatableFlag, option } from "@optique/core/primitives";
import { choice, float } from "@optique/core/valueparser";
import type { Resize, Ties } from "../bench/jitter/observe/observed_clip.ts";
import { METHOD_NAMES, smoothingFrom } from "../stages/smoothing/smoothing_from.ts";
import { jitterCompareArguments } from "./_jitter_compare_arguments.ts";
import { nameList, place, timeS, wholeNumber } from "./_values.ts";
import type { JitterOptions } from "./_jitter_options.ts";
import type { JitterCompareOptions } from "./jitter_compare.ts";

const TIES: readonly Ties[] = ["blend", "suppress", "blend-over-time"];
const RESIZES: readonly Resize[] = ["bilinear", "area"];

function isOneOf<T extends string>(known: readonly T[]): (name: string) => name is T {
  return (name): name is T => known.some((other) => other === name);
}

function isMethod(name: string): name is string {
  return smoothingFrom(name) !== undefined;
}

const inputs = object({
  command: constant("jitter"),
  sources: multiple(argument(place("SOURCE"), { description: message`Videos.` })),
  tracks: multiple(option("--tracks", place("FILE"), {
    description:
      message`Measure boxes that another program found, in place of videos: MOT text, or JSON lines of DL Streamer or steadybox. May be given several times.`,
  })),
  fps: optional(option("--fps", float({ min: 0.1, max: 1000, metavar: "NUMBER" }), {
    description: message`The frame rate of --tracks files without times, such as MOT text.`,
  })),
  truth: multiple(option("--truth", place("FILE"), {
    description:
      message`Where the objects truly are, as MOT text: one for each SOURCE or --tracks, in their order.`,
  })),
  start: optional(option("--start", timeS({ min: "zero" }), {
    description: message`Where to begin in each video, in seconds or as h:mm:ss.`,
  })),
  duration: optional(option("--duration", timeS({ min: "above zero" }), {
    description: message`How much of each video to take, in seconds or as h:mm:ss.`,
  })),
});

const methods = object({
  model: optional(option("-m", "--model", place("NAME"), {
    description: message`A name that steadybox models lists, or a file (default: blazeface-full).`,
  })),
  device: withDefault(
    option("--device", choice(["auto", "webgpu", "cpu", "wasm"], { metavar: "DEVICE" }), {
      description: message`What runs the network: auto, webgpu, cpu or wasm.`,
    }),
    "auto",
  ),
  conf: optional(option("--conf", float({ min: 0, max: 1, metavar: "NUMBER" }), {
    description:
      message`The lowest confidence with which an object appears, from 0 to 1 (default: the model's own).`,
  })),
  ties: optional(
    option("--ties", nameList({ metavar: "LIST", known: TIES, isKnown: isOneOf(TIES) }), {
      description:
        message`How overlapping boxes are resolved, separated by commas, the baseline first: blend, suppress, blend-over-time (default: blend).`,
    }),
  ),
  resize: optional(
    option("--resize", nameList({ metavar: "LIST", known: RESIZES, isKnown: isOneOf(RESIZES) }), {
      description:
        message`How frames are scaled for the network, separated by commas, the baseline first: bilinear, area (default: bilinear).`,
    }),
  ),
  smooth: withDefault(
    option("--smooth", nameList({ metavar: "LIST", known: METHOD_NAMES, isKnown: isMethod }), {
      description:
        message`What keeps boxes still, separated by commas: none, one-euro, one-euro-mediapipe, kalman, fixed-lag, fixed-lag-N to look N frames ahead, offline; with parameters if need be, as in kalman:damping=0.4:calm-speed=0.2.`,
    }),
    ["one-euro", "one-euro-mediapipe", "kalman", "fixed-lag-1", "fixed-lag", "offline"],
  ),
  perturbation: withDefault(
    negatableFlag({ positive: "--perturbation", negative: "--no-perturbation" }, {
      description:
        message`Measure as well how boxes tremble when a picture is moved or disturbed a little, one picture a second; it takes most of the time (default: yes).`,
    }),
    true,
  ),
  seed: withDefault(
    option("--seed", wholeNumber({ min: 0, max: 2 ** 32 - 1 }), {
      description: message`What intervals are drawn from: the same gives the same numbers.`,
    }),
    1,
  ),
});

const outputs = object({
  report: option("--report", place("DIR"), {
    description: message`Where the report goes: report.html, report.md, report.json, tracks.csv.`,
  }),
  overwrite: withDefault(
    flag("--overwrite", { description: message`Replace a report that exists.` }),
    false,
  ),
  quiet: withDefault(
    flag("-q", "--quiet", { description: message`Say nothing but errors and the result.` }),
    false,
  ),
  debug: withDefault(flag("--debug", { hidden: true }), false),
});

const measure: Parser<"sync", JitterOptions, unknown> = merge(
  group("Inputs", inputs),
  group("Methods", methods),
  group("Outputs", outputs),
);

/** Reads the arguments of `steadybox jitter` and of the command below it. */
export const jitterArguments: Parser<"sync", JitterOptions | JitterCompareOptions, unknown> = or(
  jitterCompareArguments,
  measure,
);
