import type { Holdings } from "./_holdings.ts";
import { StageError, SteadyboxError } from "./errors.ts";

/** Where an error happened. */
interface Place {
  readonly name: string;
  readonly holdings: Holdings;
  /** Why the items stopped coming, if they did. */
  readonly failure: { readonly reason?: unknown } | undefined;
}

/** What becomes of an error: a stage's own is wrapped once, one from upstream stays as it is. */
export function stageErrorFrom(cause: unknown, { name, holdings, failure }: Place): unknown {
  if (cause instanceof SteadyboxError || (failure && failure.reason === cause)) return cause;
  return new StageError(name, holdings.lastTimestampUs, cause);
}
