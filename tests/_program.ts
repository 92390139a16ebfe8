const ROOT = new URL("../", import.meta.url);

/** What a run of the program is given. */
export interface ProgramOptions {
  /** Where it runs, and where it may read and write; its temporary files go to `tmp` in there. */
  readonly dir: string;
  /** Where it looks for other programs; as usual where absent. */
  readonly path?: string;
  /** The command that starts it, if another does; the program and its arguments follow. */
  readonly within?: readonly string[];
  /** What it reads from standard input. */
  readonly input?: ReadableStream<Uint8Array>;
  /** The programs that it may start. */
  readonly mayRun?: string;
  /** The directory that it may read and write in place of `dir`. */
  readonly mayUse?: string;
  /** The hosts that it may ask. */
  readonly mayAsk?: string;
  /** The directory of its cache; none where absent. */
  readonly cache?: string;
}

/** How a run of the program ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error, but for how far it was, which a slow machine has it tell. */
  readonly stderr: string;
}

/** A line that tells how far a run is: it comes every five seconds. */
const PROGRESS = /^(?: *\d+ % {2})?[\d,/]+ frames? {2}.* fps {2}.*detections?\n/gm;

/**
 * Starts the real program, with the least permissions, in a process group of its own as a shell
 * does.
 */
export function startProgram(
  args: readonly string[],
  { dir, path, within = [], input, mayRun = "ffmpeg,ffprobe", mayUse = dir, mayAsk, cache }:
    ProgramOptions,
): Deno.ChildProcess {
  const read = [mayUse, ROOT.pathname].join(",");
  const child = new Deno.Command("env", {
    args: [
      ...(path === undefined ? [] : [`PATH=${path}`]),
      ...within,
      ...[
        Deno.execPath(),
        "run",
        "--quiet",
        "--no-prompt",
        "--frozen",
        `--config=${ROOT.pathname}deno.json`,
      ],
      ...[`--allow-read=${read}`, `--allow-write=${mayUse}`, `--allow-run=${mayRun}`],
      ...[`--allow-ffi=${ROOT.pathname}node_modules/.deno/onnxruntime-node@1.30.0`],
      ...mayAsk === undefined ? [] : [`--allow-net=${mayAsk}`],
      ...["--ignore-env", `--allow-env=TMPDIR${cache === undefined ? "" : ",STEADYBOX_CACHE"}`],
      ...[`${ROOT.pathname}mod.ts`, ...args],
    ],
    cwd: dir,
    // The graphics driver complains where the directory for its sockets is not named.
    env: {
      TMPDIR: `${dir}/tmp`,
      XDG_RUNTIME_DIR: `${dir}/tmp`,
      ...cache !== undefined && { STEADYBOX_CACHE: cache },
    },
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  // If it ends before it has read all, its exit code tells.
  input?.pipeTo(child.stdin).catch(() => {});
  return child;
}

/** What a program wrote to standard error, but for how far it was. */
export function withoutProgress(stderr: string): string {
  return stderr.replaceAll(PROGRESS, "");
}

/** Runs the real program to its end. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<Ended> {
  const child = startProgram(args, options);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    child.stdout.text(),
    child.stderr.text(),
  ]);
  return { code, stdout, stderr: withoutProgress(stderr) };
}

/** Sends a signal to a program and all that is in its process group, as a terminal does. */
export async function signalGroup({ pid }: Deno.ChildProcess, name: string): Promise<void> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", 'kill -s "$1" -- "-$2"', "sh", name, String(pid)],
  }).output();
  if (!success) throw new Error(`Cannot signal the process group of ${pid}`);
}

/** Counts processes of ffmpeg's with an argument that holds a text, on Linux and elsewhere. */
const COUNT_FFMPEGS = `
if [ -d /proc/self ]; then
  grep -lzsxE '(.*/)?ff(mpeg|probe)' /proc/[0-9]*/cmdline | xargs -r grep -lzsF "$1" | wc -l
else
  ps -eo args | grep -E '^[^ ]*ff(mpeg|probe) ' | grep -cF "$1"
fi`;

/** How many processes of ffmpeg's have something to do with a directory. */
export async function ffmpegsAbout(dir: string): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", COUNT_FFMPEGS, "sh", dir] })
    .output();
  return Number(new TextDecoder().decode(stdout).trim());
}

/** How many frames a video holds, counted by decoding it. */
export async function framesIn(path: string): Promise<number> {
  const { stdout } = await new Deno.Command("ffprobe", {
    args: [
      ...["-v", "error", "-count_frames", "-select_streams", "v:0"],
      ...["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path],
    ],
  }).output();
  return Number(new TextDecoder().decode(stdout).trim());
}
