import type { Box } from "../../pipeline/box.ts";

/** Boxes of about the same size, by the cell of a grid in which their top left corner lies. */
interface Level {
  /** The width and height of a cell: no box of the level is wider or higher. */
  readonly cell: number;
  readonly boxes: Map<number, Set<number>>;
}

/** How far the numbers of cells below one another lie apart: further than any picture is wide, in cells. */
const ROW = 2 ** 26;

/**
 * Finds the boxes near a box without looking at all of them: a grid for each size, the next one's
 * cells twice as large, so that a box overlaps few cells of its own grid and of coarser ones.
 *
 * A box that is larger than the cells of a finer grid looks at all its cells that are in use, if these
 * are fewer than those that it overlaps.
 */
export class BoxIndex {
  readonly #boxes: readonly Box<"frame">[];
  readonly #levels = new Map<number, Level>();

  /**
   * Puts boxes in their places.
   *
   * @param boxes The boxes; all their numbers must be finite.
   */
  constructor(boxes: readonly Box<"frame">[]) {
    this.#boxes = boxes;
    for (const [index, box] of boxes.entries()) {
      const level = this.#levels.getOrInsertComputed(levelOf(box), (number) => ({
        cell: 2 ** number,
        boxes: new Map(),
      }));
      level.boxes.getOrInsertComputed(cellOf(box, level), () => new Set()).add(index);
    }
  }

  /**
   * Takes a box out.
   *
   * @param index Its place in the list.
   */
  delete(index: number): void {
    const box = this.#boxes[index]!;
    const number = levelOf(box);
    const level = this.#levels.get(number)!;
    const key = cellOf(box, level);
    const cell = level.boxes.get(key);
    cell?.delete(index);
    if (cell?.size === 0) level.boxes.delete(key);
    if (level.boxes.size === 0) this.#levels.delete(number);
  }

  /**
   * The boxes that may overlap a box: all that do, and some that only lie near it.
   *
   * @param box The box.
   * @returns Their places in the list, in no particular order.
   */
  near(box: Box<"frame">): number[] {
    return [...this.#levels.values()].flatMap((level) => {
      const { cell, boxes } = level;
      // A box begins in its cell, and may reach into the next one.
      const [left, top] = [Math.floor(box.x1 / cell) - 1, Math.floor(box.y1 / cell) - 1];
      const [right, bottom] = [Math.floor(box.x2 / cell), Math.floor(box.y2 / cell)];
      if ((right - left + 1) * (bottom - top + 1) > boxes.size) {
        return [...boxes.values()].flatMap((indices) => [...indices]);
      }
      const found: number[] = [];
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= right; x++) {
          for (const index of boxes.get(y * ROW + x) ?? []) found.push(index);
        }
      }
      return found;
    });
  }
}

function levelOf({ x1, y1, x2, y2 }: Box<"frame">): number {
  return Math.ceil(Math.log2(Math.max(x2 - x1, y2 - y1, 1)));
}

/** The number of the cell in which a box begins; if others far away have the same, they count as near. */
function cellOf({ x1, y1 }: Box<"frame">, { cell }: Level): number {
  return Math.floor(y1 / cell) * ROW + Math.floor(x1 / cell);
}
