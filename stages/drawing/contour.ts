/** A closed line through points; the last is joined to the first. */
export type Contour = readonly { readonly x: number; readonly y: number }[];

/** Where a path lies: each of its points is scaled, then moved. */
export interface Placement {
  /** What its lengths are multiplied by. */
  readonly scale: number;
  /** How far it is moved to the right. */
  readonly x: number;
  /** How far it is moved upwards. */
  readonly y: number;
}

/** Into how many straight lines a curve is broken: enough for letters of a hundred pixels. */
const STEPS = 16;

/**
 * Turns a path of lines and curves into closed lines.
 *
 * @param path A path in SVG's notation, with the absolute commands M, L, Q, C and Z.
 * @param placement Where it lies.
 * @returns The closed lines.
 */
export function contoursFrom(path: string, { scale, x, y }: Placement): Contour[] {
  const contours: { x: number; y: number }[][] = [];
  for (const [, command, numbers = ""] of path.matchAll(/([MLQC])([^MLQCZ]*)/g)) {
    const values = numbers.trim().split(/[\s,]+/).map(Number);
    const points = [];
    for (let at = 0; at + 1 < values.length; at += 2) {
      points.push({
        x: (values[at] as number) * scale + x,
        y: (values[at + 1] as number) * scale + y,
      });
    }
    if (command === "M") contours.push(points);
    else contours.at(-1)?.push(...curve(contours.at(-1)?.at(-1), points));
  }
  return contours;
}

/** Points on a Bézier curve (de Casteljau): its end for a line, several for a bent one. */
function curve(
  start: Contour[number] | undefined,
  controls: Contour,
): { x: number; y: number }[] {
  if (!start || controls.length < 2) return [...controls];
  return Array.from({ length: STEPS }, (_, step) => {
    const t = (step + 1) / STEPS;
    let points: Contour = [start, ...controls];
    while (points.length > 1) {
      points = points.slice(1).map((next, index) => {
        const { x, y } = points[index] as Contour[number];
        return { x: x + t * (next.x - x), y: y + t * (next.y - y) };
      });
    }
    return points[0] as Contour[number];
  });
}
