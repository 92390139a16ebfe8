import { object, or } from "@optique/core/constructs";
import { lineBreak, type Message, message, text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { argument, command, constant, flag } from "@optique/core/primitives";
import { HEALTH_RULES } from "../stages/live_view/health.ts";
import { jitterArguments } from "./_jitter_arguments.ts";
import { modelsArguments } from "./_models_arguments.ts";
import { runArguments } from "./_run_arguments.ts";
import { place } from "./_values.ts";
import type { DevicesOptions } from "./devices.ts";
import type { JitterOptions } from "./_jitter_options.ts";
import type { JitterCompareOptions } from "./jitter_compare.ts";
import type { ModelsOptions } from "./models.ts";
import type { EvaluateOptions } from "./models_evaluate.ts";
import type { InspectOptions } from "./models_inspect.ts";
import type { PruneOptions } from "./models_prune.ts";
import type { ProbeOptions } from "./probe.ts";
import type { RunOptions } from "./_run_options.ts";

/** What the user asked for: one of the commands and its options. */
export type Request =
  | RunOptions
  | ProbeOptions
  | ModelsOptions
  | InspectOptions
  | PruneOptions
  | EvaluateOptions
  | JitterOptions
  | JitterCompareOptions
  | DevicesOptions;

/** What is understood everywhere, and shown nowhere. */
const debug = withDefault(flag("--debug", { hidden: true }), false);

const json = withDefault(
  flag("--json", { description: message`Print JSON instead of words.` }),
  false,
);

/** Lines of text under a heading. */
function lines(heading: string, ...texts: readonly string[]): Message {
  return [text(heading), ...texts.flatMap((line) => [lineBreak(), text(`  ${line}`)])];
}

const probeArguments = object({
  command: constant("probe"),
  source: argument(place("SOURCE"), { description: message`A video, a picture or a URL.` }),
  json,
  debug,
});

const devicesArguments = object({ command: constant("devices"), json, debug });

/** Reads the arguments of the program. */
export const programArguments: Parser<"sync", Request, unknown> = or(
  command("run", runArguments, {
    brief: message`Find faces or objects, and write them as a video or as text.`,
    usageLine: [
      { type: "literal", value: "[OPTION]..." },
      { type: "argument", metavar: "SOURCE..." },
    ],
    description:
      message`Finds faces or objects in a video, draws their boxes and lists them. Without any output it prints a summary and writes nothing. Of the text formats, one may be - for standard output.`,
    footer: [
      ...lines(
        "Examples:",
        "steadybox run in.mp4 -o out.mp4 --jsonl out.jsonl",
        "steadybox run in.mp4 --start 1:30 --duration 10 --conf 0.7 -o out.mp4",
        "steadybox run in.mp4 --jsonl - | head",
        "steadybox run portrait.jpg -o boxes.png",
        'steadybox run "photos/*.jpg" -o boxes --coco boxes.json',
        "cat in.mp4 | steadybox run - -o out.mp4",
        "steadybox run rtsp://camera/1 -o out.mp4 --segment 10m",
        "steadybox run --sources feeds.yaml",
        "steadybox run rtsp://camera/1 --view",
      ),
      lineBreak(),
      lineBreak(),
      ...lines(
        "Health of a feed, as --view shows it: the first that holds; all but the first of the last minute:",
        ...Object.entries(HEALTH_RULES).map(([level, rule]) => `${level}: ${rule}`),
      ),
    ],
  }),
  command("probe", probeArguments, {
    brief: message`Show what a file holds.`,
    footer: lines("Examples:", "steadybox probe in.mp4", "steadybox probe --json in.mp4"),
  }),
  command("models", modelsArguments, {
    brief: message`List the models; evaluate, inspect and prune networks.`,
    footer: lines(
      "Examples:",
      "steadybox models",
      "steadybox models info blazeface-full",
      "steadybox models inspect net.cfg",
      "steadybox models prune net.cfg --ratio 0.9 -o pruned",
      "steadybox models evaluate tiny-ssd-sky --images sky.mp4 --truth sky.csv",
    ),
  }),
  command("jitter", jitterArguments, {
    brief: message`Measure how much boxes tremble, and what keeps them still.`,
    usageLine: [
      { type: "literal", value: "[OPTION]..." },
      { type: "argument", metavar: "SOURCE..." },
    ],
    description:
      message`Finds and follows objects in videos, measures how much their boxes tremble, with and without what keeps them still, and at which price in lag and accuracy; with intervals, and with controls that must come out. Or measures the boxes of other programs.`,
    footer: lines(
      "Examples:",
      "steadybox jitter a.mp4 b.mp4 --report jitter",
      "steadybox jitter in.mp4 --ties blend,suppress --smooth kalman,fixed-lag --report jitter",
      "steadybox jitter --tracks results.txt --fps 25 --truth gt.txt --report jitter",
      "steadybox jitter compare before/report.json after/report.json",
      "steadybox jitter compare before/report.json after/report.json --max-regression 2%",
    ),
  }),
  command("devices", devicesArguments, {
    brief: message`List what can run a network, and what --device auto takes.`,
    footer: lines("Examples:", "steadybox devices", "steadybox devices --json"),
  }),
);

/** What stands at the end of the program's help. */
export const programFooter: Message = [
  ...lines(
    "Examples:",
    "steadybox run in.mp4 -o out.mp4 --jsonl out.jsonl",
    "steadybox run --help",
  ),
  lineBreak(),
  lineBreak(),
  ...lines(
    "Exit codes:",
    "0 done",
    "1 unexpected error, missing permission, or no ffmpeg",
    "2 wrong usage",
    "3 the source cannot be read",
    "4 an output cannot be written",
    "5 the model cannot be found or read",
    "6 the device is not to be had",
    "7 jitter compare: the second report is worse",
    "8 jitter: a control did not come out, so its numbers are not to be trusted",
    "130 interrupted by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP: the video is whole up to there",
  ),
];
