/** Red, green and blue, each from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Colours that people with any common form of colour blindness can tell apart: Okabe and Ito,
 * "Color Universal Design" (2008), figure 16, without the black.
 */
export const PALETTE: readonly Rgb[] = [
  [230, 159, 0], // orange
  [86, 180, 233], // sky blue
  [0, 158, 115], // bluish green
  [240, 228, 66], // yellow
  [0, 114, 178], // blue
  [213, 94, 0], // vermilion
  [204, 121, 167], // reddish purple
];

/**
 * The colour that belongs to a number; the colours recur after seven.
 *
 * @param id A whole number, such as that of a class.
 * @returns Its colour.
 */
export function colourOf(id: number): Rgb {
  const index = Math.trunc(Math.abs(id)) % PALETTE.length;
  return PALETTE[index] ?? PALETTE[0] as Rgb;
}

/** The light that a colour gives off, from 0 to 1: relative luminance, WCAG 2.2. */
function luminanceOf([red, green, blue]: Rgb): number {
  const linear = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/**
 * Black or white, whichever has the higher contrast ratio with a ground (WCAG 2.2).
 *
 * @param ground The colour to write on.
 * @returns The colour to write with.
 */
export function inkOn(ground: Rgb): Rgb {
  const luminance = luminanceOf(ground);
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? [0, 0, 0] : [255, 255, 255];
}
