import type { RunOptions } from "./_run_options.ts";
import { UsageError } from "./_usage_error.ts";

/**
 * The options of a run with its source, which the environment may hold: there it stands in no list
 * of processes.
 *
 * @throws {UsageError} If there is neither a source nor a list of them, or one too many.
 */
export function withSource(options: RunOptions): RunOptions {
  const { sourceEnv, sources, sourcesFile } = options;
  if (sourcesFile !== undefined) {
    if (sourceEnv === undefined && sources.length === 0) return options;
    throw new UsageError("Cannot use --sources with a SOURCE or --source-env");
  }
  if (sourceEnv === undefined) {
    if (sources.length > 0) return options;
    throw new UsageError("Expected a SOURCE, such as a video file");
  }
  if (sources.length > 0) throw new UsageError("Cannot use --source-env with a SOURCE");
  const descriptor = { name: "env", variable: sourceEnv } as const;
  const isReadable = Deno.permissions.requestSync(descriptor).state === "granted";
  const source = isReadable ? Deno.env.get(sourceEnv)?.trim() : undefined;
  if (source) return { ...options, sources: [source] };
  throw new UsageError(
    `Cannot read a source from ${sourceEnv}: it is not set, or --allow-env=${sourceEnv} is missing`,
  );
}
