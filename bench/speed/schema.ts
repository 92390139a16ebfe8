import { z } from "zod";

/** The least, the middle and the greatest of several measurements. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What was measured of one contender. */
export interface Row {
  /** What ran. */
  readonly name: string;
  /** Whether it is a lower limit, steadybox itself, or what people use instead. */
  readonly group: "floor" | "steadybox" | "peer";
  /** How many frames it went through, of all feeds together. */
  readonly frames: number;
  /** What a run takes for one frame, in seconds: mostly its start. */
  readonly startS: Spread;
  /** What a whole run takes, in seconds. */
  readonly wallS: Spread;
  /** Frames a second, without the start. */
  readonly fps: Spread;
  /** What all its processes compute for a frame, without the start, in milliseconds. */
  readonly cpuMsPerFrame: Spread;
  /** The most memory of all its processes together, in MB. */
  readonly peakMb: Spread;
  /** The most memory of its largest Deno process, in MB; 0 where it has none. */
  readonly denoPeakMb: Spread;
  /** For a peer, which share of its boxes and of steadybox's agree. */
  readonly agreement?: number | undefined;
}

/** How long the stages of a pipeline keep frames, waiting included, in milliseconds. */
export interface Stages {
  readonly name: string;
  /** When the first frame reached the pipeline's end, in milliseconds from the program's start. */
  readonly firstFrameMs: number;
  readonly stages: readonly {
    readonly name: string;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
  }[];
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
  };
  /** The version of each program. */
  readonly versions: Readonly<Record<string, string>>;
  readonly clip: {
    readonly name: string;
    readonly sha256: string;
    readonly frames: number;
    readonly width: number;
    readonly height: number;
  };
  readonly model: string;
  readonly device: string;
  /** How often each contender ran. */
  readonly repeats: number;
  readonly rows: readonly Row[];
  readonly stages: readonly Stages[];
  /** Where the device is a GPU, what it takes by itself. */
  readonly gpu?: GpuSpeed | undefined;
  readonly targets: readonly Target[];
}

const spread = z.strictObject({ min: z.number(), median: z.number(), max: z.number() });

/** Checks {@linkcode Stages}. */
export const stagesSchema: z.ZodType<Stages> = z.strictObject({
  name: z.string(),
  firstFrameMs: z.number(),
  stages: z.array(
    z.strictObject({ name: z.string(), p50: z.number(), p95: z.number(), p99: z.number() }),
  ),
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
  repeats: z.int(),
  rows: z.array(z.strictObject({
    name: z.string(),
    group: z.enum(["floor", "steadybox", "peer"]),
    frames: z.int(),
    startS: spread,
    wallS: spread,
    fps: spread,
    cpuMsPerFrame: spread,
    peakMb: spread,
    denoPeakMb: spread,
    agreement: z.number().optional(),
  })),
  stages: z.array(stagesSchema),
  gpu: gpuSpeedSchema.optional(),
  targets: z.array(z.strictObject({
    name: z.string(),
    value: z.number(),
    spread,
    wanted: z.strictObject({ limit: z.number(), side: z.enum(["at most", "at least"]) }),
    isMet: z.boolean(),
  })),
});
