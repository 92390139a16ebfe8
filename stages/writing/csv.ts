/** What a spreadsheet would run as a formula; the last four are wide forms that some take as well. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * A text as a field (RFC 4180, section 2). Labels and names come from elsewhere, perhaps from a
 * stranger: one that a spreadsheet would run gets an apostrophe before it.
 *
 * @param text The text.
 * @returns The field, quoted if need be.
 *
 * @example A label that would be a formula
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(csvField('=HYPERLINK("x")'), `"'=HYPERLINK(""x"")"`);
 * ```
 */
export function csvField(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * Fields as a line.
 *
 * @param fields The fields: numbers, or texts by {@linkcode csvField}.
 * @returns The line with its end.
 */
export function csvRecord(fields: readonly unknown[]): string {
  return `${fields.join()}\r\n`;
}
