import { EXIT, reported } from "./_exit.ts";
import type { Request } from "./_arguments.ts";
import { load } from "./_load.ts";
import { parse } from "./_parse.ts";
import { withPermissions } from "./_permissions.ts";

/**
 * Does what a request asks for.
 *
 * @returns The exit code.
 */
async function perform(request: Request): Promise<number> {
  switch (request.command) {
    case "run":
      return await (await load<typeof import("./run.ts")>("./run.ts")).run(request);
    case "probe":
      return await (await load<typeof import("./probe.ts")>("./probe.ts")).probe(request);
    case "models":
      return await (await load<typeof import("./models.ts")>("./models.ts")).models(request);
    case "models evaluate":
      return await (await load<typeof import("./models_evaluate.ts")>("./models_evaluate.ts"))
        .modelsEvaluate(request);
    case "models inspect":
      return await (await load<typeof import("./models_inspect.ts")>("./models_inspect.ts"))
        .modelsInspect(request);
    case "models prune":
      return await (await load<typeof import("./models_prune.ts")>("./models_prune.ts"))
        .modelsPrune(request);
    case "jitter":
      return await (await load<typeof import("./jitter.ts")>("./jitter.ts")).jitter(request);
    case "jitter compare":
      return await (await load<typeof import("./jitter_compare.ts")>("./jitter_compare.ts"))
        .jitterCompare(request);
    case "devices":
      return await (await load<typeof import("./devices.ts")>("./devices.ts")).devices(request);
  }
}

/**
 * Runs the program.
 *
 * @param args The arguments, such as `["run", "in.mp4", "--output", "out.mp4"]`.
 * @returns The exit code: 0 done, 1 unexpected error, 2 wrong usage, 3 source, 4 output, 5 model,
 * 6 device, 7 a report that is worse, 8 controls that did not come out, 128 and the number of the
 * signal that ended the run.
 */
async function exitCodeFrom(args: readonly string[]): Promise<number> {
  try {
    const request = parse(args);
    if (!request) return EXIT.done;
    return await withPermissions(request, () => perform(request));
  } catch (error) {
    return reported(error, args);
  }
}

/**
 * Runs the program and ends the process with its exit code.
 *
 * @param args The arguments, such as `["run", "in.mp4", "--output", "out.mp4"]`.
 */
export async function main(args: readonly string[]): Promise<never> {
  Deno.exit(await exitCodeFrom(args));
}
