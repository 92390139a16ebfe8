import { SourceError } from "../../../pipeline/errors.ts";
import type { JitterReport } from "../report/report_types.ts";

/** What of the settings belongs to a detector: another one may have others. */
const OF_THE_DETECTOR = ["minConfidence", "iou"];

/** The first place at which two values of JSON differ. */
function differenceBetween(a: unknown, b: unknown, path: string): string | undefined {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a, b) ? undefined : `${path} is ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  }
  const [first, second] = [a, b] as Record<string, unknown>[];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const difference = differenceBetween(first![name], second![name], `${path}.${name}`);
    if (difference) return difference;
  }
  return undefined;
}

/** What of the clips two reports must have in common, by name. */
function inputsOf({ clips }: JitterReport): Record<string, unknown> {
  return Object.fromEntries(clips.map(({ name, sha256, frames, startS, truthSha256 }) => [
    name,
    { sha256, frames, startS, truthSha256 },
  ]));
}

/**
 * Refuses to compare what was not measured in the same way on the same frames.
 *
 * @param a A report.
 * @param b Another one.
 * @throws {SourceError} If their inputs or settings differ: with the first difference.
 */
export function requireSameProtocol(a: JitterReport, b: JitterReport): void {
  const refuse = (what: string) => new SourceError(`Cannot compare the reports as ${what}`);
  const inputs = [inputsOf(a), inputsOf(b)] as const;
  for (const [name, clip] of Object.entries(inputs[0])) {
    const other = inputs[1][name];
    if (!other) throw refuse(`only the first has the clip "${name}"`);
    const difference = differenceBetween(clip, other, "its");
    if (difference) {
      throw refuse(`the clip "${name}" is not the same: ${difference.replace("its.", "its ")}`);
    }
  }
  const extra = Object.keys(inputs[1]).find((name) => !inputs[0][name]);
  if (extra !== undefined) throw refuse(`only the second has the clip "${extra}"`);
  const isSameModel = a.model?.sha256 === b.model?.sha256;
  const settings = [a, b].map((report) =>
    Object.fromEntries(
      Object.entries(report.settings).filter(([name]) =>
        isSameModel || !OF_THE_DETECTOR.includes(name)
      ),
    )
  );
  const difference = differenceBetween(settings[0], settings[1], "settings");
  if (difference) throw refuse(`they were measured differently: ${difference}`);
}
