import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { discard } from "../pipeline/discard.ts";
import { StageError } from "../pipeline/errors.ts";
import type { Detected } from "../pipeline/items.ts";
import { detected, found } from "../tests/_detected.ts";
import { hasPython, python } from "../tests/_python.ts";
import { inTempDir } from "../tests/_temp_dir.ts";
import { textWrittenBy } from "../tests/_text_written.ts";
import { writeJsonLines } from "./write_json_lines.ts";

function textFrom(...items: readonly Detected[]): Promise<string> {
  return textWrittenBy(writeJsonLines<Detected>, items);
}

/** The one object of the one line. */
async function objectFrom(detection: Parameters<typeof found>[1]) {
  const box = detection?.box ?? { x1: 10, y1: 20, x2: 60, y2: 80 };
  const text = await textFrom(detected({ detections: [found(box, detection)] }));
  return { text, object: JSON.parse(text).objects[0] };
}

const AWKWARD = 'a "face", 50 % of it;\r\nсе\u2028\u2029\u0085 \u{1f600} \\u0000 \u0000\tend';

Deno.test("writeJsonLines() writes a frame in DL Streamer's form", async () => {
  const source = {
    name: "rtsp://host/live",
    width: 1280,
    height: 720,
    timeBase: { num: 1, den: 90000 },
  };
  const keypoints = [{ label: "right eye", x: 320, y: -7.2 }];
  const face = found({ x1: 12.8, y1: 21.6, x2: 64, y2: 79.2 }, {
    confidence: 0.91,
    classId: 1,
    keypoints,
  });
  const text = await textFrom(detected({ index: 3, pts: 111060, source, detections: [face] }));
  assertEquals(JSON.parse(text), {
    resolution: { width: 1280, height: 720 },
    source: "rtsp://host/live",
    timestamp: 1234000000,
    tags: {},
    frame_index: 3,
    pts: 111060,
    time_base: "1/90000",
    objects: [{
      x: 12.8,
      y: 21.6,
      w: 51.2,
      h: 57.6,
      roi_type: "face",
      detection: {
        bounding_box: { x_min: 0.01, x_max: 0.05, y_min: 0.03, y_max: 0.11 },
        confidence: 0.91,
        label_id: 1,
        label: "face",
      },
      keypoints: [{
        label: "right eye",
        x: 320,
        y: -7.2,
        normalized: { x: 0.25, y: -0.01 },
      }],
    }],
  });
});

Deno.test("writeJsonLines() writes one line a frame in order, empty ones too", async () => {
  const face = found({ x1: 1, y1: 2, x2: 3, y2: 4 });
  const text = await textFrom(
    detected({ index: 0 }),
    detected({ index: 1, detections: [face, face] }),
    detected({ index: 2 }),
  );
  const lines = text.split("\n");
  assertEquals(lines.pop(), "");
  const rows = lines.map((line) => JSON.parse(line));
  assertEquals(rows.map(({ frame_index }) => frame_index), [0, 1, 2]);
  assertEquals(rows.map(({ objects }) => objects.length), [0, 2, 0]);
});

Deno.test("writeJsonLines() writes nothing for a source without frames", async () => {
  assertEquals(await textFrom(), "");
});

Deno.test("writeJsonLines() marks held frames, and no others", async () => {
  const face = found({ x1: 1, y1: 2, x2: 3, y2: 4 });
  const [first, second] = (await textFrom(
    detected({ index: 0, detections: [face] }),
    detected({ index: 1, detections: [face], isHeld: true }),
  )).split("\n").map((line) => line && JSON.parse(line));
  assertEquals(first.held, undefined);
  assertEquals(second.held, true);
  assertEquals(second.objects, first.objects);
});

Deno.test.each([
  // The digits were worked out by hand as pts * num * 10^9 / den, halves rounded up.
  { pts: 1001, num: 1, den: 30000, digits: "33366667" },
  { pts: 1, num: 1, den: 3, digits: "333333333" },
  { pts: -1, num: 1, den: 90000, digits: "-11111" },
  { pts: 1763658000123456, num: 1, den: 1000000, digits: "1763658000123456000" },
  { pts: 9007199254740991, num: 1, den: 90000, digits: "100079991719344344444" },
])(
  "writeJsonLines() writes $digits ns for tick $pts of $num/$den s",
  async ({ pts, num, den, digits }) => {
    const text = await textFrom(detected({ pts, source: { timeBase: { num, den } } }));
    assert(text.includes(`"timestamp":${digits},`), text);
  },
);

Deno.test("writeJsonLines() clips boxes to the frame", async () => {
  const { object } = await objectFrom({ box: { x1: -5, y1: 350.5, x2: 641, y2: 1e9 } });
  const { x, y, w, h, detection } = object;
  assertEquals({ x, y, w, h }, { x: 0, y: 350.5, w: 640, h: 9.5 });
  const { x_min, x_max, y_max } = detection.bounding_box;
  assertEquals({ x_min, x_max, y_max }, { x_min: 0, x_max: 1, y_max: 1 });
});

Deno.test("writeJsonLines() writes tiny and long numbers without exponents", async () => {
  const { text, object } = await objectFrom({
    box: { x1: 1e-9, y1: 1 / 3, x2: 2e-9, y2: 100 / 3 },
    confidence: 1e-8,
    keypoints: [{ label: "dot", x: -1e-12, y: 1e-7 }],
  });
  assertEquals(/\d[eE][-+]?\d/.test(text), false, text);
  assertAlmostEquals(object.y, 1 / 3, 0.005);
  assertAlmostEquals(object.h, 33, 0.005);
  assertAlmostEquals(object.detection.bounding_box.y_min, 1 / 1080, 5e-7);
});

Deno.test.each([
  { name: "an edge that is not a number", face: { box: { x1: NaN, y1: 0, x2: 1, y2: 1 } } },
  { name: "an infinite confidence", face: { confidence: Infinity } },
  { name: "a keypoint beyond all bounds", face: { keypoints: [{ label: "", x: 1e300, y: 0 }] } },
])("writeJsonLines() refuses $name", async ({ face }) => {
  await assertRejects(() => objectFrom(face), StageError, "it must be finite");
});

Deno.test("writeJsonLines() keeps awkward labels, in one line for any reader", async () => {
  const { text, object } = await objectFrom({ label: AWKWARD });
  assertEquals(object.roi_type, AWKWARD);
  assertEquals(object.detection.label, AWKWARD);
  assertEquals(text.trimEnd().split(/[\n\r\u0085\u2028\u2029]/).length, 1);
});

Deno.test({
  name: "writeJsonLines() writes what Python's json reads, digit by digit",
  ignore: !hasPython(),
  fn: () =>
    inTempDir(async (dir) => {
      const path = `${dir}/out.jsonl`;
      const detections = [found({ x1: 0.125, y1: 1, x2: 20.5, y2: 30 }, { label: AWKWARD })];
      const source = { timeBase: { num: 1, den: 1000 }, name: "ç 日本.mp4" };
      const items = [0, 1763658000123457].map((pts, index) =>
        detected({ index, pts, source, detections })
      );
      const writer = writeJsonLines<Detected>(path);
      await ReadableStream.from(items).pipeThrough(writer).pipeTo(discard());
      // splitlines() splits at every character that Unicode calls a line end.
      const rows = await python(
        "sys",
        `import json, sys
text = open(sys.argv[1], encoding="utf-8", newline="").read()
rows = [json.loads(line, parse_int=str, parse_float=str) for line in text.splitlines()]
print(json.dumps([[r["timestamp"], r["source"], r["objects"][0]] for r in rows]))`,
        path,
      ) as [string, string, Record<string, unknown>][];
      assertEquals(rows.map(([timestamp]) => timestamp), ["0", "1763658000123457000000"]);
      assertEquals(rows[1]?.[1], "ç 日本.mp4");
      assertEquals(rows[1]?.[2].roi_type, AWKWARD);
      assertEquals(rows[1]?.[2].w, "20.37"); // From 0.13 to 20.5, as both are written.
    }),
});

Deno.test("writeJsonLines() writes the number of a track, and its raw box beside the other", async () => {
  const track = {
    ...found({ x1: 1, y1: 2, x2: 3, y2: 4 }),
    trackId: 5,
    rawBox: { x1: 2, y1: 2, x2: 4, y2: 4 },
  };
  const text = await textWrittenBy(writeJsonLines<Detected>, [detected({ detections: [track] })]);
  const [object] = JSON.parse(text).objects;
  assertEquals([object.id, object.x, object.raw], [5, 1, { x: 2, y: 2, w: 2, h: 2 }]);
});

Deno.test("writeJsonLines() writes all lines of a long file, in order", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/out.jsonl`;
    const detections = [found({ x1: 1, y1: 2, x2: 3, y2: 4 })];
    const count = 1500; // Several times as much as is gathered.
    await ReadableStream.from(
      Array.from({ length: count }, (_, index) => detected({ index, detections })),
    ).pipeThrough(writeJsonLines<Detected>(path)).pipeTo(discard());
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
    assertEquals(
      lines.map((line) => JSON.parse(line).frame_index),
      Array.from({ length: count }, (_, index) => index),
    );
  }));
