import { z } from "zod";
import type { JitterReport } from "./report_types.ts";

export type * from "./report_types.ts";

const count = z.int().nonnegative();
const number = z.number();
const maybe = z.number().nullable();
const share = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.strictObject({ width: z.int().positive(), height: z.int().positive() });

const measured = z.strictObject({
  estimate: maybe,
  interval: z.strictObject({
    low: number,
    high: number,
    level: share,
    scope: z.enum(["tracks", "within these clips only"]),
  }).nullable(),
  count,
});

function perCoordinate<T extends z.ZodType>(value: T) {
  return z.strictObject({ centreX: value, centreY: value, width: value, height: value });
}

const tool = z.strictObject({
  name: z.string(),
  version: z.string(),
  deno: z.string(),
  ffmpeg: z.string().nullable(),
  onnxruntime: z.string().nullable(),
});

const machine = z.strictObject({
  os: z.string(),
  arch: z.string(),
  processors: z.int().positive(),
  memoryBytes: count.nullable(),
});

const clip = z.strictObject({
  name: z.string(),
  sha256,
  size: size.nullable(),
  frames: count,
  durationS: z.number().nonnegative(),
  fps: z.number().nonnegative(),
  isVariableRate: z.boolean(),
  startS: z.number().nonnegative(),
  truthSha256: sha256.nullable(),
  isInterrupted: z.boolean(),
});

const guardLimits = z.strictObject({
  maxErrorLive: number,
  maxErrorLookingAhead: number,
  maxErrorOffline: number,
  maxLagFrames: number,
  maxOvershootPercent: number,
  maxIouDropPoints: number,
});

const settings = z.strictObject({
  minConfidence: share.nullable(),
  iou: share.nullable(),
  association: z.enum(["tracking of the baseline", "the file's own"]),
  normaliser: z.literal("median of √(width · height) of the track"),
  reference: z.strictObject({
    kind: z.literal("zero-phase low pass of the baseline"),
    cutoffHz: z.number().positive(),
  }),
  minFrames: count,
  minFps: z.number().positive(),
  flickerFromHz: z.number().positive(),
  wobbleFromHz: z.number().positive(),
  still: z.strictObject({ maxTravelPercent: number, intervalS: z.number().positive() }),
  localResidual: z.strictObject({ window: count, degree: count }),
  fastShare: share,
  bootstrap: z.strictObject({
    resamples: count,
    level: share,
    unit: z.enum(["clip", "track", "block of frames"]),
    blockS: z.number().positive(),
  }),
  guard: guardLimits,
});

const perturbation = z.strictObject({
  normaliser: z.enum(["inter-ocular distance", "√(width · height)"]),
  maxStridePx: z.int().positive(),
  pictures: count,
  viewsPerPicture: count,
  nearEdge: count,
  jitterPercent: measured,
  keypointJitterPercent: measured.nullable(),
  xPercent: measured,
  yPercent: measured,
  logScalePercent: measured,
  flipRatePercent: measured,
  confidenceLogitDeviation: measured,
  byKind: z.array(z.strictObject({
    kind: z.string(),
    jitterPercent: measured,
    flipRatePercent: maybe,
    pairs: count,
  })),
  byShift: z.array(z.strictObject({
    dxPx: number,
    dyPx: number,
    jitterPercent: maybe,
    flipRatePercent: maybe,
    pairs: count,
  })),
});

const temporal = z.strictObject({
  sigma3Percent: perCoordinate(measured),
  sigma3Px: perCoordinate(maybe),
  robustSigma3Percent: perCoordinate(maybe),
  localResidualPercent: z.strictObject({ p50: maybe, p95: maybe, max: maybe }),
  staticDeviationPercent: perCoordinate(maybe),
  wobblePercent: perCoordinate(measured),
  flickerPercent: perCoordinate(measured),
  spectrum: z.strictObject({
    frequenciesHz: z.array(number),
    densitiesPercent2PerHz: z.array(number),
    bandsPercent: z.strictObject({
      below1Hz: maybe,
      from1To3Hz: maybe,
      from3To6Hz: maybe,
      from6Hz: maybe,
    }),
  }),
  jerkPxPerS3: maybe,
  motionLeakPercent: maybe,
});

const ratios = z.strictObject({
  flicker: measured,
  wobble: measured,
  staticDeviation: measured,
  fastError: measured,
  sigma3: measured,
  frozenTracks: count,
});

const flicker = z.strictObject({
  existenceTogglesPer100: maybe,
  gapsPer100: maybe,
  confidenceTogglesPer100: maybe,
  classFlipsPer100: maybe,
  idSwitchesPer100: maybe,
});

const lag = z.strictObject({
  frames: measured,
  lagMs: measured,
  lookAheadFrames: count.nullable(),
  stepRiseMs: maybe,
});

const guard = z.strictObject({
  fastErrorRatio: maybe,
  worstFastErrorRatio: maybe,
  fastErrorPercent: maybe,
  overshootPercent: maybe,
  ghostBoxes: count,
  lostBoxes: count,
  referenceIou: share.nullable(),
  referenceIouChangePoints: maybe,
  isValid: z.boolean(),
  failed: z.array(z.strictObject({ part: z.enum(["A", "L", "F"]), reason: z.string() })),
});

const trackResult = z.strictObject({
  clip: z.string(),
  trackId: z.int(),
  label: z.string(),
  frames: count,
  startS: number,
  sizePx: z.number().positive(),
  isStill: z.boolean(),
  sigma3Percent: perCoordinate(maybe),
  flickerPercent: perCoordinate(maybe),
  wobblePercent: perCoordinate(maybe),
  staticDeviationPercent: perCoordinate(maybe),
  fastErrorPercent: perCoordinate(maybe),
  lagFrames: maybe,
});

const method = z.strictObject({
  id: z.string(),
  role: z.enum(["baseline", "method", "reference"]),
  detection: z.strictObject({ ties: z.string(), resize: z.string() }).nullable(),
  smoothing: z.strictObject({
    method: z.string(),
    parameters: z.record(z.string(), z.union([z.string(), number])),
  }),
  perturbation: perturbation.nullable(),
  temporal,
  overBaseline: ratios.nullable(),
  flicker,
  lag,
  guard,
  smoothingUsPerFrame: maybe,
  perTrack: z.array(trackResult),
});

const truthResult = z.strictObject({
  method: z.string(),
  meanIou: share.nullable(),
  clear: z.strictObject({
    mota: maybe,
    motp: maybe,
    recall: maybe,
    precision: maybe,
    idSwitches: count,
    fragmentations: count,
  }),
  identity: z.strictObject({ idf1: maybe, idPrecision: maybe, idRecall: maybe }),
  hota: z.strictObject({ hota: share, detA: share, assA: share, locA: share }).nullable(),
  stability: z.strictObject({
    fragment: number,
    centre: number,
    scaleRatio: number,
    total: number,
  }).nullable(),
  averageDelayFrames: maybe,
  normalisedMeanFlicker: maybe,
  accelerationErrorPxPerS2: maybe,
});

const truth = z.strictObject({
  clips: z.array(z.string()),
  frames: count,
  objects: count,
  boxes: count,
  floor: z.strictObject({
    sigma3Percent: perCoordinate(maybe),
    flickerPercent: perCoordinate(maybe),
  }),
  methods: z.array(truthResult),
});

/**
 * What a {@linkcode JitterReport} must be like. No number in it is infinite or not a number.
 *
 * @example Another form is refused
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(jitterReportSchema.safeParse({ schema: "jitter-report/0" }).success, false);
 * ```
 */
export const jitterReportSchema: z.ZodType<JitterReport> = z.strictObject({
  schema: z.literal("jitter-report/1"),
  created: z.iso.datetime(),
  isInterrupted: z.boolean(),
  tool,
  command: z.array(z.string()),
  seed: count,
  machine,
  model: z.strictObject({ name: z.string(), sha256, input: size }).nullable(),
  device: z.strictObject({
    kind: z.string(),
    description: z.string(),
    fallbacks: z.array(z.string()),
  }).nullable(),
  clips: z.array(clip),
  settings,
  data: z.strictObject({
    clips: count,
    tracks: count,
    frames: count,
    trackFrames: count,
    excluded: z.array(z.strictObject({ reason: z.string(), tracks: count, boxes: count })),
  }),
  verdict: z.strictObject({
    text: z.string(),
    method: z.string().nullable(),
    flickerChangePercent: measured.nullable(),
    areControlsRight: z.boolean(),
  }),
  methods: z.array(method).min(1),
  controls: z.array(z.strictObject({
    id: z.string(),
    description: z.string(),
    expected: z.string(),
    got: z.string(),
    isRight: z.boolean(),
  })),
  truth: truth.nullable(),
  notes: z.array(z.string()),
  cost: z.strictObject({
    detectionS: maybe,
    measuringSPerMethod: number,
    measuringPercentPerMethod: maybe,
    totalS: number,
  }),
});
