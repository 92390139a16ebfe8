/**
 * `steadybox run` follows objects and keeps their boxes still, by itself and as it is told.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { runProgram } from "./_program.ts";
import { inTempDir } from "./_temp_dir.ts";

const CLIP = new URL("fixtures/clips/talking_face.mp4", import.meta.url);

interface Pixels {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Line {
  readonly frame_index: number;
  readonly held?: true;
  readonly objects: readonly (Pixels & { readonly id?: number; readonly raw?: Pixels })[];
}

/** What is said of each frame of the clip's first four seconds. */
async function linesOf(...args: readonly string[]): Promise<Line[]> {
  let text = "";
  await inTempDir(async (dir) => {
    await Deno.copyFile(CLIP, `${dir}/in.mp4`);
    await Deno.mkdir(`${dir}/tmp`);
    const options = ["--duration", "4", "--device", "cpu", "--jsonl", "-"];
    const { code, stdout, stderr } = await runProgram(["run", "in.mp4", ...options, ...args], {
      dir,
    });
    assertEquals(code, 0, stderr);
    text = stdout;
  });
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** How much a row of numbers trembles: the root mean square of its third differences. */
function trembling(values: readonly number[]): number {
  const thirds = values.slice(3).map((value, i) =>
    value - 3 * values[i + 2]! + 3 * values[i + 1]! - values[i]!
  );
  return Math.sqrt(thirds.reduce((sum, third) => sum + third ** 2, 0) / thirds.length);
}

Deno.test("steadybox run is steady without a flag: boxes tremble by less than a quarter", async () => {
  const lines = await linesOf();
  assertEquals(lines.map(({ frame_index }) => frame_index), [...lines.keys()]);
  assertEquals(lines.length, 96);
  const faces = lines.map(({ objects: [face] }) => face!);
  assertEquals(new Set(faces.map(({ id }) => id)), new Set([1]));
  for (const side of ["x", "y", "w", "h"] as const) {
    const raw = trembling(faces.map((face) => face.raw![side]));
    const smoothed = trembling(faces.map((face) => face[side]));
    assert(smoothed < 0.25 * raw, `${side}: ${smoothed} for ${raw}`);
  }
});

Deno.test("steadybox run --no-track gives the network's boxes, without ids", async () => {
  const [plain, steady] = [await linesOf("--no-track"), await linesOf("--smooth", "none")];
  for (const [i, { objects: [face] }] of plain.entries()) {
    assertEquals([face!.id, face!.raw], [undefined, undefined]);
    const tracked = steady[i]!.objects[0]!;
    assertEquals(tracked.id, 1);
    assertEquals(tracked.raw, { x: tracked.x, y: tracked.y, w: tracked.w, h: tracked.h });
    // Less sure candidates take part in the tie where objects are followed.
    assert(Math.abs(face!.x - tracked.x) < 0.05 * face!.w);
  }
});

for (const method of ["one-euro", "kalman", "fixed-lag", "offline"]) {
  Deno.test(`steadybox run --smooth ${method} loses no frame and makes up no face`, async () => {
    const lines = await linesOf("--smooth", method, "--vid-stride", "3");
    assertEquals(lines.map(({ frame_index }) => frame_index), [...lines.keys()]);
    assertEquals(lines.map(({ objects }) => objects.length), lines.map(() => 1));
    lines.forEach(({ held, objects: [face] }, i) => {
      assertEquals([held, face!.raw === undefined], i % 3 ? [true, true] : [undefined, false]);
    });
  });
}

Deno.test("steadybox run --smooth offline leaves less than a tenth of the trembling, and says it decodes twice", () =>
  inTempDir(async (dir) => {
    await Deno.copyFile(CLIP, `${dir}/in.mp4`);
    await Deno.mkdir(`${dir}/tmp`);
    const { code, stdout, stderr } = await runProgram(
      [
        "run",
        "in.mp4",
        "--device",
        "cpu",
        "--duration",
        "4",
        "--smooth",
        "offline",
        "--jsonl",
        "-",
      ],
      { dir },
    );
    assertEquals(code, 0, stderr);
    assert(/decoded twice/.test(stderr), stderr);
    const lines: Line[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.length, 96);
    for (const side of ["x", "y"] as const) {
      const raw = trembling(lines.map(({ objects: [face] }) => face!.raw![side]));
      const smoothed = trembling(lines.map(({ objects: [face] }) => face![side]));
      assert(smoothed < 0.1 * raw, `${side}: ${smoothed} for ${raw}`);
    }
  }));

for (const [name, source] of [["standard input", "-"], ["a live feed", "rtsp://127.0.0.1:9/x"]]) {
  Deno.test(`steadybox run --smooth offline refuses ${name}, in one line`, () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const { code, stderr } = await runProgram(["run", source!, "--smooth", "offline"], { dir });
      assertEquals([code, stderr], [
        2,
        `steadybox: Cannot use --smooth offline with ${name}: it is read twice\n`,
      ]);
    }));
}
