/**
 * Networks of others on the command line: their classes, the size of their input, and what is said of
 * them.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LAYOUT_CASES, type LayoutCase, networkOf } from "./_layout_cases.ts";
import { runProgram } from "./_program.ts";
import { inTempDir } from "./_temp_dir.ts";

/** A case that always finds two objects of its second class, one over the other. */
function twins(layout: string): LayoutCase {
  const one = LAYOUT_CASES.find((some) => some.layout === layout)!;
  const rows: Record<string, number[][]> = {
    yolov10: [[10, 10, 50, 50, 0.9, 1], [11, 10, 50, 50, 0.8, 1]],
    yolov5: [[30, 30, 40, 40, 0.9, 0, 1, 0], [31, 30, 40, 40, 0.8, 0, 1, 0]],
  };
  const [output] = one.outputs;
  const data = new Array<number>(output!.data.length).fill(0);
  for (const [i, number] of rows[layout]!.flat().entries()) data[i] = number;
  return { ...one, outputs: [{ ...output!, data }] };
}

/** Runs the program on a picture, in a directory with two networks. */
async function run(args: string, dir: string) {
  const line = `run dog.png --device wasm --csv - ${args}`;
  const { code, stdout, stderr } = await runProgram(line.split(" "), { dir });
  const labels = stdout.trim().split("\n").slice(1).map((row) => row.split(",")[7]);
  return { code, stderr, labels };
}

function besideNetworks(use: (dir: string) => Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    await Deno.copyFile(
      new URL("fixtures/darknet/dog.png", import.meta.url),
      `${dir}/dog.png`,
    );
    await Deno.writeFile(`${dir}/v5.onnx`, networkOf(twins("yolov5")));
    await Deno.writeFile(`${dir}/v10.onnx`, networkOf(twins("yolov10")));
    await Deno.writeTextFile(`${dir}/names.txt`, "bird\r\nwhite cat\ndog\n\n");
    await use(dir);
  });
}

Deno.test("steadybox run says as what a network is read, and names classes by --labels", () =>
  besideNetworks(async (dir) => {
    const { code, stderr, labels } = await run("--model v5.onnx --labels names.txt", dir);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^The network is read as YOLOv5.*\("yolov5"\): .*96x64.*$/m);
    assertEquals(labels, ["white cat"]); // Of the twins, one is left.
    const quiet = await run("--model v5.onnx --quiet", dir);
    assertEquals([quiet.stderr, quiet.labels], ["", ["class 1"]]);
  }));

Deno.test("steadybox run leaves the boxes of a network with its own suppression as they are", () =>
  besideNetworks(async (dir) => {
    const ties = await run("--model v10.onnx --labels coco --ties suppress --iou 0.1", dir);
    assertStringIncludes(ties.stderr, "--ties and --iou change nothing");
    assertEquals(ties.labels, ["bicycle", "bicycle"]);
    const first = await run("--model v10.onnx --labels coco --max-det 1", dir);
    assertEquals(first.labels, ["bicycle"]);
  }));

Deno.test.each([
  { args: "--model v5.onnx --imgsz 640x384", said: "at 640x384: its input is fixed at 96x64" },
  { args: "--imgsz 640", said: "at 640x640: its input is fixed at 192x192" },
  { args: "--labels names.txt", said: "the number of names is 3, and that of its classes 1" },
  { args: "--model v5.onnx --labels dog.png", said: "line 2 is no name" },
  { args: "--model v5.onnx --labels none.txt", said: "there is no such file" },
  { args: "--model v5.onnx --labels coco", said: "there are 80, and the network has 3" },
])("steadybox run refuses $args in one line", ({ args, said }) =>
  besideNetworks(async (dir) => {
    const { code, stderr } = await run(args, dir);
    assertEquals(code, 5, stderr);
    assertMatch(stderr, /^steadybox: Cannot [^\n]+\n$/);
    assertStringIncludes(stderr, said);
  }));

Deno.test("steadybox run refuses a size that is none", () =>
  besideNetworks(async (dir) => {
    const { code, stderr } = await run("--model v5.onnx --imgsz 640x", dir);
    assertEquals(code, 2);
    assert(stderr.includes("such as 640 or 640x384"), stderr);
  }));
