import { longestMatch, merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { argument, command, constant, flag, option } from "@optique/core/primitives";
import { choice, float } from "@optique/core/valueparser";
import type { Device } from "../pipeline/inference_session.ts";
import { pictureSize, place, sha256, wholeNumber } from "./_values.ts";
import type { ModelsOptions } from "./models.ts";
import type { EvaluateOptions } from "./models_evaluate.ts";
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

const evaluation = object({
  command: constant("models evaluate"),
  model: argument(place("NET"), {
    description: message`A name that steadybox models lists, a file, a card, or a URL.`,
  }),
  modelSha256: optional(option("--model-sha256", sha256(), {
    description: message`The SHA-256 that the model's file must have.`,
  })),
  labels: optional(option("--labels", place("FILE"), {
    description:
      message`The names of the model's classes, one a line, or coco for COCO's (default: the model's own).`,
  })),
  imgsz: optional(option("--imgsz", pictureSize(), {
    description:
      message`The size of the pictures that the network is fed, where it leaves that free.`,
  })),
  images: multiple(
    option("--images", place("SOURCE"), {
      description: message`Pictures, a directory or glob of such, or a video; may be repeated.`,
    }),
    { min: 1, errors: { tooFew: message`Expected --images, such as a video.` } },
  ),
  truth: multiple(
    option("--truth", place("FILE"), {
      description:
        message`What is there: COCO's JSON, MOT Challenge text or CSV; one for all --images, or one for each.`,
    }),
    { min: 1, errors: { tooFew: message`Expected --truth, the file that tells what is there.` } },
  ),
  truthLabel: optional(option("--truth-label", place("NAME"), {
    description: message`What the objects are where the truth has no names, such as person.`,
  })),
  truthOrigin: optional(option("--truth-origin", wholeNumber({ min: 0, max: 1 }), {
    description:
      message`The number of the truth's first pixel, 0 or 1 (default: 1 in MOT text, else 0).`,
  })),
  onlyListed: withDefault(
    flag("--only-listed", {
      description: message`Pass over frames that the truth does not name: nobody looked at them.`,
    }),
    false,
  ),
  conf: optional(option("--conf", float({ min: 0, max: 1, metavar: "NUMBER" }), {
    description:
      message`The confidence at which precision and recall are told (default: the model's own).`,
  })),
  iou: optional(option("--iou", float({ min: 0, max: 1, metavar: "NUMBER" }), {
    description: message`Above which overlap two boxes are one object (default: the model's own).`,
  })),
  maxDet: withDefault(
    option("--max-det", wholeNumber({ min: 1 }), {
      description: message`How many boxes of a class in a frame count.`,
    }),
    100,
  ),
  ties: withDefault(
    option("--ties", choice(["blend", "suppress"], { metavar: "WAY" }), {
      description: message`What becomes of overlapping boxes: blend, or suppress all but the best.`,
    }),
    "blend",
  ),
});

const looking = object({
  slice: optional(option("--slice", pictureSize(), {
    description:
      message`Look at overlapping slices of this size too, for small objects: 640 or 640x480 pixels.`,
  })),
  overlap: withDefault(
    option("--overlap", float({ min: 0, max: 0.9, metavar: "NUMBER" }), {
      description: message`The share of a slice that the next one shows too.`,
    }),
    0.2,
  ),
  vidStride: withDefault(
    option("--vid-stride", wholeNumber({ min: 1 }), {
      description: message`Judge every NUMBERth frame only.`,
    }),
    1,
  ),
  device: withDefault(
    option(
      "--device",
      choice<Device | "auto">(["auto", "webgpu", "cpu", "wasm"], { metavar: "DEVICE" }),
      { description: message`What runs the network: auto, webgpu, cpu or wasm.` },
    ),
    "auto",
  ),
  quiet: withDefault(
    flag("-q", "--quiet", { description: message`Say nothing but the result and errors.` }),
    false,
  ),
});

const evaluate: Parser<"sync", EvaluateOptions, unknown> = command(
  "evaluate",
  merge(evaluation, looking, common),
  {
    brief: message`Compare what a network finds with what is there.`,
    description:
      message`Runs a network on pictures or videos whose objects somebody has boxed, and tells its average precision as COCO defines it, for each class and over all. Classes are matched by name.`,
  },
);

/** Reads the arguments of `steadybox models` and of the commands below it. */
export const modelsArguments: Parser<
  "sync",
  ModelsOptions | InspectOptions | PruneOptions | EvaluateOptions,
  unknown
> = longestMatch(inspect, prune, evaluate, list);
