import { fileURLToPath } from "node:url";
import { measured } from "./measured.ts";
import type { Stages, Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { target } from "./targets.ts";
import type { Subject } from "./contenders.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** How often each start is measured. */
const STARTS = 9;

/**
 * How long the program takes to begin: its help against an empty program's run, and its first annotated
 * frame against what has to be done for it: ffprobe, one decoded frame, and the network made ready.
 *
 * @param subject What is worked on.
 * @param stages What the run told that drew boxes.
 * @returns The figures.
 */
export async function startUpTargets(subject: Subject, stages: Stages): Promise<Target[]> {
  const { clip, network, folder, input } = subject;
  const empty = `${folder}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const helps: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const { wallS } = await measured(["deno", "run", empty]);
    const help = await measured([
      "deno",
      "run",
      "-A",
      "--no-check",
      `${ROOT}cli/main.ts`,
      "--help",
    ]);
    helps.push(help.wallS / wallS);
  }
  const probe = await measured(["ffprobe", "-v", "error", "-show_format", "-show_streams", clip]);
  const frame = await measured([
    ...["ffmpeg", "-v", "error", "-nostdin", "-i", clip, "-frames:v", "1", "-f", "null", "-"],
  ]);
  const bare = await measured([
    ...["deno", "run", "-A", "--no-check", `${ROOT}bench/speed/programs/bare_inference.ts`],
    ...[network, "1", String(input.width), String(input.height)],
  ]);
  const { createMs } = JSON.parse(bare.printed.trim().split("\n").at(-1)!) as { createMs: number };
  const neededMs = 1000 * (probe.wallS + frame.wallS) + createMs;
  const atMost3 = { limit: 3, side: "at most" } as const;
  return [
    target("help / empty program, time", spreadOf(helps), atMost3),
    target(
      "first annotated frame / what it takes, time",
      spreadOf([stages.firstFrameMs / neededMs]),
      atMost3,
    ),
  ];
}
