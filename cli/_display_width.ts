const graphemes = new Intl.Segmenter();

/** Characters that take two columns: East Asian wide and emoji (Unicode annex 11, common blocks). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters that take none on their own. */
const EMPTY = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

function widthOf(grapheme: string): number {
  if (EMPTY.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** The beginning of a text that fits in so many columns, with an ellipsis if anything is cut. */
export function truncated(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 1; // The ellipsis.
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return columns > 0 ? `${kept}…` : "";
}
