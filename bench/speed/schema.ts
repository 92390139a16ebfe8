import { z } from "zod";

/** The least, the middle and the greatest of several measurements. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Lower limits, steadybox itself, what people use instead; and steadybox where one thing is varied. */
export const GROUPS = [
  "floor",
  "steadybox",
  "peer",
  "resolution, detections",
  "resolution, annotated",
  "model, detections",
  "model, annotated",
  "objects, detections",
  "objects, annotated",
  "feeds, detections",
  "feeds, annotated",
  "feeds, GPU",
] as const;

/** What was measured of one contender. */
export interface Row {
  /** What ran. */
  readonly name: string;
  /** What it is one of. */
  readonly group: (typeof GROUPS)[number];
  /** What it worked on: the clip's name, and the size of its frames. */
  readonly clip: string;
  readonly width: number;
  readonly height: number;
  readonly model: string;
  /** How many feeds it worked on at a time, each of them that clip. */
  readonly feeds: number;
  /** How many frames it went through, of all feeds together. */
  readonly frames: number;
  /** How often it ran. */
  readonly repeats: number;
  /** What a run takes for one frame of each feed, in seconds: mostly its start. */
  readonly startS: Spread;
  /** What the first frames take longer than others, in seconds, the start left out. */
  readonly warmUpS: Spread;
  /** What a whole run takes, in seconds. */
  readonly wallS: Spread;
  /** Frames a second, without the start and the frames that warm it up. */
  readonly fps: Spread;
  /** What all its processes compute for a frame, without these too, in milliseconds. */
  readonly cpuMsPerFrame: Spread;
  /** The most memory of all its processes together, in MB. */
  readonly peakMb: Spread;
  /** The most memory of its largest Deno process, in MB; 0 where it has none. */
  readonly denoPeakMb: Spread;
  /** How many boxes it found in a frame, on average; for a floor there are none. */
  readonly boxesPerFrame?: number | undefined;
  /** For a peer, which share of its boxes and of steadybox's agree. */
  readonly agreement?: number | undefined;
  /** How long steadybox's stages keep frames, as its summary tells: medians of all runs. */
  readonly stages?: readonly StageTimes[] | undefined;
}

/** How long a stage keeps frames, waiting included, in milliseconds; of several feeds, the longest. */
export interface StageTimes {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A figure beside the one that is wanted. */
export interface Target {
  readonly name: string;
  /** What was measured: the median of the rounds. */
  readonly value: number;
  readonly spread: Spread;
  /** The limit, and on which side of it the value should be. */
  readonly wanted: { readonly limit: number; readonly side: "at most" | "at least" };
  readonly isMet: boolean;
  /**
   * The best that is possible on this machine, where the floors tell: the network and ffmpeg on all
   * cores at once, and nothing else.
   */
  readonly best?: number | undefined;
}

/** How memory changed over many frames. */
export interface MemoryTrend {
  readonly name: string;
  readonly frames: number;
  /** What the process held in the first and in the last twentieth of the time, in MB. */
  readonly firstMb: number;
  readonly lastMb: number;
  /** The most that it held, in MB. */
  readonly peakMb: number;
  /** By how much it grew, in MB for 1,000 frames, and the ends of the 95 % confidence interval. */
  readonly slope: { readonly value: number; readonly low: number; readonly high: number };
}

/** Many feeds at once on a GPU; they are rows, too. */
export interface GpuFeeds {
  /** How many there should be. */
  readonly wanted: number;
  /** How many there were. */
  readonly count: number;
  /** Why they were not as many as wanted. */
  readonly reason?: string | undefined;
  /** Frames a second of all feeds where ffmpeg decodes as many at once, and nothing else is done. */
  readonly decodingFps: number;
  /** Frames a second of the GPU where they are in memory already. */
  readonly gpuFps: number;
  /** Frames a second of all feeds in steadybox. */
  readonly fps: number;
  /** What holds them; of a GPU in software, which takes the cores of all others, that says nothing. */
  readonly limitedBy?: "decoding" | "the GPU" | "steadybox" | undefined;
}

/** What a GPU takes for frames that are in memory already. */
export interface GpuSpeed {
  /** Its name, and its driver where that tells. */
  readonly adapter: string;
  /** Its maker's name or number. */
  readonly vendor: string;
  /** The name and version of its driver, where it can be found out. */
  readonly driver: string;
  /** Whether a processor only pretends to be a GPU. */
  readonly isSoftware: boolean;
  /** For so many runs asked for at a time, how long a frame takes, in milliseconds. */
  readonly rows: readonly {
    readonly inFlight: number;
    readonly frames: number;
    readonly msPerFrame: number;
    /** From asking to the answer. */
    readonly latencyP50Ms: number;
    readonly latencyP95Ms: number;
  }[];
  /** How often the GPU was read for a frame, with 8 in flight. */
  readonly readsPerFrame: number;
  /** The memory of the process meanwhile. */
  readonly memory: MemoryTrend;
  /** What many feeds come to, if that was measured. */
  readonly feeds?: GpuFeeds | undefined;
}

/** What the speed benchmark writes. */
export interface SpeedReport {
  readonly schema: "steadybox-speed-1";
  /** When it was measured, in ISO 8601. */
  readonly date: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly os: string;
    /** How many processes were at work on average in the minute before it began. */
    readonly load: number;
  };
  /** The version of each program. */
  readonly versions: Readonly<Record<string, string>>;
  /** What floors, peers and steadybox beside them worked on. */
  readonly clip: {
    readonly name: string;
    readonly sha256: string;
    readonly frames: number;
    readonly width: number;
    readonly height: number;
  };
  readonly model: string;
  readonly device: string;
  readonly rows: readonly Row[];
  /** Where there is a GPU, what it takes by itself. */
  readonly gpu?: GpuSpeed | undefined;
  /** Where it was asked for, the memory over many frames. */
  readonly long?: readonly MemoryTrend[] | undefined;
  readonly targets: readonly Target[];
}

const spread = z.strictObject({ min: z.number(), median: z.number(), max: z.number() });

const memoryTrend: z.ZodType<MemoryTrend> = z.strictObject({
  name: z.string(),
  frames: z.int(),
  firstMb: z.number(),
  lastMb: z.number(),
  peakMb: z.number(),
  slope: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }),
});

/** Checks {@linkcode GpuFeeds}. */
export const gpuFeedsSchema: z.ZodType<GpuFeeds> = z.strictObject({
  wanted: z.int(),
  count: z.int(),
  reason: z.string().optional(),
  decodingFps: z.number(),
  gpuFps: z.number(),
  fps: z.number(),
  limitedBy: z.enum(["decoding", "the GPU", "steadybox"]).optional(),
});

/** Checks {@linkcode GpuSpeed}. */
export const gpuSpeedSchema: z.ZodType<GpuSpeed> = z.strictObject({
  adapter: z.string(),
  vendor: z.string(),
  driver: z.string(),
  isSoftware: z.boolean(),
  rows: z.array(z.strictObject({
    inFlight: z.int(),
    frames: z.int(),
    msPerFrame: z.number(),
    latencyP50Ms: z.number(),
    latencyP95Ms: z.number(),
  })),
  readsPerFrame: z.number(),
  memory: memoryTrend,
  feeds: gpuFeedsSchema.optional(),
});

/** Checks a {@linkcode SpeedReport}. */
export const speedReportSchema: z.ZodType<SpeedReport> = z.strictObject({
  schema: z.literal("steadybox-speed-1"),
  date: z.iso.datetime(),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int(),
    memoryGb: z.number(),
    os: z.string(),
    load: z.number(),
  }),
  versions: z.record(z.string(), z.string()),
  clip: z.strictObject({
    name: z.string(),
    sha256: z.string(),
    frames: z.int(),
    width: z.int(),
    height: z.int(),
  }),
  model: z.string(),
  device: z.string(),
  rows: z.array(z.strictObject({
    name: z.string(),
    group: z.enum(GROUPS),
    clip: z.string(),
    width: z.int(),
    height: z.int(),
    model: z.string(),
    feeds: z.int(),
    frames: z.int(),
    repeats: z.int(),
    startS: spread,
    warmUpS: spread,
    wallS: spread,
    fps: spread,
    cpuMsPerFrame: spread,
    peakMb: spread,
    denoPeakMb: spread,
    boxesPerFrame: z.number().optional(),
    agreement: z.number().optional(),
    stages: z.array(
      z.strictObject({ name: z.string(), p50: z.number(), p95: z.number(), p99: z.number() }),
    ).optional(),
  })),
  gpu: gpuSpeedSchema.optional(),
  long: z.array(memoryTrend).optional(),
  targets: z.array(z.strictObject({
    name: z.string(),
    value: z.number(),
    spread,
    wanted: z.strictObject({ limit: z.number(), side: z.enum(["at most", "at least"]) }),
    isMet: z.boolean(),
    best: z.number().optional(),
  })),
});
