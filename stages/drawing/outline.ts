import type { Box } from "../../pipeline/box.ts";
import type { Yuv } from "../../pipeline/colour.ts";
import type { Planes } from "../../pipeline/planes.ts";
import { fillBox, shadeBox } from "./paint.ts";

/** How a box is drawn. */
export interface Line {
  /** The colour. */
  readonly colour: Yuv;
  /** How wide the line is, in whole pixels. */
  readonly width: number;
  /** The luma that the dark seam on both sides of the line does not exceed. */
  readonly seamLuma: number;
  /** Whether the line is broken into dashes. */
  readonly isDashed: boolean;
}

/** Boxes smaller than this many line widths keep their inside free of the dark seam. */
const SMALL = 8;
/** The length of a dash and the gap behind it, in line widths. */
const DASH = 5;
const GAP = 4;

/**
 * Draws a box's outline: a line just outside the box, so that all of the object stays to be seen,
 * with a thin dark seam on both sides, so that it is seen on any ground.
 *
 * Where the picture's edge leaves no room outside the box, the line moves inwards; an edge of the box
 * that lies outside the picture is not drawn.
 *
 * @param planes The picture, changed in place.
 * @param box The box, finite and not empty.
 * @param line How it is drawn.
 * @returns The outer edges of the line, in whole pixels.
 */
export function drawOutline(planes: Planes, box: Box<"frame">, line: Line): Box<"frame"> {
  const { width } = line;
  const x1 = nearBy(box.x1, planes.width);
  const y1 = nearBy(box.y1, planes.height);
  const x2 = Math.max(x1 + 1, nearBy(box.x2, planes.width));
  const y2 = Math.max(y1 + 1, nearBy(box.y2, planes.height));
  const outer = {
    x1: lineBefore(x1, width),
    y1: lineBefore(y1, width),
    x2: planes.width - lineBefore(planes.width - x2, width),
    y2: planes.height - lineBefore(planes.height - y2, width),
  };
  const inner = grown(outer, -width);
  const seam = Math.max(1, Math.round(width / 4));
  const isSmall = Math.min(x2 - x1, y2 - y1) < SMALL * width;
  for (const side of sidesOf(grown(outer, seam), isSmall ? inner : grown(inner, -seam))) {
    shadeBox(planes, side, line.seamLuma);
  }
  for (const side of sidesOf(outer, inner)) {
    if (line.isDashed) fillDashes(planes, side, line);
    else fillBox(planes, side, line.colour);
  }
  return outer;
}

/** A whole coordinate; one that is far outside the picture comes nearer, but stays out of sight. */
function nearBy(value: number, size: number): number {
  return Math.round(Math.min(Math.max(value, -size - 1e4), 2 * size + 1e4));
}

/** Where the line along an edge at a distance from the picture's begins: outside the box if it can. */
function lineBefore(distance: number, width: number): number {
  return distance >= 0 ? Math.max(0, distance - width) : distance - width;
}

function grown({ x1, y1, x2, y2 }: Box<"frame">, by: number): Box<"frame"> {
  return { x1: x1 - by, y1: y1 - by, x2: x2 + by, y2: y2 + by };
}

/** What lies between two boxes: above, below, left and right of the inner one. */
function sidesOf(outer: Box<"frame">, inner: Box<"frame">): readonly Box<"frame">[] {
  return [
    { ...outer, y2: inner.y1 },
    { ...outer, y1: inner.y2 },
    { ...outer, x2: inner.x1 },
    { ...outer, x1: inner.x2 },
  ];
}

/** Fills a long box with dashes, evenly spread so that both ends have one. */
function fillDashes(planes: Planes, side: Box<"frame">, { colour, width }: Line): void {
  const isWide = side.x2 - side.x1 > side.y2 - side.y1;
  const length = isWide ? side.x2 - side.x1 : side.y2 - side.y1;
  const dash = Math.min(length, DASH * width);
  const gaps = Math.round((length - dash) / ((DASH + GAP) * width));
  for (let index = 0; index <= gaps; index++) {
    const start = gaps === 0 ? 0 : Math.round(index * (length - dash) / gaps);
    fillBox(
      planes,
      isWide
        ? { ...side, x1: side.x1 + start, x2: side.x1 + start + dash }
        : { ...side, y1: side.y1 + start, y2: side.y1 + start + dash },
      colour,
    );
  }
}
