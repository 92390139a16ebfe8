import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { SourceError } from "../../../pipeline/errors.ts";
import { inTempDir } from "../../../tests/_temp_dir.ts";
import { measuredFor } from "../../../tests/_measured.ts";
import { importedTracks } from "../observe/imported_tracks.ts";
import { readTruth, withoutFrames } from "./truth_file.ts";

const MOT = new URL("../../../tests/fixtures/mot/", import.meta.url).pathname;
const STABILITY = new URL("../../../tests/fixtures/stability/", import.meta.url);

async function campus() {
  const clip = await importedTracks(`${MOT}TUD-Campus.test.txt`, { fps: 25 });
  const truth = await readTruth(`${MOT}TUD-Campus.gt.txt`);
  const { report } = await measuredFor([{ ...clip, truth }], ["kalman"]);
  return report.truth!;
}

const TRUTH = await campus();

Deno.test("the truth gives TUD-Campus the numbers that TrackEval gives", async () => {
  const expected = JSON.parse(await Deno.readTextFile(`${MOT}trackeval_expected.json`));
  const { HOTA, CLEAR, Identity } = expected["TUD-Campus"];
  const meanOf = (values: number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const { hota, clear, identity } = TRUTH.methods[0]!;
  assertAlmostEquals(hota!.hota, 0.391397, 1e-6);
  assertAlmostEquals(hota!.hota, meanOf(HOTA.HOTA), 1e-9);
  assertAlmostEquals(hota!.assA, meanOf(HOTA.AssA), 1e-9);
  assertAlmostEquals(clear.mota!, 0.526462, 1e-6);
  assertAlmostEquals(clear.mota!, CLEAR.MOTA, 1e-9);
  assertAlmostEquals(identity.idf1!, 0.557659, 1e-6);
  assertAlmostEquals(identity.idf1!, Identity.IDF1, 1e-9);
  assertEquals([clear.idSwitches, clear.fragmentations], [CLEAR.IDSW, CLEAR.Frag]);
});

Deno.test("the truth gives TUD-Campus the stability errors of Zhang and Wang's evaluation", async () => {
  const file = await Deno.readTextFile(new URL("zhang_wang_expected.json", STABILITY));
  const { fragment, center, scale_ratio } = JSON.parse(file).cases["TUD-Campus"];
  const { stability } = TRUTH.methods[0]!;
  assertAlmostEquals(stability!.fragment, fragment, 1e-9);
  assertAlmostEquals(stability!.centre, center, 1e-9);
  assertAlmostEquals(stability!.scaleRatio, scale_ratio, 1e-9);
});

Deno.test("the truth tells how much it trembles itself", () => {
  // By an independent program, in pixels over the size: 1.8, 1.5, 3.9 and 3.2 %. Here sides are logarithms:
  // a narrow person's width trembles by more of itself, the height by less, and the product is the same.
  const { centreX, centreY, width, height } = TRUTH.floor.sigma3Percent;
  assertAlmostEquals(centreX!, 1.8, 0.1);
  assertAlmostEquals(centreY!, 1.5, 0.1);
  assertAlmostEquals(Math.sqrt(width! * height!), Math.sqrt(3.9 * 3.2), 0.15);
  assertEquals([TRUTH.frames, TRUTH.objects, TRUTH.boxes], [71, 8, 359]);
});

Deno.test("smoothed tracks are judged by the truth as well", () => {
  assertEquals(TRUTH.methods.map(({ method }) => method).slice(0, 2), ["raw", "raw+kalman"]);
  const [raw, kalman] = TRUTH.methods;
  assert(Math.abs(raw!.meanIou! - kalman!.meanIou!) < 0.01);
  assert(kalman!.meanIou! !== raw!.meanIou!);
});

async function truthFrom(text: string) {
  let truth: Awaited<ReturnType<typeof readTruth>> | undefined;
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/gt.txt`, text);
    truth = await readTruth(`${dir}/gt.txt`);
  });
  return truth!.frames;
}

Deno.test("readTruth() reads MOT text and tables of single objects, pixels from 1", async () => {
  const box = { x1: 9, y1: 19, x2: 39, y2: 59 };
  assertEquals([...await truthFrom("2,5,10,20,30,40,1,-1,-1,-1\n2,6,10,20,30,40,0\n")], [
    [1, [{ trackId: 5, box }]],
  ]);
  assertEquals([...await truthFrom("frame,label,x,y,w,h\r\n1,DRONE,10,20,30,40\r\n")], [
    [1, [{ trackId: 1, box }]],
  ]);
});

Deno.test.each([
  { what: "no boxes", text: "\n", says: "it has no boxes" },
  { what: "objects without numbers", text: "1,-1,10,20,30,40,1", says: "have no numbers" },
  {
    what: "an object twice in a frame",
    text: "1,1,1,1,9,9,1\n1,1,2,2,9,9,1",
    says: "object 1 twice",
  },
  { what: "words", text: "hello", says: "line 1 is no row" },
  { what: "a broken table", text: "frame,label,x,y,w,h\n1,A,10,20,30", says: "line 2 is no row" },
  {
    what: "a table with two objects in a frame",
    text: "frame,label,x,y,w,h\n1,A,1,1,9,9\n1,B,1,1,9,9",
    says: "several objects",
  },
])("readTruth() refuses $what in one line", async ({ text, says }) => {
  const { message } = await assertRejects(() => truthFrom(text), SourceError, says);
  assert(!message.includes("\n"));
});

Deno.test("withoutFrames() leaves frames out, and moves those behind up", () => {
  const box = { x1: 0, y1: 0, x2: 9, y2: 9 };
  const of = (trackId: number) => [{ trackId, box }];
  const frames = new Map([[5, of(5)], [0, of(0)], [2, of(2)], [3, of(3)]]);
  const { frames: left } = withoutFrames({ sha256: "", frames }, [1, 3, 4, 9]);
  assertEquals([...left], [[0, of(0)], [1, of(2)], [2, of(5)]]);
});
