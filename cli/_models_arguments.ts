import { longestMatch, merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { argument, command, constant, flag, option } from "@optique/core/primitives";
import { choice, float } from "@optique/core/valueparser";
import type { Device } from "../pipeline/inference_session.ts";
import { place, sha256, wholeNumber } from "./_values.ts";
import type { ModelsOptions } from "./models.ts";
import type { InspectOptions } from "./models_inspect.ts";
import type { PruneOptions } from "./models_prune.ts";

const common = object({
  json: withDefault(flag("--json", { description: message`Print JSON instead of words.` }), false),
  debug: withDefault(flag("--debug", { hidden: true }), false),
});

const floor = withDefault(
  option("--floor", float({ min: 0, max: 1, metavar: "NUMBER" }), {
    description: message`The share of each layer's channels that stays whatever their scales.`,
  }),
  0.1,
);

const network = argument(place("NET"), {
  description: message`A Darknet network, by its .cfg or .weights file, or an .onnx file.`,
});

const list: Parser<"sync", ModelsOptions, unknown> = merge(
  object({
    command: constant("models"),
    info: optional(command(
      "info",
      argument(place("NAME"), {
        description: message`A name that steadybox models lists, a file, a card, or a URL.`,
      }),
      { brief: message`Show all that is known of one model.` },
    )),
    modelSha256: optional(option("--model-sha256", sha256(), {
      description: message`The SHA-256 that the model's file must have.`,
    })),
  }),
  common,
);

const inspect: Parser<"sync", InspectOptions, unknown> = command(
  "inspect",
  merge(object({ command: constant("models inspect"), network, floor }), common),
  {
    brief: message`Show how a network's scales are distributed, and what can be pruned.`,
    description:
      message`Plots the sizes of the scales (gamma) of a network's batch normalisations, and tells up to which ratio pruning leaves every layer more than its floor.`,
  },
);

const pruning = object({
  command: constant("models prune"),
  network,
  ratio: option("--ratio", float({ min: 0, max: 0.9999, metavar: "NUMBER" }), {
    description: message`The share of all channels whose scales are called too small.`,
  }),
  floor,
  iterations: withDefault(
    option("--iterations", wholeNumber({ min: 1, max: 100 }), {
      description: message`How often that share is taken, each time of what is left.`,
    }),
    1,
  ),
  multiple: withDefault(
    option("--multiple", wholeNumber({ min: 1, max: 1024 }), {
      description:
        message`Round the channels that each layer keeps up to a multiple: 8 is quicker on processors.`,
    }),
    1,
  ),
  compensate: withDefault(
    flag("--compensate", {
      description:
        message`Add what removed channels gave all the time to the layers that read them.`,
    }),
    false,
  ),
  output: option("-o", "--output", place("DIR"), {
    description: message`Where the pruned network and the report go.`,
  }),
  overwrite: withDefault(
    flag("--overwrite", { description: message`Replace files that exist.` }),
    false,
  ),
  images: multiple(option("--images", place("SOURCE"), {
    description: message`Pictures, or a directory or glob of such, to compare both networks on.`,
  })),
  device: withDefault(
    option(
      "--device",
      choice<Device | "auto">(["auto", "webgpu", "cpu", "wasm"], {
        metavar: "DEVICE",
      }),
      { description: message`What both networks are timed on: auto, webgpu, cpu or wasm.` },
    ),
    "auto",
  ),
});

const prune: Parser<"sync", PruneOptions, unknown> = command("prune", merge(pruning, common), {
  brief: message`Remove the channels of a network that matter least.`,
  description:
    message`Removes channels by the scales (gamma) of batch normalisations, as SlimYOLOv3 does. The network must have been trained with a penalty on those scales, and has to be trained on afterwards: a Darknet network comes out as cfg and weights for that, and as ONNX.`,
});

/** Reads the arguments of `steadybox models` and of the commands below it. */
export const modelsArguments: Parser<
  "sync",
  ModelsOptions | InspectOptions | PruneOptions,
  unknown
> = longestMatch(inspect, prune, list);
