import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { agreementOf } from "./agreement.ts";
import { bench } from "./main.ts";
import { measured } from "./measured.ts";
import { textOf } from "./table.ts";

const CLIP = fileURLToPath(new URL("../../tests/fixtures/clips/talking_face.mp4", import.meta.url));

Deno.test({
  name: "bench() measures each contender, and what it writes is as its schema has it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const args = ["--clip", CLIP, "--frames", "8", "--repeats", "1", "--only", "decode"];
    const report = await bench(args); // It checks itself against the schema.
    assert(report);
    assertEquals(report.rows.map(({ name }) => name), [
      "ffmpeg: decode",
      "ffmpeg: decode, scale",
      "ffmpeg: decode, encode",
    ]);
    assert(report.rows.every(({ fps, peakMb }) => fps.median > 0 && peakMb.median > 0));
    assertEquals(report.clip.frames, 8);
    const text = textOf(report);
    for (const { name } of [...report.rows, ...report.targets]) assert(text.includes(`| ${name} `));
    assert(text.split("\n").every((line) => line.length <= 100), text);
  },
});

Deno.test({
  name: "measured() counts what children compute and hold",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // A child of a child, which holds 200 MB and computes for a while.
    const work = "x = bytearray(200_000_000); s = sum(i * i for i in range(4_000_000)); print(s)";
    const found = await measured(["sh", "-c", `/usr/bin/python3 -c '${work}'; true`]);
    assert(found.peakMb > 200 && found.peakMb < 400, `${found.peakMb} MB`);
    assert(found.cpuS > 0.05 && found.cpuS <= 2 * found.wallS, `${found.cpuS} s`);
    assertEquals(found.denoPeakMb, 0);
    assert(/^\d+\n$/.test(found.printed));
  },
});

Deno.test("agreementOf() counts what two programs both found, frame by frame", () => {
  const [a, b] = [{ x1: 0, y1: 0, x2: 9, y2: 9 }, { x1: 50, y1: 0, x2: 59, y2: 9 }];
  assertEquals(agreementOf([[a, b], [a]], [[b, a], [a]]), 1);
  assertEquals(agreementOf([[a], []], [[], [a]]), 0);
  assertEquals(agreementOf([], []), 0);
});
