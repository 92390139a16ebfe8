/** How many peers there are at a time: they mostly wait. */
const AT_A_TIME = 5;

/** Makes a step of each kind, and a few of them at a time. */
export async function eachOf<T extends { readonly what: string; readonly isMissing?: boolean }>(
  t: Deno.TestContext,
  kinds: readonly T[],
  holds: (kind: T) => Promise<void>,
): Promise<void> {
  const waiting = kinds.values();
  const sanitized = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
  await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
    for (const kind of waiting) {
      const { what: name, isMissing: ignore = false } = kind;
      await t.step({ name, ignore, ...sanitized, fn: () => holds(kind) });
    }
  }));
}
