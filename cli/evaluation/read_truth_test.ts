import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { SourceError } from "../../pipeline/errors.ts";
import { readTruth } from "./read_truth.ts";
import type { Truth, TruthOptions } from "./truth.ts";

/** Reads a truth of such text. */
async function truthOf(
  name: string,
  text: string,
  { origin, isListedOnly = false }: Partial<TruthOptions> = {},
): Promise<Truth> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/${name}`, text);
    return await readTruth(`${directory}/${name}`, { origin, isListedOnly });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const frame = (index: number) => ({
  name: "clips/in.mp4",
  index,
  isFrame: true,
  width: 640,
  height: 480,
});
const picture = (name: string) => ({ name, index: 0, isFrame: false, width: 64, height: 48 });

Deno.test("readTruth() reads a CSV by the names of its columns, and counts from the origin", async () => {
  const text = 'frame,label,x,y,w,h\r\n0,DRONE,11,21,30,40\r\n2,"BIRD, big",1,1,2,3\r\n';
  const truth = await truthOf("a.csv", text, { origin: 1 });
  assertEquals([...truth.labels], [["DRONE", 1], ["BIRD, big", 1]]);
  assertEquals(truth.objectsAt(frame(0)), [
    { label: "DRONE", box: { x1: 10, y1: 20, x2: 40, y2: 60 } },
  ]);
  assertEquals(truth.objectsAt(frame(1)), []);
  assertEquals(truth.objectsAt(picture("in.png")), undefined);
  const listed = await truthOf("a.csv", text, { isListedOnly: true });
  assertEquals(listed.objectsAt(frame(1)), undefined);
  assertEquals(listed.objectsAt(frame(2))?.[0]?.box.x1, 1);
});

Deno.test("readTruth() reads what steadybox writes as CSV", async () => {
  const text =
    "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,class_name,frame_index,timestamp\n" +
    "412.31,96.5,600.1,284.29,0,0.931235,,face,3,0\n";
  const truth = await truthOf("a.csv", text);
  assertEquals(truth.objectsAt(frame(3)), [
    { label: "face", box: { x1: 412.31, y1: 96.5, x2: 600.1, y2: 284.29 } },
  ]);
});

Deno.test("readTruth() knows pictures of a CSV by the names of their files", async () => {
  const truth = await truthOf("a.csv", "label,file,x,y,w,h\n,photos/a.jpg,0,0,5,5\n");
  assertEquals(truth.objectsAt(picture("elsewhere/a.jpg")), [
    { box: { x1: 0, y1: 0, x2: 5, y2: 5 } },
  ]);
  assertEquals(truth.objectsAt(picture("b.jpg")), undefined);
});

Deno.test("readTruth() counts frames and pixels of MOT text from 1, and 0 as not counted", async () => {
  const text = "1,7,11,21,30,40,1,1,1\n1,8,1,1,5,5,0,2,1\n3,7,2,2,3,3,0.5,-1,-1,-1\n";
  const truth = await truthOf("gt.txt", text);
  assertEquals(truth.objectsAt(frame(0)), [
    { box: { x1: 10, y1: 20, x2: 40, y2: 60 } },
    { box: { x1: 0, y1: 0, x2: 5, y2: 5 }, isCrowd: true },
  ]);
  assertEquals(truth.objectsAt(frame(2))?.length, 1);
  assertEquals([...truth.labels], [[undefined, 2]]);
});

const COCO = {
  info: {},
  images: [
    { id: 7, file_name: "train/a.jpg", width: 64, height: 48 },
    { id: 8, file_name: "val/a.jpg", width: 64, height: 48 },
    { id: 9, file_name: "b.jpg" },
  ],
  annotations: [
    { id: 1, image_id: 8, category_id: 3, bbox: [1, 2, 3, 4], iscrowd: 0, area: 12 },
    { id: 2, image_id: 9, category_id: 3, bbox: [0, 0, 9, 9], iscrowd: 1 },
  ],
  categories: [{ id: 3, name: "person", supercategory: "x" }],
};

Deno.test("readTruth() matches COCO's images with pictures by their files' names", async () => {
  const truth = await truthOf("a.json", JSON.stringify(COCO));
  assertEquals([...truth.labels], [["person", 1]]);
  assertEquals(truth.objectsAt(picture("data/val/a.jpg")), [
    { label: "person", box: { x1: 1, y1: 2, x2: 4, y2: 6 } },
  ]);
  assertEquals(truth.objectsAt(picture("data/train/a.jpg")), []);
  assertEquals(truth.objectsAt(picture("somewhere/b.jpg"))?.[0]?.isCrowd, true);
  assertEquals(truth.objectsAt(picture("c.jpg")), undefined);
  assertEquals(truth.objectsAt(frame(0)), undefined);
});

Deno.test("readTruth() matches COCO's images with frames as steadybox numbers them", async () => {
  const images = [4, 5].map((frame_index) => ({
    id: frame_index,
    file_name: "in.mp4",
    frame_index,
  }));
  const annotations = [{ image_id: 5, category_id: 3, bbox: [1, 2, 3, 4] }];
  const truth = await truthOf("a.json", JSON.stringify({ ...COCO, images, annotations }));
  assertEquals([3, 4, 5].map((index) => truth.objectsAt(frame(index))?.length), [undefined, 0, 1]);
});

Deno.test("readTruth() refuses a picture of another size than COCO's", async () => {
  const truth = await truthOf("a.json", JSON.stringify(COCO));
  const place = { ...picture("val/a.jpg"), width: 32 };
  const { message } = await assertRejects(
    () => Promise.resolve().then(() => truth.objectsAt(place)),
    SourceError,
  );
  assertMatch(message, /"val\/a.jpg" is 64x48 there, and "val\/a.jpg" is 32x48$/);
});

Deno.test.each([
  { name: "a.csv", text: "frame,label\n", said: /no columns are called "x" and "y"$/ },
  { name: "a.csv", text: "x,y,w,h\n1,1,1,1\n", said: /no column is called "frame" or "file"$/ },
  { name: "a.csv", text: "frame,x,y\n1,1,1\n", said: /"w" and "h", or "x_max" and "y_max"$/ },
  { name: "a.csv", text: "frame,x,y,w,h\n", said: /it names no object$/ },
  {
    name: "a.csv",
    text: "frame,x,y,w,h\n0,1,1,1,1\n0,1,one,1,1\n",
    said: /line 3, y: "one" is no/,
  },
  { name: "a.csv", text: "frame,x,y,w,h\n0,1,1,-1,1\n", said: /line 2: the box ends before it/ },
  { name: "a.txt", text: "1,2,3\n", said: /line 1: there are 3 numbers$/ },
  { name: "a.txt", text: "", said: /it names no object$/ },
  { name: "a.json", text: "[", said: /it is not JSON$/ },
  { name: "a.json", text: "[]", said: /expected object, received array/ },
  {
    name: "a.json",
    text: JSON.stringify({ ...COCO, categories: [] }),
    said: /annotations\[0\]: there is no category 3$/,
  },
  {
    name: "a.json",
    text: JSON.stringify({ ...COCO, annotations: [{ image_id: 8, category_id: 3, bbox: [1] }] }),
    said: /annotations\[0\].bbox/,
  },
  { name: "a.xml", text: "<x/>", said: /it must be COCO's .json, MOT Challenge .txt or .csv$/ },
])("readTruth() refuses $name of $text, and says why", async ({ name, text, said }) => {
  const { message } = await assertRejects(() => truthOf(name, text), SourceError);
  assertMatch(message, /^Cannot read the truth "[^\n]+$/);
  assertMatch(message, said);
});
