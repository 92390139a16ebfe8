import { fileURLToPath } from "node:url";

/** What a command took, with all the processes that it started. */
export interface Measured {
  /** From its start to its end, in seconds. */
  readonly wallS: number;
  /** What all its processes computed, in seconds of one processor. */
  readonly cpuS: number;
  /** The most memory that all its processes held at a time, in MB. */
  readonly peakMb: number;
  /** The most that its largest Deno process held, in MB; 0 if there was none. */
  readonly denoPeakMb: number;
  /** How much the largest Deno process held, as time went on; empty unless it was asked for. */
  readonly samples: readonly MemorySample[];
  /** What it printed. */
  readonly printed: string;
}

/** How much memory a process held at a time. */
export interface MemorySample {
  /** Since any time, in seconds. */
  readonly timeS: number;
  readonly heldMb: number;
}

/** Watches the memory of a process and all below it. */
const MEMORY = fileURLToPath(new URL("programs/memory.sh", import.meta.url));

/** Lets a command run, then tells on standard output what it and its children computed. */
const SCRIPT = '"$@" >&2; code=$?; times; exit $code';

/**
 * Runs a command and measures it as a whole. Memory is told by Linux's `/proc`, ten times a second; a
 * shell looks at it, since Deno shows it to nobody without all permissions.
 *
 * @param command The program and its arguments; no shell looks at them.
 * @param samplesFile Where memory is written down while the command runs, if that is wanted.
 * @returns What it took.
 * @throws {Error} If the command fails.
 */
export async function measured(
  command: readonly string[],
  samplesFile?: string,
): Promise<Measured> {
  const startedAtMs = performance.now();
  const child = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "sh", ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const watched = [MEMORY, String(child.pid), ...(samplesFile === undefined ? [] : [samplesFile])];
  const memory = new Deno.Command("sh", { args: watched, stdin: "null" }).output();
  const { code, stdout, stderr } = await child.output();
  const wallS = (performance.now() - startedAtMs) / 1000;
  const [all = 0, deno = 0] = new TextDecoder().decode((await memory).stdout).split(" ").map(
    Number,
  );
  const printed = new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`Cannot measure ${command.join(" ")}: ${printed.slice(-2000)}`);
  return {
    wallS,
    cpuS: childSecondsIn(new TextDecoder().decode(stdout)),
    peakMb: all / 1e6,
    denoPeakMb: deno / 1e6,
    samples: samplesFile === undefined ? [] : await samplesIn(samplesFile),
    printed,
  };
}

async function samplesIn(path: string): Promise<MemorySample[]> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return lines.map((line) => {
    const [timeS = NaN, bytes = NaN] = line.split(" ").map(Number);
    return { timeS, heldMb: bytes / 1e6 };
  });
}

/**
 * What the shell's `times` says of its children: the second line, such as `0m1.23s 0m0.04s` (POSIX).
 *
 * @param times What it printed.
 * @returns User and system time together, in seconds.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(childSecondsIn("0m0.00s 0m0.00s\n1m2.50s 0m0.25s\n"), 62.75);
 * ```
 */
export function childSecondsIn(times: string): number {
  const matches = times.trim().split("\n").at(-1)!.matchAll(/(\d+)m([\d.]+)s/g);
  return [...matches].reduce((sum, [, minutes, seconds]) => sum + 60 * +minutes! + +seconds!, 0);
}
