import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { argument, command, constant, flag, option } from "@optique/core/primitives";
import { percentage, place } from "./_values.ts";
import type { JitterCompareOptions } from "./jitter_compare.ts";

/** Reads the arguments of `steadybox jitter compare`, from the word `compare` on. */
export const jitterCompareArguments: Parser<"sync", JitterCompareOptions, unknown> = command(
  "compare",
  object({
    command: constant("jitter compare"),
    first: argument(place("A.json"), { description: message`The report that is the measure.` }),
    second: argument(place("B.json"), { description: message`The report that is judged.` }),
    maxRegression: withDefault(
      option("--max-regression", percentage(), {
        description:
          message`How much worse a metric may be: above that, the exit code is 7. Lag may grow by this share of a frame.`,
      }),
      0.05,
    ),
    json: withDefault(
      flag("--json", { description: message`Print JSON instead of words.` }),
      false,
    ),
    debug: withDefault(flag("--debug", { hidden: true }), false),
  }),
  {
    brief: message`Compare two reports, and fail if the second is worse.`,
    description:
      message`Compares the reports of two runs on the same clips, measured in the same way: for each method that both have, by how much the second is steadier or less steady than the first.`,
  },
);
