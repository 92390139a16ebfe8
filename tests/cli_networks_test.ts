/**
 * The commands for networks of one's own, as a user types them.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { onnxFromDarknet } from "../models/darknet/to_onnx.ts";
import { importDarknet } from "../models/importers/darknet.ts";
import { prune } from "../models/prune.ts";
import { madeWeights } from "./_made_darknet.ts";
import { runProgram } from "./_program.ts";
import { inTempDir, namesIn } from "./_temp_dir.ts";

const FIXTURES = new URL("fixtures/darknet/", import.meta.url);
const CFG = await Deno.readTextFile(new URL("made_heads.cfg", FIXTURES));

/** Runs a test beside a network of noise, `net.cfg`, and a photograph, `dog.png`. */
function besideNetwork(use: (dir: string) => Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/net.cfg`, CFG);
    await Deno.writeFile(`${dir}/net.weights`, madeWeights(CFG));
    await Deno.writeTextFile(`${dir}/net.names`, "cat\ndog\n");
    await Deno.copyFile(new URL("dog.png", FIXTURES), `${dir}/dog.png`);
    await use(dir);
  });
}

const ENDINGS = ["cfg", "json", "names", "onnx", "weights"];

Deno.test("steadybox models prune writes a smaller network and says what became of it", () =>
  besideNetwork(async (dir) => {
    const args = "models prune net.cfg --ratio 0.5 -o pruned --images dog.png --device cpu --json";
    const { code, stdout, stderr } = await runProgram(args.split(" "), { dir });
    assertEquals(code, 0, stderr);
    assertEquals(
      await namesIn(`${dir}/pruned`),
      ENDINGS.map((ending) => `net-pruned.${ending}`),
    );
    const report = JSON.parse(stdout);
    assertEquals(await Deno.readTextFile(`${dir}/pruned/net-pruned.json`), stdout);
    const { before, after, layers } = prune(
      importDarknet({ cfg: CFG, weights: madeWeights(CFG) }),
      { ratio: 0.5 },
    );
    assertEquals(
      report.layers,
      layers.map(({ index, kept, total }) => ({ layer: index, kept, total })),
    );
    assertEquals(
      [report.before.parameters, report.after.multiplyAccumulates],
      [before.parameters, after.multiplyAccumulates],
    );
    const { size } = await Deno.stat(`${dir}/pruned/net-pruned.onnx`);
    assertEquals(report.after.onnxBytes, size);
    assert(report.before.onnxBytes > size);
    const { latencyMs, pictures, difference, detections, device } = report.comparison;
    assert(latencyMs.before > 0 && latencyMs.after > 0 && device.startsWith("cpu"));
    assertEquals(pictures, 1);
    assert(difference.mean > 0 && difference.mean <= difference.greatest);
    assert(detections.kept <= Math.min(detections.before, detections.after));
    const again = await runProgram(args.split(" "), { dir });
    assertEquals(again.code, 4);
    assertStringIncludes(again.stderr, "net-pruned.onnx");
  }));

Deno.test("what steadybox models prune writes runs, and finds the classes by their names", () =>
  besideNetwork(async (dir) => {
    const words = await runProgram(
      "models prune net.weights --ratio 0 -o same --images dog.png".split(" "),
      {
        dir,
      },
    );
    assertEquals(words.code, 0, words.stderr);
    assertMatch(words.stdout, /Parameters +([\d,]+) to \1 \(0\.0 % less\)/);
    assertMatch(words.stdout, /Outputs +on 1 picture 0\.00 % of their range apart/);
    const run = "run dog.png --conf 0.2 --device cpu --csv - --quiet --model".split(" ");
    const whole = await runProgram([...run, "net.cfg"], { dir });
    const pruned = await runProgram([...run, "same/net-pruned.cfg"], { dir });
    assertEquals([whole.code, pruned.code], [0, 0], whole.stderr + pruned.stderr);
    assertStringIncludes(whole.stdout, "dog");
    assertEquals(pruned.stdout, whole.stdout);
  }));

Deno.test("steadybox models prune and inspect take ONNX networks with batch normalisations", () =>
  besideNetwork(async (dir) => {
    const network = importDarknet({ cfg: CFG, weights: madeWeights(CFG) });
    await Deno.writeFile(`${dir}/net.onnx`, onnxFromDarknet(network, { batchNorm: "kept" }));
    const args = "models prune net.onnx --ratio 0.5 --multiple 4 -o out --images dog.png --json";
    const { code, stdout, stderr } = await runProgram(args.split(" "), { dir });
    assertEquals(code, 0, stderr);
    assertEquals(await namesIn(`${dir}/out`), ["net-pruned.json", "net-pruned.onnx"]);
    const { layers } = prune(network, { ratio: 0.5, multiple: 4 });
    const report = JSON.parse(stdout);
    assertEquals(
      report.layers.map(({ kept }: { kept: number }) => kept),
      layers.map(({ kept }) => kept),
    );
    assert(report.comparison.difference.mean > 0);
    const inspected = await runProgram(["models", "inspect", "out/net-pruned.onnx"], { dir });
    assertMatch(inspected.stdout, new RegExp(`^ *\\S+ +${layers[0]!.kept} +0\\.\\d+ `, "m"));
  }));

Deno.test("steadybox models inspect plots the scales and says what ratio is safe", () =>
  besideNetwork(async (dir) => {
    const words = await runProgram(["models", "inspect", "net.cfg"], { dir });
    assertEquals(words.code, 0, words.stderr);
    assertMatch(words.stdout, /^ +0 +12 +0\.7\d\d +.*\|[ ▁▂▃▄▅▆▇█]{32}\|$/m);
    assertStringIncludes(words.stdout, "No ratio is safe");
    const { stdout } = await runProgram(["models", "inspect", "net.cfg", "--json"], { dir });
    const { layers, safeRatio } = JSON.parse(stdout);
    assertEquals([layers[0].layer, layers[0].gammas.length, safeRatio], [0, 12, 0]);
  }));

Deno.test.each([
  { args: "models prune net.cfg --ratio 0.5 -o missing/out", code: 4, named: "missing" },
  { args: "models prune missing.cfg --ratio 0.5 -o out", code: 5, named: "missing.cfg" },
  { args: "models prune dog.png --ratio 0.5 -o out", code: 5, named: "dog.png" },
  { args: "models prune net.cfg --ratio 0.5 -o out --images none", code: 3, named: "none" },
  { args: "models prune net.cfg --ratio 0.5 -o out --images net.cfg", code: 2, named: "--images" },
  { args: "models prune net.cfg --ratio 1 -o out", code: 2, named: "--ratio" },
  { args: "models inspect blazeface-full", code: 5, named: "blazeface-full" },
])(
  "steadybox $args fails in one line, and leaves nothing behind",
  ({ args, code, named }) =>
    besideNetwork(async (dir) => {
      const ended = await runProgram(args.split(" "), { dir });
      assertEquals(ended.code, code, ended.stderr);
      assertMatch(ended.stderr, /^steadybox: [^\n]+\n$/);
      assertStringIncludes(ended.stderr, named);
      const names = (await namesIn(dir)).filter((name) => name !== "tmp");
      assertEquals(names, ["dog.png", "net.cfg", "net.names", "net.weights"]);
    }),
);
