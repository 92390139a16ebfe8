import type { Box } from "../../pipeline/box.ts";
import {
  type Fail,
  labelsOf,
  lastOf,
  type NamedObject,
  type Place,
  type Truth,
  type TruthOptions,
} from "./truth.ts";

/** A row of a table: which frame, and what is there. */
interface Row {
  /** The number of the frame from 0, or the last part of a picture's path. */
  readonly key: number | string;
  readonly object: NamedObject;
}

/** The names that columns go by. */
const COLUMNS = {
  frame: ["frame", "frame_index"],
  file: ["file", "file_name", "image"],
  label: ["label", "class_name", "class"],
  left: ["x", "x_min", "x1", "left"],
  top: ["y", "y_min", "y1", "top"],
  right: ["x_max", "x2", "right"],
  bottom: ["y_max", "y2", "bottom"],
  width: ["w", "width"],
  height: ["h", "height"],
} as const;

/**
 * What a CSV tells to be there: one object a row, under a heading that names the columns: `frame`
 * (from 0) or `file`, `label`, `x`, `y`, and `w` and `h` or the opposite corner. What steadybox
 * writes with `--csv` is such a table.
 */
export function csvTruth(text: string, options: TruthOptions, fail: Fail): Truth {
  const [heading = [], ...records] = recordsOf(text);
  const titles = heading.map((title) => title.trim().toLowerCase());
  const at = Object.fromEntries(
    Object.entries(COLUMNS).map(([name, known]) => [
      name,
      titles.findIndex((title) => (known as readonly string[]).includes(title)),
    ]),
  ) as Record<keyof typeof COLUMNS, number>;
  const hasCorner = at.right >= 0 && at.bottom >= 0;
  if (at.frame < 0 && at.file < 0) throw fail('no column is called "frame" or "file"');
  if (at.left < 0 || at.top < 0) throw fail('no columns are called "x" and "y"');
  if (!hasCorner && (at.width < 0 || at.height < 0)) {
    throw fail('no columns are called "w" and "h", or "x_max" and "y_max"');
  }
  const origin = options.origin ?? 0;
  const rows = records.map((cells, i): Row => {
    const number = (column: keyof typeof COLUMNS) =>
      numberFrom(cells[at[column]], `line ${i + 2}, ${titles[at[column]]}`, fail);
    const [x, y] = [number("left") - origin, number("top") - origin];
    const box = hasCorner
      ? { x1: x, y1: y, x2: number("right") - origin, y2: number("bottom") - origin }
      : { x1: x, y1: y, x2: x + number("width"), y2: y + number("height") };
    const label = cells[at.label]?.trim();
    return {
      key: at.frame >= 0 ? number("frame") : lastOf(cells[at.file] ?? ""),
      object: { box: checked(box, `line ${i + 2}`, fail), ...label && { label } },
    };
  });
  return truthOf(rows, options, fail);
}

/**
 * What MOT Challenge text tells to be there (motchallenge.net): frame, id, left, top, width, height,
 * all from 1. It has no names. Where the seventh number is 0, what is detected is neither right nor
 * wrong.
 */
export function motTruth(text: string, options: TruthOptions, fail: Fail): Truth {
  const origin = options.origin ?? 1;
  const rows = recordsOf(text).map((cells, i): Row => {
    const numbers = cells.slice(0, 7).map((cell, at) =>
      numberFrom(cell, `line ${i + 1}, number ${at + 1}`, fail)
    );
    const [frame = 0, , x = NaN, y = NaN, width = NaN, height = NaN, isCounted = 1] = numbers;
    if (numbers.length < 6) throw fail(`line ${i + 1}: there are ${numbers.length} numbers`);
    const [x1, y1] = [x - origin, y - origin];
    const box = checked({ x1, y1, x2: x1 + width, y2: y1 + height }, `line ${i + 1}`, fail);
    return { key: frame - 1, object: { box, ...isCounted === 0 && { isCrowd: true } } };
  });
  return truthOf(rows, options, fail);
}

function truthOf(rows: readonly Row[], { isListedOnly }: TruthOptions, fail: Fail): Truth {
  if (rows.length === 0) throw fail("it names no object");
  const objects = Map.groupBy(rows, ({ key }) => key);
  const isByName = typeof rows[0]?.key === "string";
  const missing = isByName || isListedOnly ? undefined : [];
  return {
    labels: labelsOf(rows.map(({ object }) => object)),
    objectsAt({ name, index, isFrame }: Place) {
      if (isFrame === isByName) return undefined;
      return objects.get(isByName ? lastOf(name) : index)?.map(({ object }) => object) ?? missing;
    },
  };
}

function numberFrom(cell: string | undefined, place: string, fail: Fail): number {
  const number = cell?.trim() ? Number(cell) : NaN;
  if (!Number.isFinite(number)) throw fail(`${place}: "${cell ?? ""}" is no number`);
  return number;
}

function checked(box: Box<"frame">, place: string, fail: Fail): Box<"frame"> {
  if (box.x2 < box.x1 || box.y2 < box.y1) throw fail(`${place}: the box ends before it begins`);
  return box;
}

/** The records of a table with commas, as RFC 4180 has it; empty lines are passed over. */
function recordsOf(text: string): string[][] {
  return text.replace(/^\uFEFF/, "").split(/\r?\n/).filter((line) => line.trim() !== "")
    .map((line) =>
      // A comma before each field, the first one too, so that none is empty to the pattern.
      Array.from(
        `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g),
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
      )
    );
}
