import { parseArgs } from "node:util";

/** What `--help` prints. */
export const HELP = `deno task bench [OPTION]...
  --clip FILE      what is worked on, looped (default: ../shared/clips/walkers_1080p.mp4)
  --frames NUMBER  how many frames of it (default: 2100)
  --repeats NUMBER how often each contender runs (default: 3)
  --height NUMBER  scales the clip to so many lines first
  --model NAME     the model; peers know blazeface-full alone (default: blazeface-full)
  --device NAME    what runs steadybox's network (default: cpu)
  --only TEXTS     the rows whose name holds one of the texts: GPU, or steadybox,ffmpeg
  --long           also runs 20,000 frames on end, for the memory: a quarter of an hour
  --quick          50 frames once, 30 where one thing is varied, and 210 for the memory
  --out FILE       where the report goes as JSON (default: out/speed.json)

All of it takes most of an hour on two cores, --quick three to four minutes.
`;

/** What is asked of the benchmark. */
export interface Wishes {
  readonly clip: string;
  readonly frames: number;
  readonly repeats: number;
  readonly height: number | undefined;
  readonly model: string;
  readonly device: string;
  /** Whether a row of that name is measured. */
  readonly only: (name: string) => boolean;
  readonly out: string;
  /** How many frames there are where one thing is varied. */
  readonly variedFrames: number;
  /** How many frames go on end to see the memory, if any. */
  readonly longFrames: number | undefined;
  /** How long a GPU is measured for each number of frames in flight, and over how many its memory. */
  readonly gpu: { readonly seconds: number; readonly frames: number };
}

/**
 * Reads the arguments of the benchmark.
 *
 * @param args The arguments.
 * @returns What is asked for; nothing where that is help.
 * @throws {TypeError} If there is no such option.
 */
export function wishesFrom(args: readonly string[]): Wishes | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clip: { type: "string", default: "../shared/clips/walkers_1080p.mp4" },
      frames: { type: "string" },
      repeats: { type: "string" },
      height: { type: "string" },
      model: { type: "string", default: "blazeface-full" },
      device: { type: "string", default: "cpu" },
      only: { type: "string", default: "" },
      long: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      out: { type: "string", default: "out/speed.json" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { help, quick, long, clip, model, device, only, out } = values;
  if (help) return undefined;
  const frames = Number(values.frames ?? (quick ? 50 : 2100));
  return {
    ...{ clip, model, device, out, frames },
    only: (name) => only.split(",").some((text) => name.includes(text)),
    repeats: Number(values.repeats ?? (quick ? 1 : 3)),
    height: values.height === undefined ? undefined : Number(values.height),
    variedFrames: Math.min(frames, quick ? 30 : 300),
    longFrames: quick ? 210 : long ? 20_000 : undefined,
    gpu: quick ? { seconds: 0.2, frames: 36 } : { seconds: 5, frames: 300 },
  };
}
