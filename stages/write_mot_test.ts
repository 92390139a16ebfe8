import { assertEquals, assertMatch } from "@std/assert";
import { discard } from "../pipeline/discard.ts";
import type { Detected } from "../pipeline/items.ts";
import { detected, found } from "../tests/_detected.ts";
import { hasPython, python } from "../tests/_python.ts";
import { inTempDir } from "../tests/_temp_dir.ts";
import { textWrittenBy } from "../tests/_text_written.ts";
import { writeMot } from "./write_mot.ts";

function textFrom(...items: readonly Detected[]): Promise<string> {
  return textWrittenBy(writeMot<Detected>, items);
}

Deno.test("writeMot() counts frames and pixels from 1, and writes -1 for what is unknown", async () => {
  const face = found({ x1: 0, y1: 9.5, x2: 20, y2: 40 }, { confidence: 0.75 });
  assertEquals(
    await textFrom(detected({ index: 0, detections: [face] })),
    "1,-1,1,10.5,20,30.5,0.75,-1,-1,-1\n",
  );
});

Deno.test("writeMot() keeps the order, and leaves out frames on which nothing was found", async () => {
  const face = (x1: number) => found({ x1, y1: 0, x2: 100, y2: 100 });
  const text = await textFrom(
    detected({ index: 0, detections: [face(5), face(3)] }),
    detected({ index: 1 }),
    detected({ index: 2, detections: [face(7)], isHeld: true }),
    detected({ index: 3, detections: [face(8)] }),
  );
  const rows = text.trimEnd().split("\n").map((line) => line.split(",").map(Number));
  assertEquals(rows.map(([frame, , left]) => [frame, left]), [[1, 6], [1, 4], [4, 9]]);
});

Deno.test("writeMot() clips boxes to the frame", async () => {
  const face = found({ x1: -10, y1: 300, x2: 700, y2: 400 });
  const text = await textFrom(detected({ detections: [face] }));
  assertEquals(text.split(",").slice(2, 6), ["1", "301", "640", "60"]);
});

Deno.test("writeMot() writes tiny numbers without exponents", async () => {
  const face = found({ x1: 1e-9, y1: 1e-9, x2: 2e-9, y2: 2e-9 }, { confidence: 1e-9 });
  const number = String.raw`-?\d+(\.\d+)?`;
  const line = new RegExp(`^${number}(,${number}){9}\n$`);
  assertMatch(await textFrom(detected({ detections: [face] })), line);
});

Deno.test({
  name: "writeMot() writes what Python's csv reads as ten numbers a line",
  ignore: !hasPython(),
  fn: () =>
    inTempDir(async (dir) => {
      const detections = [found({ x1: 99, y1: 49, x2: 120.25, y2: 80 })];
      const items = [0, 9].map((index) => detected({ index, detections }));
      const writer = writeMot<Detected>(`${dir}/det.txt`);
      await ReadableStream.from(items).pipeThrough(writer).pipeTo(discard());
      // Read as TrackEval does: fields by csv, each a float.
      const rows = await python(
        "sys",
        `import csv, json, sys
with open(sys.argv[1], newline="") as file:
    print(json.dumps([[float(field) for field in row] for row in csv.reader(file)]))`,
        `${dir}/det.txt`,
      );
      assertEquals(rows, [
        [1, -1, 100, 50, 21.25, 31, 0.9, -1, -1, -1],
        [10, -1, 100, 50, 21.25, 31, 0.9, -1, -1, -1],
      ]);
    }),
});

Deno.test("writeMot() writes the number of a track, and the box that is wanted", async () => {
  const track = {
    ...found({ x1: 1, y1: 2, x2: 3, y2: 4 }),
    trackId: 5,
    rawBox: { x1: 2, y1: 2, x2: 4, y2: 4 },
  };
  const item = detected({ detections: [track] });
  assertEquals(await textWrittenBy(writeMot<Detected>, [item]), "1,5,2,3,2,2,0.9,-1,-1,-1\n");
  const raw = await textWrittenBy(
    (target, options) => writeMot<Detected>(target, { ...options, boxes: "raw" }),
    [item],
  );
  assertEquals(raw, "1,5,3,3,2,2,0.9,-1,-1,-1\n");
});
