/**
 * A run with an ffmpeg whose encoder in hardware works, which no machine without such hardware has:
 * h264_vaapi stands for libx264, and those that are tried before it fail as they do without a driver.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { streamEntries } from "./_media.ts";
import { framesIn, runProgram } from "./_program.ts";
import { inTempDir } from "./_temp_dir.ts";

const CLIP = fileURLToPath(new URL("fixtures/clips/talking_face.mp4", import.meta.url));

/** What stands in the place of ffmpeg; it notes each call in which an encoder is named. */
const STAND_IN = `#!/bin/sh
case " $* " in
  *" -encoders "*)
    for kind in nvenc qsv vaapi; do echo " V....D h264_$kind  made (codec h264)"; done
    exit ;;
  *" -c:v h264_nvenc "*) echo "Cannot load the driver of $0" >&2; exit 1 ;;
  *" -c:v h264_qsv "*) exit 1 ;;
  *" -c:v h264_"*) echo "$*" >> "$(dirname "$0")/calls" ;;
esac
count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  case "$argument" in
    -init_hw_device | -filter_hw_device | -rc_mode) shift; count=$((count - 1)) ;;
    h264_vaapi) set -- "$@" libx264 ;;
    -qp) set -- "$@" -crf ;;
    *hwupload) set -- "$@" "\${argument%,hwupload}" ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec "$REAL" "$@"
`;

/** Runs the program where ffmpeg is another. */
async function runWithHardware(dir: string, args: string) {
  const told = 'command -v ffmpeg; echo "$PATH"';
  const { stdout } = await new Deno.Command("sh", { args: ["-c", told] }).output();
  const [real = "", usual = ""] = new TextDecoder().decode(stdout).split("\n");
  await Deno.mkdir(`${dir}/bin`);
  await Deno.writeTextFile(`${dir}/bin/ffmpeg`, STAND_IN.replace("$REAL", real), { mode: 0o755 });
  const path = `${dir}/bin:${usual}`;
  const ended = await runProgram(["run", CLIP, "--device", "cpu", ...args.split(" ")], {
    dir,
    path,
  });
  const calls = await Deno.readTextFile(`${dir}/bin/calls`).catch(() => "");
  return { ...ended, calls: calls.trim().split("\n") };
}

const ignore = Deno.build.os !== "linux"; // Elsewhere other hardware is looked for.

Deno.test(
  "run --hwaccel auto encodes by the first hardware that opens, and says so",
  { ignore },
  () =>
    inTempDir(async (dir) => {
      const args = "--duration 0.5 --hwaccel auto --crf 27 -o out.mp4";
      const { code, stderr, calls } = await runWithHardware(dir, args);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "Encoded in hardware, by h264_vaapi");
      assertEquals(calls.length, 2); // A trial, and the video.
      for (const call of calls) {
        assertMatch(call, /format=nv12,hwupload/);
        assertMatch(call, /-rc_mode CQP -qp 27/);
        assert(!call.includes("-crf"));
      }
      assertEquals(await framesIn(`${dir}/out.mp4`), 12);
      const { codec_name } = await streamEntries(`${dir}/out.mp4`, "v:0", "codec_name");
      assertEquals(codec_name, "h264");
    }),
);

Deno.test(
  "run --segment tries hardware once for all segments",
  { ignore },
  () =>
    inTempDir(async (dir) => {
      const args = "--duration 3 --segment 1 --hwaccel vaapi -o out.mp4";
      const { code, stderr, calls } = await runWithHardware(dir, args);
      assertEquals(code, 0, stderr);
      assertEquals(stderr.match(/Encoded in hardware, by h264_vaapi/g)?.length, 1);
      assertEquals(calls.length, 1 + 3);
      assertMatch(calls[0]!, /-f null -$/);
    }),
);

Deno.test("run says why no hardware encodes", { ignore }, () =>
  inTempDir(async (dir) => {
    const args = "--duration 0.2 --codec h264_nvenc -o out.mp4";
    const { code, stderr } = await runWithHardware(dir, args);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /Encoded in software: h264_nvenc: Cannot load the driver of/);
  }));
