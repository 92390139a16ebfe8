import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import { type Colour, rgbFromYuv } from "../pipeline/colour.ts";
import type { Detection } from "../pipeline/detection.ts";
import type { Detected } from "../pipeline/items.ts";
import { type Planes, planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { detected, found } from "../tests/_detected.ts";
import { PALETTE } from "./drawing/palette.ts";
import { annotate, type AnnotateOptions } from "./annotate.ts";

const BOX_ONLY = { labels: false, confidence: false, keypoints: false } as const;
const GREY = 128;

/** What differs from a full-range BT.709 frame. */
interface FrameLook {
  readonly colour?: Pick<Colour, "matrix" | "range">;
  readonly isHeld?: true;
}

/** A grey frame, drawn on. */
async function drawn(
  [width, height]: readonly [number, number],
  detections: readonly Detection[],
  options: AnnotateOptions & FrameLook = {},
): Promise<Planes> {
  const { colour = { matrix: "bt709", range: "full" }, isHeld, ...others } = options;
  const planes = planesFrom(
    new Uint8Array(planesByteLength(width, height)).fill(GREY),
    width,
    height,
  );
  const made = detected({
    detections,
    source: { width, height, colour: { ...colour, tags: {} } },
    ...(isHeld ? { isHeld } : {}),
  });
  const item: Detected = { ...made, frame: { ...made.frame, planes } };
  const items = ReadableStream.from([item]).pipeThrough(annotate<Detected>(others));
  const [passed] = await Array.fromAsync(items);
  assert(passed === item, "the item is passed on as it came");
  return planes;
}

/** Red, green and blue of a pixel. */
function rgbAt(planes: Planes, x: number, y: number, colour: Pick<Colour, "matrix" | "range">) {
  const from = rgbFromYuv(colour);
  const chroma = (y >> 1) * planes.chromaWidth + (x >> 1);
  const luma = ((planes.y[y * planes.width + x] as number) - from.lumaOffset) * from.lumaGain;
  const u = (planes.u[chroma] as number) - 128;
  const v = (planes.v[chroma] as number) - 128;
  return [
    luma + from.redFromV * v,
    luma + from.greenFromU * u + from.greenFromV * v,
    luma + from.blueFromU * u,
  ];
}

/** The smallest box around all pixels whose luma changed. */
function changed({ y: luma, width }: Planes): Box<"frame"> | undefined {
  const at = [...luma.keys()].filter((index) => luma[index] !== GREY);
  if (at.length === 0) return undefined;
  const columns = at.map((index) => index % width);
  const rows = at.map((index) => Math.floor(index / width));
  return {
    x1: columns.reduce((a, b) => Math.min(a, b)),
    y1: rows.reduce((a, b) => Math.min(a, b)),
    x2: columns.reduce((a, b) => Math.max(a, b)) + 1,
    y2: rows.reduce((a, b) => Math.max(a, b)) + 1,
  };
}

const COLOURS = (["bt601", "bt709", "bt2020"] as const).flatMap((matrix) =>
  (["limited", "full"] as const).map((range) => ({ matrix, range }))
);

Deno.test.each(COLOURS)(
  "annotate() draws the colours of the palette in $matrix, $range",
  async (colour) => {
    for (const [classId, rgb] of PALETTE.entries()) {
      // Odd edges, so that lines do not fall together with the samples of colour.
      const box = { x1: 21, y1: 13, x2: 51, y2: 44 };
      const planes = await drawn([80, 60], [found(box, { classId })], { ...BOX_ONLY, colour });
      for (const [x, y] of [[19, 30], [20, 30], [51, 30], [52, 30], [35, 11], [35, 45]] as const) {
        const read = rgbAt(planes, x, y, colour);
        const worst = Math.max(...read.map((value, i) => Math.abs(value - (rgb[i] as number))));
        assert(worst <= 3, `${read} at ${x},${y} instead of ${rgb}`);
      }
    }
  },
);

Deno.test("annotate() draws the line on the rows and columns just outside the box", async () => {
  const box = { x1: 20.4, y1: 15.6, x2: 50, y2: 41 }; // On whole pixels: 20, 16, 50, 41.
  const planes = await drawn([80, 60], [found(box)], BOX_ONLY);
  const line = planes.y[30 * 80 + 18] as number;
  const inLine = (x: number, y: number) => planes.y[y * 80 + x] === line;
  for (let y = 0; y < 60; y++) {
    for (let x = 0; x < 80; x++) {
      const isOutside = x < 18 || x >= 52 || y < 14 || y >= 43;
      const isInside = x >= 20 && x < 50 && y >= 16 && y < 41;
      assertEquals(inLine(x, y), !isOutside && !isInside, `at ${x},${y}`);
    }
  }
});

Deno.test("annotate() parts the line from its ground by one dark row on both sides", async () => {
  const planes = await drawn([80, 60], [found({ x1: 20, y1: 16, x2: 50, y2: 41 })], BOX_ONLY);
  const column = [12, 13, 14, 15, 16, 17].map((y) => planes.y[y * 80 + 35] as number);
  assertEquals([column[0], column[5]], [GREY, GREY]);
  assert((column[1] as number) < 64 && (column[4] as number) < 64);
  assertEquals(changed(planes), { x1: 17, y1: 13, x2: 53, y2: 44 });
});

Deno.test("annotate() leaves the colours beyond the seam untouched", async () => {
  for (const x1 of [20, 21]) {
    const planes = await drawn([80, 60], [found({ x1, y1: x1, x2: x1 + 25, y2: 41 })], BOX_ONLY);
    for (let y = 0; y < 30; y++) {
      for (let x = 0; x < 40; x++) {
        const isNear = 2 * x + 1 >= x1 - 3 && 2 * x < x1 + 28 && 2 * y + 1 >= x1 - 3 && 2 * y < 44;
        if (isNear) continue;
        assertEquals([planes.u[y * 40 + x], planes.v[y * 40 + x]], [GREY, GREY], `at ${x},${y}`);
      }
    }
  }
});

Deno.test("annotate() keeps small objects free of lines and seams", async () => {
  const planes = await drawn([80, 60], [found({ x1: 40, y1: 30, x2: 46, y2: 35 })], BOX_ONLY);
  for (let y = 30; y < 35; y++) {
    for (let x = 40; x < 46; x++) assertEquals(planes.y[y * 80 + x], GREY);
  }
});

Deno.test("annotate() draws the edges of a box that fills the frame inside it", async () => {
  const planes = await drawn([81, 61], [found({ x1: 0, y1: 0, x2: 81, y2: 61 })], BOX_ONLY);
  const line = planes.y[0];
  const at = (x: number, y: number) => planes.y[y * 81 + x];
  assertEquals([at(1, 30), at(79, 30), at(80, 30), at(40, 1), at(40, 59)], Array(5).fill(line));
  assertEquals([at(3, 30), at(77, 30), at(40, 3), at(40, 57)], Array(4).fill(GREY));
});

Deno.test("annotate() does not draw edges that lie outside the frame", async () => {
  const planes = await drawn([80, 60], [found({ x1: -30, y1: -20, x2: 40, y2: 30 })], BOX_ONLY);
  assertEquals(changed(planes), { x1: 0, y1: 0, x2: 43, y2: 33 });
  assertEquals([planes.y[0], planes.y[10 * 80], planes.y[20]], [GREY, GREY, GREY]);
});

Deno.test.each([
  { what: "a box beyond the right edge", box: { x1: 90, y1: 10, x2: 120, y2: 30 } },
  { what: "a box above the frame", box: { x1: 10, y1: -40, x2: 30, y2: -10 } },
  { what: "NaN", box: { x1: NaN, y1: 10, x2: 30, y2: 30 } },
  { what: "infinity", box: { x1: 10, y1: 10, x2: Infinity, y2: 30 } },
  { what: "minus infinity", box: { x1: 10, y1: -Infinity, x2: 30, y2: 30 } },
  { what: "a box without an area", box: { x1: 10, y1: 10, x2: 10, y2: 30 } },
  { what: "a box turned inside out", box: { x1: 30, y1: 10, x2: 10, y2: 30 } },
])("annotate() passes over $what and draws the next", async ({ box }) => {
  const keypoints = [{ x: 40, y: 40, label: "eye" }];
  assertEquals(changed(await drawn([80, 60], [found(box, { keypoints })])), undefined);
  const next = found({ x1: 20, y1: 16, x2: 50, y2: 41 });
  assert(changed(await drawn([80, 60], [found(box), next], BOX_ONLY)) !== undefined);
});

Deno.test("annotate() survives enormous boxes, also dashed ones", async () => {
  const box = { x1: -1e300, y1: 20, x2: 1e300, y2: 1e300 };
  const planes = await drawn([80, 60], [found(box)], { ...BOX_ONLY, isHeld: true });
  assertEquals(changed(planes), { x1: 0, y1: 17, x2: 80, y2: 21 });
});

Deno.test.each([[1, 1], [1, 2], [2, 1], [3, 5], [17, 1], [1, 99], [641, 361]])(
  "annotate() stays within a frame of %sx%s",
  async (width, height) => {
    const keypoints = [{ x: 0, y: 0, label: "eye" }, { x: width, y: height, label: "eye" }];
    for (const box of [{ x1: 0, y1: 0, x2: width, y2: height }, { x1: -9, y1: -9, x2: 9, y2: 9 }]) {
      const size = [width, height] as const;
      for (const isHeld of [true, undefined] as const) {
        const look = isHeld ? { isHeld } : {};
        const planes = await drawn(size, [found(box, { keypoints, label: "x".repeat(500) })], look);
        assertEquals(planes.data.length, planesByteLength(width, height));
        assert(changed(planes) !== undefined);
      }
    }
  },
);

/** The smallest box around what was drawn apart from the detection's own lines. */
function tagIn(planes: Planes, detection: Detection): Box<"frame"> {
  const tag = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
  const { box } = detection;
  for (let at = 0; at < planes.y.length; at++) {
    const [x, y] = [at % planes.width, Math.floor(at / planes.width)];
    const isOnLine = x >= box.x1 - 3 && x < box.x2 + 3 && y >= box.y1 - 3 && y < box.y2 + 3 &&
      !(x >= box.x1 + 4 && x < box.x2 - 4 && y >= box.y1 + 4 && y < box.y2 - 4);
    if (planes.y[at] === GREY || isOnLine) continue;
    tag.x1 = Math.min(tag.x1, x);
    tag.y1 = Math.min(tag.y1, y);
    tag.x2 = Math.max(tag.x2, x + 1);
    tag.y2 = Math.max(tag.y2, y + 1);
  }
  return tag;
}

Deno.test.each([
  { where: "above the box", box: { x1: 50, y1: 60, x2: 120, y2: 120 } },
  { where: "above a box at the right edge", box: { x1: 270, y1: 60, x2: 300, y2: 120 } },
  { where: "above a box at the left edge", box: { x1: -20, y1: 60, x2: 30, y2: 120 } },
  { where: "inside a box at the top", box: { x1: 50, y1: 4, x2: 290, y2: 120 } },
  { where: "below a small box at the top", box: { x1: 50, y1: 4, x2: 60, y2: 12 } },
  {
    where: "in the frame below a box that begins above it",
    box: { x1: 50, y1: -9, x2: 60, y2: 6 },
  },
])("annotate() puts the tag $where", async ({ where, box }) => {
  const detection = found(box);
  const tag = tagIn(await drawn([301, 201], [detection]), detection);
  assert(tag.x1 >= 0 && tag.x2 <= 301 && tag.x2 - tag.x1 < 100, "no row runs on into the next");
  assert(tag.y2 - tag.y1 <= 20);
  if (where.startsWith("above")) assert(tag.y1 > box.y1 - 22 && tag.y2 <= box.y1);
  else if (where.startsWith("inside")) assert(tag.y1 > box.y1 && tag.y2 < box.y1 + 22);
  else assert(tag.y1 >= box.y2 && tag.y2 < box.y2 + 22);
});

Deno.test("annotate() writes what it is asked to write", async () => {
  const detection = found({ x1: 50, y1: 60, x2: 120, y2: 120 });
  const widths: number[] = [];
  for (const labels of [true, false]) {
    for (const confidence of [true, false]) {
      const planes = await drawn([300, 200], [detection], { labels, confidence });
      const { x1, x2 } = tagIn(planes, detection);
      widths.push(Math.max(0, x2 - x1));
    }
  }
  const [both = 0, label = 0, number = 0, neither] = widths;
  assert(both > label && both > number && label > 0 && number > 0);
  assertEquals(neither, 0);
});

Deno.test("annotate() writes other confidences otherwise, and nonsense not at all", async () => {
  const pictures = new Set<string>();
  for (const confidence of [0.92, 0.93, 1, 0]) {
    const box = { x1: 50, y1: 60, x2: 120, y2: 120 };
    pictures.add(`${(await drawn([300, 200], [found(box, { confidence })])).data}`);
  }
  assertEquals(pictures.size, 4);
  for (const confidence of [NaN, -0.5, 7]) {
    await drawn([300, 200], [found({ x1: 50, y1: 60, x2: 120, y2: 120 }, { confidence })]);
  }
});

Deno.test("annotate() reads no file unless it writes", {
  permissions: "none",
}, async () => {
  const detections = [found({ x1: 20, y1: 16, x2: 50, y2: 41 })];
  assert(changed(await drawn([80, 60], detections, BOX_ONLY)) !== undefined);
});

Deno.test("annotate() draws the first detection on top", async () => {
  const box = { x1: 20, y1: 20, x2: 80, y2: 80 };
  const both = [found(box, { classId: 0 }), found(box, { classId: 4 })];
  const alone = await drawn([120, 120], [found(box, { classId: 0 })], BOX_ONLY);
  assertEquals(await drawn([120, 120], both, BOX_ONLY), alone);
});

Deno.test("annotate() dashes held boxes", async () => {
  const box = { x1: 10, y1: 20, x2: 70, y2: 50 };
  const whole = await drawn([80, 60], [found(box)], BOX_ONLY);
  const held = await drawn([80, 60], [found(box)], { ...BOX_ONLY, isHeld: true });
  const line = whole.y[18 * 80 + 40];
  const dashes = (planes: Planes) =>
    [...planes.y.subarray(18 * 80, 19 * 80)].map((luma) => luma === line ? "#" : " ").join("")
      .trim().split(/ +/).length;
  assertEquals(dashes(whole), 1);
  assert(dashes(held) >= 3);
  for (const x of [8, 71]) assertEquals(held.y[18 * 80 + x], line, "corners are drawn");
});

Deno.test("annotate() draws keypoints as discs, unless told not to", async () => {
  const box = { x1: 20, y1: 20, x2: 100, y2: 100 };
  const keypoints = [{ x: 50.5, y: 60.5, label: "eye" }, { x: NaN, y: 60, label: "eye" }];
  const with_ = await drawn([120, 120], [found(box, { keypoints })], {
    ...BOX_ONLY,
    keypoints: true,
  });
  const without = await drawn([120, 120], [found(box, { keypoints })], BOX_ONLY);
  const line = without.y[50 * 120 + 19];
  assertEquals(with_.y[60 * 120 + 50], line);
  const inked = [...with_.y.keys()].filter((at) => with_.y[at] !== without.y[at]);
  for (const at of inked) {
    const [x, y] = [at % 120 + 0.5, Math.floor(at / 120) + 0.5];
    assert(Math.hypot(x - 50.5, y - 60.5) < 5, `${x},${y} is near the point`);
  }
  assert(inked.length > 12);
});

Deno.test("annotate() draws lines as wide as asked, and by the frame's size unless asked", async () => {
  const widths: number[] = [];
  for (const [size, lineWidth] of [[100, undefined], [100, 5], [2000, undefined]] as const) {
    const middle = size / 2;
    const planes = await drawn(
      [size, size],
      [found({ x1: middle, y1: 0, x2: size, y2: size })],
      lineWidth ? { ...BOX_ONLY, lineWidth } : BOX_ONLY,
    );
    const row = planes.y.subarray(size * middle, size * (middle + 1));
    widths.push(row.subarray(0, middle).filter((luma) => luma > GREY).length);
  }
  assertEquals(widths, [2, 5, 5]);
});

Deno.test.each([0, 1.5, -1, NaN, Infinity])("annotate() refuses a lineWidth of %s", (lineWidth) => {
  assertThrows(
    () => annotate({ lineWidth }),
    RangeError,
    `Cannot annotate as lineWidth must be a whole number of at least 1: current value is ${lineWidth}`,
  );
});
