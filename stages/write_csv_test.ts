import { assertEquals, assertMatch } from "@std/assert";
import { discard } from "../pipeline/discard.ts";
import type { Detected } from "../pipeline/items.ts";
import { detected, found } from "../tests/_detected.ts";
import { hasPython, python } from "../tests/_python.ts";
import { inTempDir } from "../tests/_temp_dir.ts";
import { textWrittenBy } from "../tests/_text_written.ts";
import { writeCsv } from "./write_csv.ts";

const HEADER =
  "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,class_name,frame_index,timestamp\r\n";

function textFrom(...items: readonly Detected[]): Promise<string> {
  return textWrittenBy(writeCsv<Detected>, items);
}

Deno.test("writeCsv() has supervision's columns, then those it was given", async () => {
  const face = found({ x1: 1.5, y1: 2, x2: 30, y2: 40.25 }, { classId: 2, confidence: 0.75 });
  const source = { timeBase: { num: 1001, den: 30000 } };
  assertEquals(
    await textFrom(detected({ index: 7, pts: 7, source, detections: [face] })),
    `${HEADER}1.5,2,30,40.25,2,0.75,,face,7,233566667\r\n`,
  );
});

Deno.test("writeCsv() writes the number of a track, and its raw box where that is wanted", async () => {
  const box = { x1: 1, y1: 2, x2: 3, y2: 4 };
  const track = { ...found(box), trackId: 5, rawBox: { x1: 1.5, y1: 2.5, x2: 3.5, y2: 4.5 } };
  const item = detected({ detections: [track, found(box)] });
  const text = await textWrittenBy(
    (target, options) => writeCsv<Detected>(target, { ...options, rawBoxes: true }),
    [item],
  );
  assertEquals(text.split("\r\n").slice(0, 3), [
    `${HEADER.trim()},raw_x_min,raw_y_min,raw_x_max,raw_y_max`,
    "1,2,3,4,0,0.9,5,face,0,0,1.5,2.5,3.5,4.5",
    "1,2,3,4,0,0.9,,face,0,0,,,,",
  ]);
});

Deno.test("writeCsv() writes the header alone if nothing was found", async () => {
  assertEquals(await textFrom(), HEADER);
  assertEquals(await textFrom(detected({})), HEADER);
});

Deno.test("writeCsv() leaves out held frames", async () => {
  const detections = [found({ x1: 1, y1: 2, x2: 3, y2: 4 })];
  assertEquals(await textFrom(detected({ detections, isHeld: true })), HEADER);
});

Deno.test("writeCsv() clips boxes to the frame", async () => {
  const face = found({ x1: -1, y1: -2, x2: 641, y2: 361 });
  assertMatch(await textFrom(detected({ detections: [face] })), /\r\n0,0,640,360,0,/);
});

Deno.test("writeCsv() writes tiny numbers and exact nanoseconds without exponents", async () => {
  const face = found({ x1: 1e-9, y1: 0, x2: 2e-9, y2: 1 }, { confidence: 1e-9 });
  const source = { timeBase: { num: 1, den: 1000 } };
  assertEquals(
    await textFrom(detected({ pts: 1763658000123457, source, detections: [face] })),
    `${HEADER}0,0,0,1,0,0,,face,0,1763658000123457000000\r\n`,
  );
});

Deno.test.each([
  { label: "plain", field: "plain" },
  { label: "é 日本 \u{1f600}", field: "é 日本 \u{1f600}" },
  { label: "a,b", field: '"a,b"' },
  { label: 'a "b"', field: '"a ""b"""' },
  { label: "a\r\nb", field: '"a\r\nb"' },
  { label: "=1+1", field: "'=1+1" },
  { label: '=HYPERLINK("x","y")', field: `"'=HYPERLINK(""x"",""y"")"` },
  { label: "@a", field: "'@a" },
  { label: "＝a", field: "'＝a" },
  { label: "a=b", field: "a=b" },
])("writeCsv() writes the label $label as one harmless field", async ({ label, field }) => {
  const face = found({ x1: 0, y1: 0, x2: 1, y2: 1 }, { label });
  assertEquals(
    await textFrom(detected({ detections: [face] })),
    `${HEADER}0,0,1,1,0,0.9,,${field},0,0\r\n`,
  );
});

Deno.test({
  name: "writeCsv() writes what Python's csv reads, whatever the labels",
  ignore: !hasPython(),
  fn: () =>
    inTempDir(async (dir) => {
      const labels = ["plain", 'with "quotes", commas', "two\r\nlines", "日本\u2028", ""];
      const detections = labels.map((label, classId) =>
        found({ x1: 0, y1: 0, x2: 1, y2: 1 }, { label, classId })
      );
      const writer = writeCsv<Detected>(`${dir}/out.csv`);
      await ReadableStream.from([detected({ detections })]).pipeThrough(writer).pipeTo(discard());
      const rows = await python(
        "sys",
        `import csv, json, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    print(json.dumps(list(csv.DictReader(file, strict=True))))`,
        `${dir}/out.csv`,
      ) as Record<string, string>[];
      assertEquals(rows.map((row) => row.class_name), labels);
      assertEquals(rows.map((row) => row.class_id), ["0", "1", "2", "3", "4"]);
      assertEquals(rows.map((row) => row.tracker_id), ["", "", "", "", ""]);
    }),
});
