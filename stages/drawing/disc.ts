import type { Point } from "../../pipeline/box.ts";
import type { Yuv } from "../../pipeline/colour.ts";
import type { Planes } from "../../pipeline/planes.ts";

/** How a disc looks. */
export interface DiscLook {
  /** The radius without the seam, in pixels. */
  readonly radius: number;
  /** The colour. */
  readonly colour: Yuv;
  /** How wide the dark seam around it is, in pixels. */
  readonly seam: number;
  /** The luma that the seam does not exceed. */
  readonly seamLuma: number;
}

/**
 * Draws a filled disc with a dark seam and smooth edges; what lies outside the picture is left out.
 *
 * @param planes The picture, changed in place.
 * @param centre The centre, finite, in pixels.
 * @param look How it looks.
 */
export function drawDisc(planes: Planes, centre: Point<"frame">, look: DiscLook): void {
  const { radius, colour, seam, seamLuma } = look;
  const reach = radius + seam + 1;
  const x1 = Math.max(0, Math.floor(centre.x - reach));
  const x2 = Math.min(planes.width, Math.ceil(centre.x + reach));
  const y1 = Math.max(0, Math.floor(centre.y - reach));
  const y2 = Math.min(planes.height, Math.ceil(centre.y + reach));
  for (let y = y1; y < y2; y++) {
    for (let x = x1; x < x2; x++) {
      const distance = Math.sqrt((x + 0.5 - centre.x) ** 2 + (y + 0.5 - centre.y) ** 2);
      const at = y * planes.width + x;
      const luma = planes.y[at] as number;
      const shaded = mixed(luma, Math.min(luma, seamLuma), radius + seam - distance);
      planes.y[at] = mixed(shaded, colour.y, radius - distance);
      if (x % 2 || y % 2) continue;
      const nearest = Math.sqrt((x + 1 - centre.x) ** 2 + (y + 1 - centre.y) ** 2) - 1;
      const chroma = (y >> 1) * planes.chromaWidth + (x >> 1);
      planes.u[chroma] = mixed(planes.u[chroma] as number, colour.u, radius - nearest);
      planes.v[chroma] = mixed(planes.v[chroma] as number, colour.v, radius - nearest);
    }
  }
}

/** A value on the way to another, as far as a pixel lies inside an edge: all of it from half a pixel. */
function mixed(from: number, to: number, depth: number): number {
  return Math.round(from + (to - from) * Math.min(1, Math.max(0, depth + 0.5)));
}
