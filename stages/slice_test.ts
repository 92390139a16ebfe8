import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { InputSpec } from "../pipeline/detector.ts";
import { frameBoxFromTensor, tensorBoxFromFrame } from "../pipeline/fit.ts";
import type { Frame } from "../pipeline/frame.ts";
import type { Prepared, Slices } from "../pipeline/items.ts";
import type { Planes } from "../pipeline/planes.ts";
import { blackFrame } from "../tests/_frames.ts";
import { planesOf, stillFrame } from "../tests/_still_frame.ts";
import { letterbox } from "./letterbox.ts";
import { slice, type SliceOptions } from "./slice.ts";
import { slicesOf } from "./slicing/slices_of.ts";
import { inputOf } from "../tests/_input_of.ts";

/** An input whose numbers are the colours themselves: 0 to 255, interleaved. */
const PLAIN: InputSpec = inputOf(32, 32, { layout: "nhwc", resize: "stretch" });

async function prepared(frame: Frame, input: InputSpec, options: SliceOptions): Promise<Prepared> {
  const items = ReadableStream.from([frame]).pipeThrough(letterbox(input))
    .pipeThrough(slice(input, options));
  const [item] = await Array.fromAsync(items);
  return item!;
}

async function slicesIn(frame: Frame, input: InputSpec, options: SliceOptions): Promise<Slices> {
  const { slices } = await prepared(frame, input, options);
  assert(slices);
  return slices;
}

/** A picture that is nowhere alike. */
function pattern(width: number, height: number, left = 0, top = 0): Planes {
  return planesOf(
    width,
    height,
    (x, y) => 16 + ((left + x) * 37 + (top + y) * 101 + (left + x) * (top + y)) % 219,
    (x, y) => [96 + (left / 2 + x) * 5 % 64, 96 + (top / 2 + y) * 7 % 64],
  );
}

Deno.test.each(["stretch", "letterbox"] as const)(
  "slice() with %s shows each slice as though it were a picture of its own",
  async (resize) => {
    const input = { ...PLAIN, resize, width: 24, height: 24 };
    const frame = stillFrame(pattern(100, 80));
    const { fits, make } = await slicesIn(frame, input, { size: 48, overlap: 0.25 });
    const parts = slicesOf({ width: 100, height: 80 }, {
      size: { width: 48, height: 48 },
      overlap: 0.25,
      regions: [],
    });
    assertEquals(parts.map(({ x, y }) => [x, y]), [
      ...[[0, 0], [26, 0], [52, 0]],
      ...[[0, 32], [26, 32], [52, 32]],
    ]);
    for (const [i, part] of parts.entries()) {
      const alone = stillFrame(pattern(part.width, part.height, part.x, part.y));
      const [item] = await Array.fromAsync(
        ReadableStream.from([alone]).pipeThrough(letterbox(input)),
      );
      const { data } = make({ from: i, to: i + 1 });
      for (let y = 1; y < 23; y++) { // At the edge, a picture of its own has no neighbours.
        for (let x = 1; x < 23; x++) {
          for (let channel = 0; channel < 3; channel++) {
            const at = (y * 24 + x) * 3 + channel;
            assertAlmostEquals(data[at]!, item!.input!.data[at]!, 1e-3, `${i}: ${x}, ${y}`);
          }
        }
      }
      const { x, y, width, height } = part;
      assertEquals(frameBoxFromTensor({ x1: 0, y1: 0, x2: 24, y2: 24 }, fits[i]!), {
        x1: x,
        y1: y,
        x2: x + width,
        y2: y + height,
      });
    }
  },
);

Deno.test("slice() tells exactly where a slice lies, whatever the network's proportions", async () => {
  for (const resize of ["stretch", "letterbox"] as const) {
    const input = { ...PLAIN, resize, width: 40, height: 25 };
    const { fits } = await slicesIn(blackFrame(0, { width: 301, height: 70 }), input, {
      size: { width: 100, height: 90 },
    });
    const parts = slicesOf({ width: 301, height: 70 }, {
      size: { width: 100, height: 90 },
      overlap: 0.2,
      regions: [],
    });
    assertEquals(fits.length, parts.length);
    for (const [i, { x, y, width, height }] of parts.entries()) {
      const box = { x1: x, y1: y, x2: x + width, y2: y + height };
      const { x1, y1, x2, y2 } = tensorBoxFromFrame(box, fits[i]!);
      // The middle of the slice is that of the tensor, and one of its axes is filled.
      assertAlmostEquals((x1 + x2) / 2, 20, 1e-9);
      assertAlmostEquals((y1 + y2) / 2, 12.5, 1e-9);
      assertAlmostEquals(Math.max((x2 - x1) / 40, (y2 - y1) / 25), 1, 1e-9);
      if (resize === "letterbox") assertEquals(fits[i]!.scaleX, fits[i]!.scaleY);
    }
  }
});

Deno.test("slice() makes many slices as it makes them one by one", async () => {
  for (const layout of ["nhwc", "nchw"] as const) {
    const input = { ...PLAIN, layout, border: [9, 8, 7] as const };
    const { fits, make } = await slicesIn(stillFrame(pattern(200, 90)), input, { size: 64 });
    const all = make({ from: 0, to: fits.length });
    const inner = layout === "nhwc" ? [32, 32, 3] : [3, 32, 32];
    assertEquals(all.dims, [fits.length, ...inner]);
    const length = 3 * 32 * 32;
    for (const i of fits.keys()) {
      const one = make({ from: i, to: i + 1 });
      assertEquals(one.dims, [1, ...inner]);
      assertEquals(one.data, all.data.slice(i * length, (i + 1) * length));
    }
  }
});

Deno.test("slice() leaves frames alone that are small, or passed over", async () => {
  const small = await prepared(blackFrame(0), PLAIN, { size: 64 });
  assertEquals(small.slices?.fits, []);
  const items = ReadableStream.from([blackFrame(1, { width: 200, height: 200 })])
    .pipeThrough(letterbox(PLAIN, { stride: 2 })).pipeThrough(slice(PLAIN, { size: 64 }));
  const [passed] = await Array.fromAsync(items);
  assertEquals([passed?.input, passed?.slices], [undefined, undefined]);
});

Deno.test("slice() cuts frames of another size anew", async () => {
  const frames = [[100, 100], [300, 100], [100, 100]].map(([width, height], index) =>
    blackFrame(index, { width: width!, height: height! })
  );
  const items = ReadableStream.from(frames).pipeThrough(letterbox(PLAIN))
    .pipeThrough(slice(PLAIN, { size: 100, overlap: 0 }));
  const counts = (await Array.fromAsync(items)).map(({ slices }) => slices?.fits.length);
  assertEquals(counts, [0, 3, 0]);
});

Deno.test("slice() refuses options that make no sense", () => {
  assertThrows(() => slice(PLAIN, { size: 31 }), RangeError, "31x31");
  assertThrows(() => slice(PLAIN, { size: { width: 64, height: 64.5 } }), RangeError, "64x64.5");
  assertThrows(() => slice(PLAIN, { size: 64, overlap: 1 }), RangeError, "overlap");
  assertThrows(() => slice(PLAIN, { size: 64, overlap: NaN }), RangeError, "NaN");
  assertThrows(() => slice(PLAIN, { size: 64, regions: [[]] }), RangeError, "corners");
});
