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
  /** What it printed. */
  readonly printed: string;
}

/** How often the memory is looked at, in milliseconds. */
const POLL_MS = 50;

/** The size of a page of memory, in MB. */
const PAGE_MB = 4096 / 1e6;

/** Lets a command run, then tells on standard output what it and its children computed. */
const SCRIPT = '"$@" >&2; code=$?; times; exit $code';

/**
 * Runs a command and measures it as a whole. Memory is told on Linux alone, by its `/proc`, and with
 * all permissions, without which Deno shows nobody `/proc`; else it counts as 0.
 *
 * @param command The program and its arguments; no shell looks at them.
 * @returns What it took.
 * @throws {Error} If the command fails.
 */
export async function measured(command: readonly string[]): Promise<Measured> {
  const startedAtMs = performance.now();
  const child = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "sh", ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const peak = { all: 0, deno: 0 };
  const timer = setInterval(() => noteMemory(child.pid, peak), POLL_MS);
  const { code, stdout, stderr } = await child.output();
  const wallS = (performance.now() - startedAtMs) / 1000;
  clearInterval(timer);
  const printed = new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`Cannot measure ${command.join(" ")}: ${printed.slice(-2000)}`);
  return {
    wallS,
    cpuS: childSecondsIn(new TextDecoder().decode(stdout)),
    peakMb: peak.all,
    denoPeakMb: peak.deno,
    printed,
  };
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

/** Looks at how much memory a process and all below it hold. */
function noteMemory(root: number, peak: { all: number; deno: number }): void {
  let all = 0;
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    try {
      const heldMb = Number(Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ")[1]) * PAGE_MB;
      const isDeno = Deno.readTextFileSync(`/proc/${pid}/comm`).startsWith("deno");
      all += heldMb;
      if (isDeno) peak.deno = Math.max(peak.deno, heldMb);
      const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
      if (children) waiting.push(...children.split(" ").map(Number));
      if (isDeno) waiting.push(...childrenOfThreads(pid));
    } catch {
      // It has ended meanwhile, or may not be looked at.
    }
  }
  peak.all = Math.max(peak.all, all);
}

/** Deno starts processes from other threads than its first. */
function childrenOfThreads(pid: number): number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].filter(({ name }) => name !== `${pid}`)
    .flatMap(({ name }) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim().split(" ")
    ).filter((text) => text).map(Number);
}
