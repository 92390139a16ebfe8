import type { Value } from "./graph.ts";

/**
 * The channels, height and width of a picture.
 *
 * @throws {RangeError} If the value is none.
 */
export function pictureOf({ dims }: Value): [number, number, number] {
  const [channels, height, width] = dims;
  if (dims.length !== 3 || !channels || !height || !width) {
    throw new RangeError(`Cannot use [${dims}] as a picture: it has no channels, height and width`);
  }
  return [channels, height, width];
}
