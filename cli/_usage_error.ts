/** Thrown when what the user typed cannot be meant. */
export class UsageError extends Error {
  /** Always `UsageError`. */
  override readonly name: string = "UsageError";
}

/**
 * Makes something out of what an option says.
 *
 * @param flag The option.
 * @param make Throws a `RangeError` if that makes no sense.
 * @throws {UsageError} In its place.
 */
export function asked<T>(flag: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError(`${flag}: ${cause.message}`, { cause });
  }
}
