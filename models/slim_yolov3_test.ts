import { assertEquals, assertThrows } from "@std/assert";
import { countsOf, readArchitecture } from "./darknet/network.ts";
import { SLIM_YOLOV3_NAMES, slimYolov3, type SlimYolov3Name } from "./slim_yolov3.ts";

/**
 * The paper's table: BFLOPs for inputs of 416, 608 and 832 pixels, millions of parameters, and the
 * size of the file in MiB.
 */
const TABLE: Record<SlimYolov3Name, readonly [bflops: string[], parameters: string, mib: string]> =
  {
    "yolov3-tiny": [["5.46", "11.65", "21.82"], "8.7", "33.1"],
    "yolov3-spp1": [["65.71", "140.36", "262.84"], "62.6", "239"],
    "yolov3-spp3": [["71.03", "151.72", "284.10"], "63.9", "243"],
    "slimyolov3-spp3-50": [["30.51", "65.17", "122"], "20.8", "79.6"],
    "slimyolov3-spp3-90": [["9.97", "21.3", "39.89"], "8.0", "30.6"],
    "slimyolov3-spp3-95": [["6.57", "14.04", "26.29"], "5.1", "19.4"],
  };

/** A number with as many decimals as the table gives. */
function asIn(text: string, value: number): string {
  return value.toFixed(text.split(".")[1]?.length ?? 0);
}

Deno.test.each(SLIM_YOLOV3_NAMES.map((name) => ({ name })))(
  "slimYolov3() makes $name as large and as slow as the paper's table says",
  ({ name }) => {
    const [bflops, parameters, mib] = TABLE[name];
    for (const [i, size] of [416, 608, 832].entries()) {
      const counts = countsOf(readArchitecture(slimYolov3({ name, size })));
      const work = 2 * counts.multiplyAccumulates / 1e9;
      assertEquals(asIn(bflops[i]!, work), bflops[i], `${work} BFLOPs at ${size}`);
      assertEquals(asIn(parameters, counts.parameters / 1e6), parameters);
      // The table cuts sizes of files off where it rounds all else.
      const decimals = 10 ** (mib.split(".")[1]?.length ?? 0);
      const fileMib = (4 * counts.storedNumbers + 20) / 2 ** 20;
      assertEquals(Math.floor(fileMib * decimals) / decimals, Number(mib));
    }
  },
);

Deno.test("slimYolov3() puts the heads where the authors' cfg files have them", () => {
  const { layers } = readArchitecture(slimYolov3({ name: "yolov3-spp3", classes: 10 }));
  assertEquals(layers.length, 126);
  const detecting = layers.flatMap((layer, i) => layer.kind === "yolo" ? [i - 1] : []);
  assertEquals(detecting, [88, 106, 124]);
  assertEquals([83, 101, 120].map((i) => layers[i]?.dims[0]), [2048, 2048, 512]);
  assertEquals([93, 111].map((i) => layers[i]?.dims[0]), [768, 384]);
});

Deno.test.each([
  { name: "yolov3-tiny" as const, file: "yolov3-tiny", size: 416 },
  { name: "yolov3-spp1" as const, file: "yolov3-spp", size: 608 },
])("slimYolov3() makes $name as Darknet's own cfg file does", async ({ name, file, size }) => {
  const url = new URL(`../tests/fixtures/darknet/${file}.cfg`, import.meta.url);
  const ours = readArchitecture(slimYolov3({ name, classes: 80, size }));
  const theirs = readArchitecture(await Deno.readTextFile(url));
  const facts = ({ layers }: typeof ours) => layers.map(({ line: _, ...layer }) => layer);
  assertEquals(facts(ours), facts(theirs));
});

Deno.test.each([
  { flaw: "another name", options: { name: "slimyolov3-spp3-80" as SlimYolov3Name } },
  { flaw: "no multiple of 32", options: { name: "yolov3-tiny" as const, size: 400 } },
  { flaw: "no class", options: { name: "yolov3-tiny" as const, classes: 0 } },
])("slimYolov3() refuses $flaw", ({ options }) => {
  assertThrows(() => slimYolov3(options), Error, "Cannot make a SlimYOLOv3");
});
