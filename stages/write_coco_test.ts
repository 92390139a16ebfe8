import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { discard } from "../pipeline/discard.ts";
import { OutputError } from "../pipeline/errors.ts";
import type { Detected } from "../pipeline/items.ts";
import { detected, found } from "../tests/_detected.ts";
import { hasPython, python } from "../tests/_python.ts";
import { inTempDir, namesIn } from "../tests/_temp_dir.ts";
import { writeCoco, type WriteCocoOptions } from "./write_coco.ts";

/** Two frames with three objects, and a held one between them. */
const ITEMS = [
  detected({
    index: 0,
    detections: [
      found({ x1: -4, y1: 2.5, x2: 30, y2: 40 }),
      found({ x1: 600, y1: 300, x2: 650, y2: 380 }, { classId: 2, label: "car", confidence: 0.5 }),
    ],
  }),
  detected({ index: 1, detections: [found({ x1: 0, y1: 0, x2: 9, y2: 9 })], isHeld: true }),
  detected({ index: 2, pts: 5, detections: [found({ x1: 10, y1: 20, x2: 15, y2: 40 })] }),
];

async function write(path: string, items = ITEMS, options?: WriteCocoOptions): Promise<void> {
  const writer = writeCoco<Detected>(path, options);
  await ReadableStream.from(items).pipeThrough(writer).pipeTo(discard());
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test("writeCoco() writes clipped results and the images that they belong to", () =>
  inTempDir(async (dir) => {
    await write(`${dir}/faces.json`);
    assertEquals(await namesIn(dir), ["faces.images.json", "faces.json"]);
    assertEquals(await readJson(`${dir}/faces.json`), [
      { image_id: 0, category_id: 0, bbox: [0, 2.5, 30, 37.5], score: 0.9 },
      { image_id: 0, category_id: 2, bbox: [600, 300, 40, 60], score: 0.5 },
      { image_id: 2, category_id: 0, bbox: [10, 20, 5, 20], score: 0.9 },
    ]);
    const image = { file_name: "clip.mp4", width: 640, height: 360, time_base: "1/25" };
    assertEquals(await readJson(`${dir}/faces.images.json`), {
      images: [
        { ...image, id: 0, frame_index: 0, pts: 0, timestamp: 0 },
        { ...image, id: 2, frame_index: 2, pts: 5, timestamp: 200000000 },
      ],
      annotations: [],
      categories: [{ id: 0, name: "face" }, { id: 2, name: "car" }],
    });
  }));

Deno.test("writeCoco() writes valid, empty files if there were no frames", () =>
  inTempDir(async (dir) => {
    await write(`${dir}/faces.json`, []);
    assertEquals(await readJson(`${dir}/faces.json`), []);
    const images = await readJson(`${dir}/faces.images.json`);
    assertEquals(images, { images: [], annotations: [], categories: [] });
  }));

Deno.test("writeCoco() lists all classes that it was told of", () =>
  inTempDir(async (dir) => {
    await write(`${dir}/faces.json`, ITEMS, { labels: ["face", 'a "dog"'] });
    const { categories } = await readJson(`${dir}/faces.images.json`);
    assertEquals(categories, [
      { id: 0, name: "face" },
      { id: 1, name: 'a "dog"' },
      { id: 2, name: "car" },
    ]);
  }));

Deno.test("writeCoco() puts the images where it is told", () =>
  inTempDir(async (dir) => {
    await write(`${dir}/faces.json`, ITEMS, { images: `${dir}/list.json` });
    assertEquals(await namesIn(dir), ["faces.json", "list.json"]);
  }));

Deno.test("writeCoco() leaves nothing if the list of images may not be replaced", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/faces.images.json`, "old");
    await assertRejects(() => write(`${dir}/faces.json`), OutputError, "faces.images.json");
    assertEquals(await namesIn(dir), ["faces.images.json"]);
    assertEquals(await Deno.readTextFile(`${dir}/faces.images.json`), "old");
  }));

Deno.test("writeCoco() writes tiny numbers and exact nanoseconds without exponents", () =>
  inTempDir(async (dir) => {
    const face = found({ x1: 1e-9, y1: 0, x2: 2e-9, y2: 1 }, { confidence: 1e-9 });
    const source = { timeBase: { num: 1, den: 1000 } };
    await write(`${dir}/a.json`, [detected({ pts: 1763658000123457, source, detections: [face] })]);
    assertMatch(await Deno.readTextFile(`${dir}/a.json`), /"bbox":\[0,0,0,1\],"score":0\}/);
    const images = await Deno.readTextFile(`${dir}/a.images.json`);
    assertMatch(images, /"timestamp":1763658000123457000000\}/);
  }));

Deno.test({
  name: "writeCoco() writes what pycocotools loads and evaluates",
  ignore: !hasPython("pycocotools"),
  fn: () =>
    inTempDir(async (dir) => {
      await write(`${dir}/faces.json`);
      // With the results as ground truth, each object finds itself: precision and recall are 1.
      const answer = await python(
        "pycocotools",
        `import contextlib, io, json, sys
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(sys.argv[2])
    results = truth.loadRes(sys.argv[1])
    for annotation in results.dataset["annotations"]:
        truth.dataset["annotations"].append({**annotation, "iscrowd": 0})
    truth.createIndex()
    evaluation = COCOeval(truth, results, "bbox")
    evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
print(json.dumps([len(results.anns), len(results.imgs), evaluation.stats[0], evaluation.stats[8]]))`,
        `${dir}/faces.json`,
        `${dir}/faces.images.json`,
      ) as number[];
      assertEquals(answer.slice(0, 2), [3, 2]);
      assertEquals(answer.slice(2).map((value) => value.toFixed(9)), [
        "1.000000000",
        "1.000000000",
      ]);
    }),
});
