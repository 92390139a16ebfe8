/** The longest time for which a timer can be set, in milliseconds: of more, it makes one. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/**
 * What is wrong with a limit, in words, if anything is.
 *
 * @param name What it is called; one that ends in `Ms` is a timer's, in milliseconds.
 */
export function flawOfLimit(name: string, value: number): string | undefined {
  if (!(value > 0)) return `${name} must be above 0`;
  const limit = name.endsWith("Ms") ? LONGEST_TIMER_MS : Number.MAX_VALUE;
  return value > limit ? `${name} must be ${limit} at most` : undefined;
}

/**
 * A signal that is aborted after a time, however long that is: a feed may be watched for months.
 *
 * @param durationMs How long, in milliseconds.
 */
export function timeLimit(durationMs: number): AbortSignal {
  if (durationMs <= LONGEST_TIMER_MS) return AbortSignal.timeout(durationMs);
  const controller = new AbortController();
  AbortSignal.timeout(LONGEST_TIMER_MS).addEventListener("abort", () => {
    const rest = timeLimit(durationMs - LONGEST_TIMER_MS);
    rest.addEventListener("abort", () => controller.abort(rest.reason));
  });
  return controller.signal;
}
