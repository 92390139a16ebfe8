import { fileURLToPath } from "node:url";
import { type Network, steadybox, type Subject } from "./contenders.ts";
import { measured } from "./measured.ts";
import type { Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { target } from "./targets.ts";
import { toldBy } from "./told.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DENO = ["deno", "run", "-A", "--no-check"];

const AT_MOST_3 = { limit: 3, side: "at most" } as const;

/**
 * How long the program takes to begin: its help against an empty program's run, and its first annotated
 * frame against what has to be done for it: ffprobe, one decoded frame, and the network made ready.
 *
 * @param subject What is worked on: some frames, so that what looks ahead has something to see.
 * @param network The network.
 * @param starts How often each start is measured.
 * @returns The figures.
 */
export async function startUpTargets(
  subject: Subject,
  network: Network,
  starts: number,
): Promise<Target[]> {
  const empty = `${subject.folder}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const helps: number[] = [];
  const firsts: number[] = [];
  for (let start = 0; start < starts; start++) {
    const { wallS } = await measured(["deno", "run", empty]);
    const help = await measured([...DENO, `${ROOT}cli/main.ts`, "--help"]);
    helps.push(help.wallS / wallS);
    firsts.push(await firstFrameRatio(subject, network));
  }
  return [
    target("help / empty program, time", spreadOf(helps), AT_MOST_3),
    target("first annotated frame / what it takes, time", spreadOf(firsts), AT_MOST_3),
  ];
}

async function firstFrameRatio(subject: Subject, { path, input }: Network): Promise<number> {
  const { clip, folder } = subject;
  const programs = `${ROOT}bench/speed/programs`;
  const probe = await measured(["ffprobe", "-v", "error", "-show_format", "-show_streams", clip]);
  const frame = await measured([
    ...["ffmpeg", "-v", "error", "-nostdin", "-i", clip, "-frames:v", "1", "-f", "null", "-"],
  ]);
  const { createMs } = await told([
    ...[...DENO, `${programs}/bare_inference.ts`],
    ...[path, "1", String(input.width), String(input.height)],
  ]);
  const { firstFrameMs } = await told([
    ...["sh", `${programs}/first_frame.sh`, `${folder}/stand-in`],
    ...steadybox(subject, clip, "--duration", "0.5", "--output", `${folder}/first.mp4`),
  ]);
  return firstFrameMs! / (1000 * (probe.wallS + frame.wallS) + createMs!);
}

/** What a program tells in its last line, as JSON. */
async function told(command: readonly string[]): Promise<Record<string, number>> {
  return toldBy(await measured(command)) as Record<string, number>;
}
