/** A point that wants its name beside it, in pixels of a plot. */
export interface Named {
  /** How far to the right it is. */
  readonly x: number;
  /** How far down it is. */
  readonly y: number;
  /** Its name. */
  readonly name: string;
}

/** Where a name stands, from its point. */
export interface LabelPlace {
  /** How far to the right the text begins (or ends, where it is anchored so). */
  readonly dx: number;
  /** How far down its middle is. */
  readonly dy: number;
  /** Which end of the text that is. */
  readonly anchor: "start" | "end";
}

/** From the left and right, and from the top and bottom. */
type Edges = readonly [left: number, right: number, top: number, bottom: number];

/** The places that are tried, best first. */
const PLACES: readonly LabelPlace[] = [0, -11, 11, -20, 20].flatMap((dy) => [
  { dx: 10, dy, anchor: "start" as const },
  { dx: -10, dy, anchor: "end" as const },
]);

/** About how wide a letter and how high a line is, in pixels. */
const [LETTER, LINE] = [7.2, 14];

function edgesOf({ x, y, name }: Named, { dx, dy, anchor }: LabelPlace): Edges {
  const width = LETTER * name.length;
  const left = anchor === "start" ? x + dx : x + dx - width;
  return [left, left + width, y + dy - LINE / 2, y + dy + LINE / 2];
}

function overlap([left, right, top, bottom]: Edges, other: Edges): boolean {
  return left < other[1] && other[0] < right && top < other[3] && other[2] < bottom;
}

/**
 * Finds places for the names of points, so that none covers another or a point.
 *
 * @param points The points, the most important first.
 * @param from Where the plot's inside begins, in pixels from the left: no name is further left.
 * @param to Where it ends: no name is further right.
 * @returns A place for each; `undefined` where there is none.
 */
export function labelPlaces(
  points: readonly Named[],
  from: number,
  to: number,
): (LabelPlace | undefined)[] {
  const taken = points.map(({ x, y }): Edges => [x - 6, x + 6, y - 6, y + 6]);
  return points.map((point, at) => {
    const place = PLACES.find((candidate) => {
      const edges = edgesOf(point, candidate);
      const isInside = edges[0] >= from && edges[1] <= to;
      return isInside && !taken.some((other, number) => number !== at && overlap(edges, other));
    });
    if (place) taken.push(edgesOf(point, place));
    return place;
  });
}
