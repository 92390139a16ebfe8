import { SteadyboxError } from "../../pipeline/errors.ts";

/** The oldest ffmpeg that does what is asked of it: it knows `-fps_mode`. */
const MIN_VERSION = [5, 1] as const;

/** How much of what a process complains of is kept, in characters. */
const MAX_COMPLAINT_LENGTH = 4000;

/** How long a process may take to end when it is asked to, in milliseconds. */
const GRACE_MS = 2000;

/** How a process is started. */
export interface SpawnOptions {
  /** Whether it is fed through its standard input. */
  readonly stdin?: "piped" | "null";
  /** Whether its standard output is read. */
  readonly stdout?: "piped" | "null";
  /** Called with each line that it complains of, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** A run of ffmpeg or ffprobe, owned by one scope: disposing of it ends the process. */
export interface FfmpegProcess extends AsyncDisposable {
  /** What it is fed with. */
  readonly stdin: WritableStream<Uint8Array<ArrayBufferLike>>;
  /** What it writes. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How it ended, and the last of what it complained of. */
  readonly result: Promise<{ readonly code: number; readonly complaint: string }>;
  /** Asks it to end, without waiting. */
  kill(signal?: Deno.Signal): void;
}

/**
 * Starts ffmpeg or ffprobe. The only place that starts a process; arguments never see a shell.
 *
 * It gets a process group of its own, since a terminal signals Ctrl-C to the whole group and the
 * program wants to finish its video first. It does not outlive the program for long all the same: its
 * pipes break or end with it, and where it waits for a server, it has a time-out.
 *
 * @throws {SteadyboxError} If the program is not there or may not be run.
 */
export function spawnFfmpeg(
  program: "ffmpeg" | "ffprobe",
  args: readonly string[],
  { stdin = "null", stdout = "piped", onLine }: SpawnOptions = {},
): FfmpegProcess {
  const child = childOf(program, args, { stdin, stdout });
  const complaint = lastOf(child.stderr, onLine); // Left unread, it would stop the process.
  const result = (async () => ({ code: (await child.status).code, complaint: await complaint }))();
  return {
    get stdin() {
      return child.stdin;
    },
    get stdout() {
      return child.stdout;
    },
    result,
    kill: (signal = "SIGTERM") => killed(child, signal),
    async [Symbol.asyncDispose]() {
      killed(child, "SIGTERM");
      const timer = setTimeout(() => killed(child, "SIGKILL"), GRACE_MS);
      if (stdin === "piped") await child.stdin.abort().catch(() => {}); // It may be closed.
      if (stdout === "piped" && !child.stdout.locked) await child.stdout.cancel().catch(() => {});
      await result;
      clearTimeout(timer);
    },
  };
}

/** Writes a text to a process, and nothing more. */
export async function handOver(
  { stdin }: Pick<FfmpegProcess, "stdin">,
  text: string,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It has ended before it read this: it will be known why.
  } finally {
    writer.releaseLock();
  }
}

function childOf(
  program: string,
  args: readonly string[],
  pipes: Required<Pick<SpawnOptions, "stdin" | "stdout">>,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { args: [...args], ...pipes, stderr: "piped", detached: true })
      .spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new SteadyboxError(
        `Cannot find ${program}: install ffmpeg ${
          MIN_VERSION.join(".")
        } or newer, and see that it is on the PATH`,
        { cause },
      );
    }
    throw cause;
  }
}

function killed(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

async function lastOf(
  stream: ReadableStream<Uint8Array>,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  let text = "";
  let line = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-MAX_COMPLAINT_LENGTH);
    if (!onLine) continue;
    const lines = (line + part).split(/[\r\n]+/);
    line = lines.pop()!.slice(-MAX_COMPLAINT_LENGTH);
    lines.forEach(onLine);
  }
  return text;
}

/**
 * Runs ffprobe and reads the JSON it prints.
 *
 * @returns What it printed, with the version of the program.
 * @throws {SteadyboxError} If the program is missing or too old.
 */
export async function runFfprobe(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly report: unknown; readonly code: number; readonly complaint: string }> {
  signal?.throwIfAborted();
  await using child = spawnFfmpeg("ffprobe", [
    "-v",
    "error",
    "-of",
    "json=compact=1",
    "-show_program_version",
    ...args,
  ]);
  const kill = () => child.kill();
  signal?.addEventListener("abort", kill);
  const text = await new Response(child.stdout).text();
  const { code, complaint } = await child.result;
  signal?.removeEventListener("abort", kill);
  signal?.throwIfAborted();
  const report = parsed(text) as { readonly program_version?: { readonly version?: string } };
  requireVersion(report.program_version?.version);
  return { report, code, complaint };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {}; // A process that was killed may leave half of it.
  }
}

/** A version such as `5.1.9-0+deb12u1` or `n7.0`; one built from git is taken for new. */
function requireVersion(version: string | undefined): void {
  const match = version?.match(/^n?(\d+)\.(\d+)/);
  if (!match) return;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1])) return;
  throw new SteadyboxError(
    `Cannot use ffmpeg ${version} as it is too old: install ${MIN_VERSION.join(".")} or newer`,
  );
}

/** What a process complained of, line by line, without its own prefixes. */
function linesOf(complaint: string): string[] {
  return complaint.split(/[\r\n]+/)
    .map((line) => line.replace(/^(\[[^\]]* @ 0x[0-9a-f]+\]\s*)+/, "").trim())
    .filter((line) => line && !/^(Conversion failed!|Last message repeated)/.test(line));
}

/**
 * Says it if a process failed because it is too old. ffprobe tells its version, but ffmpeg may be
 * another one.
 *
 * @throws {SteadyboxError} If it is.
 */
export function requireOptions(complaint: string): void {
  if (!/unrecognized option|option not found/i.test(complaint)) return;
  const needed = `install ffmpeg ${MIN_VERSION.join(".")} or newer`;
  const reason = reasonIn(complaint).replace(/\.$/, "");
  throw new SteadyboxError(`Cannot use this ffmpeg: ${reason} (${needed})`);
}

/** Why a process failed: what it said first, as the rest are consequences. */
export function reasonIn(complaint: string): string {
  return linesOf(complaint)[0] ?? "ffmpeg gave no reason: it may have been killed";
}

/** What a process said last, with what it said first where that tells more. */
export function outcomeIn(complaint: string): string {
  const lines = linesOf(complaint);
  const [first, last] = [lines[0], lines.at(-1)];
  return first === undefined || first === last
    ? reasonIn(complaint)
    : `${last} (${first.charAt(0).toLowerCase()}${first.slice(1)})`;
}
