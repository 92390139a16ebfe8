/** What no text of a report needs: controls, and marks that turn the order of letters round. */
// deno-lint-ignore no-control-regex
const UNWANTED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text from outside, such as a file's name, without what could mislead a reader's eye.
 *
 * @param text The text.
 * @returns The same with a replacement character in place of each control character.
 */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll(UNWANTED, "�");
}
