/**
 * The part of `@std/assert` that the tests use, on top of `node:assert`.
 *
 * The import map names this file `@std/assert`, so that the real one can take its place.
 *
 * @module
 */

import nodeAssert from "node:assert/strict";

/** A message as Node wants it, where it may be absent. */
function given(message: string | undefined): string {
  return message as string; // Node's types know no absent one, Node does.
}

/** Fails unless the condition holds. */
export function assert(condition: unknown, message?: string): asserts condition {
  if (!condition) nodeAssert.fail(message ?? `Expected ${condition} to be true`);
}

/** Fails unless both values are deeply and strictly equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.deepEqual(actual, expected, given(message));
}

/** Fails if both values are deeply and strictly equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.notDeepEqual(actual, expected, given(message));
}

/** Fails unless the numbers differ by no more than the tolerance. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance) return;
  nodeAssert.fail(message ?? `Expected ${actual} to be within ${tolerance} of ${expected}`);
}

/** Fails unless the text contains the other. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  nodeAssert.ok(
    actual.includes(expected),
    message ?? `Expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}`,
  );
}

/** Fails unless the text matches the expression. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  nodeAssert.match(actual, expected, given(message));
}

// deno-lint-ignore no-explicit-any -- The constructor of any error class.
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

function checkedError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E> | undefined,
  messageIncludes: string | undefined,
): E {
  if (errorClass) {
    nodeAssert.ok(
      error instanceof errorClass,
      `Expected a ${errorClass.name}, got ${Deno.inspect(error)}`,
    );
  }
  if (messageIncludes !== undefined) {
    assertStringIncludes((error as Error).message, messageIncludes);
  }
  return error as E;
}

/** Fails unless the function throws such an error, which is returned. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checkedError(error, errorClass, messageIncludes);
  }
  nodeAssert.fail("Expected the function to throw");
}

/** Fails unless the function rejects with such an error, which is returned. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkedError(error, errorClass, messageIncludes);
  }
  nodeAssert.fail("Expected the function to reject");
}
