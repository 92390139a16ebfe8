/** A number over tracks, with its certainty. */
export interface Measured {
  /** The number; `null` where there was nothing to measure. */
  readonly estimate: number | null;
  /** Its interval; `null` where there is too little for one. */
  readonly interval: MeasuredInterval | null;
  /** How many tracks (of a perturbation: objects) it is of. */
  readonly count: number;
}

/** How certain a number is. */
export interface MeasuredInterval {
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
  /** How often such an interval is to cover the true value, such as 0.95. */
  readonly level: number;
  /** What it speaks of: tracks like these, or no others than these. */
  readonly scope: "tracks" | "within these clips only";
}

/** A value for each coordinate of a box: its centre, and the logarithms of its sides. */
export interface PerCoordinate<T> {
  /** The centre's horizontal place. */
  readonly centreX: T;
  /** The centre's vertical place. */
  readonly centreY: T;
  /** The width. */
  readonly width: T;
  /** The height. */
  readonly height: T;
}

/** The programs that measured. */
export interface ReportTool {
  /** Always `steadybox`. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** The version of Deno. */
  readonly deno: string;
  /** The version of ffmpeg; `null` where no video was read. */
  readonly ffmpeg: string | null;
  /** The version of ONNX Runtime; `null` where no network ran. */
  readonly onnxruntime: string | null;
}

/** The computer. */
export interface ReportMachine {
  /** The operating system, such as `linux`. */
  readonly os: string;
  /** The kind of processor, such as `x86_64`. */
  readonly arch: string;
  /** How many processors there are. */
  readonly processors: number;
  /** How much memory there is, in bytes; `null` where that may not be known. */
  readonly memoryBytes: number | null;
}

/** The network. */
export interface ReportModel {
  /** The name. */
  readonly name: string;
  /** The SHA-256 of its file, in hexadecimal digits. */
  readonly sha256: string;
  /** What it reads, in pixels. */
  readonly input: { readonly width: number; readonly height: number };
}

/** What ran the network. */
export interface ReportDevice {
  /** `webgpu`, `cpu` or `wasm`. */
  readonly kind: string;
  /** In words. */
  readonly description: string;
  /** What did not go as asked, in words. */
  readonly fallbacks: readonly string[];
}

/** A video, or a file of tracks. */
export interface ReportClip {
  /** Its name, without directories; unique in the report. */
  readonly name: string;
  /** The SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string;
  /** The size of its frames in pixels; `null` where a file of tracks does not tell. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** How many frames were measured. */
  readonly frames: number;
  /** From the first frame's time to the last's, in seconds. */
  readonly durationS: number;
  /** The mean frame rate. */
  readonly fps: number;
  /** Whether intervals between frames differ by more than rounding. */
  readonly isVariableRate: boolean;
  /** Where the measured part begins, in seconds from the source's start. */
  readonly startS: number;
  /** The SHA-256 of the truth; `null` without one. */
  readonly truthSha256: string | null;
  /** Whether the measurement was interrupted in it: the rest of its frames is missing. */
  readonly isInterrupted: boolean;
}

/** How it was measured: all that changes a number but the clips, the model and the methods. */
export interface ReportSettings {
  /** From which confidence on an object appears; `null` for imported tracks. */
  readonly minConfidence: number | null;
  /** Above which overlap two boxes are one object; `null` for imported tracks. */
  readonly iou: number | null;
  /** Where the numbers of tracks come from, the same for all methods. */
  readonly association: "tracking of the baseline" | "the file's own";
  /** What lengths are divided by. */
  readonly normaliser: "median of √(width · height) of the track";
  /** What is taken for motion. */
  readonly reference: {
    /** A Butterworth low pass of second order run both ways over the baseline. */
    readonly kind: "zero-phase low pass of the baseline";
    /** Where half of its amplitude is left, in Hz. */
    readonly cutoffHz: number;
  };
  /** The least frames without a gap that are measured. */
  readonly minFrames: number;
  /** The least frame rate at which bands, lag and errors are measured. */
  readonly minFps: number;
  /** From which frequency on a residual is flicker, in Hz. */
  readonly flickerFromHz: number;
  /** From which frequency on a residual is wobble, in Hz; up to flicker. */
  readonly wobbleFromHz: number;
  /** How far an object may travel in an interval and still stand still. */
  readonly still: { readonly maxTravelPercent: number; readonly intervalS: number };
  /** The polynomial of the local residual. */
  readonly localResidual: { readonly window: number; readonly degree: number };
  /** Which share of the frames is the fastest motion. */
  readonly fastShare: number;
  /** How intervals are made. */
  readonly bootstrap: {
    readonly resamples: number;
    readonly level: number;
    /** What is drawn. */
    readonly unit: "clip" | "track" | "block of frames";
    /** How long a block is, in seconds; longer of tracks of minutes. */
    readonly blockS: number;
  };
  /** What a method may cost and still be valid. */
  readonly guard: GuardLimits;
}

/** What a method may cost and still be valid. */
export interface GuardLimits {
  /** The error on the fastest motion over the baseline's, for what waits for nothing. */
  readonly maxErrorLive: number;
  /** The same for what looks some frames ahead. */
  readonly maxErrorLookingAhead: number;
  /** The same for what sees the whole clip. */
  readonly maxErrorOffline: number;
  /** The lag on tracks that move, in frames. */
  readonly maxLagFrames: number;
  /** How far beyond all raw values within a quarter of a second, in % of the size. */
  readonly maxOvershootPercent: number;
  /** By how much the mean overlap with the reference may fall, in hundredths. */
  readonly maxIouDropPoints: number;
}

/** What was there to be measured, and what was left out. */
export interface ReportData {
  /** How many clips. */
  readonly clips: number;
  /** How many tracks were measured. */
  readonly tracks: number;
  /** How many frames of video. */
  readonly frames: number;
  /** How many boxes of tracks were measured. */
  readonly trackFrames: number;
  /** What was left out, and why. */
  readonly excluded: readonly {
    readonly reason: string;
    readonly tracks: number;
    readonly boxes: number;
  }[];
}

/** The result in a sentence. */
export interface ReportVerdict {
  /** In words. */
  readonly text: string;
  /** The `id` of the method of which it speaks; `null` if none is valid. */
  readonly method: string | null;
  /** By how much it cuts the flicker band; below 0 is less flicker, in %. */
  readonly flickerChangePercent: Measured | null;
  /** Whether all controls came out as they must: if not, no number here is to be trusted. */
  readonly areControlsRight: boolean;
}

/**
 * How steady detections are when the same picture is moved or disturbed a little. Unless told by kind,
 * numbers are of shifts by whole pixels.
 */
export interface PerturbationResult {
  /** What lengths are divided by. */
  readonly normaliser: "inter-ocular distance" | "√(width · height)";
  /**
   * The greatest stride of the network, in pixels of its input: shifts go over one period of it. At most
   * a quarter of the input's shorter side.
   */
  readonly maxStridePx: number;
  /** How many pictures. */
  readonly pictures: number;
  /** How many disturbed copies of each. */
  readonly viewsPerPicture: number;
  /** How many objects were too near to an edge to be compared. */
  readonly nearEdge: number;
  /** The root mean square distance of a box's corner from where it should be, in %. */
  readonly jitterPercent: Measured;
  /** The same of keypoints; `null` for networks without. */
  readonly keypointJitterPercent: Measured | null;
  /** The horizontal deviation of a single prediction, in %. */
  readonly xPercent: Measured;
  /** The vertical one. */
  readonly yPercent: Measured;
  /** The root mean square change of the logarithm of √(width · height), in %. */
  readonly logScalePercent: Measured;
  /** Which share of the detections has no counterpart, in %. */
  readonly flipRatePercent: Measured;
  /** The deviation of the logit of the confidence. */
  readonly confidenceLogitDeviation: Measured;
  /** The same by kind of disturbance: `shift` (whole pixels), `sub-pixel shift`, `noise`, `gain`, `re-encoding`. */
  readonly byKind: readonly {
    readonly kind: string;
    readonly jitterPercent: Measured;
    readonly flipRatePercent: number | null;
    readonly pairs: number;
  }[];
  /** Shifts by whole pixels of the network's input, for a map modulo the stride. */
  readonly byShift: readonly {
    readonly dxPx: number;
    readonly dyPx: number;
    readonly jitterPercent: number | null;
    readonly flipRatePercent: number | null;
    readonly pairs: number;
  }[];
}

/** How boxes tremble from frame to frame. */
export interface TemporalResult {
  /** White noise of this deviation has such third differences: compares detectors, not smoothers; in %. */
  readonly sigma3Percent: PerCoordinate<Measured>;
  /** The same in pixels: centre and sides, the median over tracks. */
  readonly sigma3Px: PerCoordinate<number | null>;
  /** The same by the median absolute deviation: jumps do not count. */
  readonly robustSigma3Percent: PerCoordinate<number | null>;
  /** The residual of a polynomial through neighbouring frames, in % of the size, all coordinates. */
  readonly localResidualPercent: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly max: number | null;
  };
  /** The deviation while objects stand still, in %. */
  readonly staticDeviationPercent: PerCoordinate<number | null>;
  /** The residual against the reference in the wobble band, in %. */
  readonly wobblePercent: PerCoordinate<Measured>;
  /** The residual against the reference in the flicker band, in %. */
  readonly flickerPercent: PerCoordinate<Measured>;
  /** The power of the coordinates themselves, the mean of tracks and coordinates. */
  readonly spectrum: {
    readonly frequenciesHz: readonly number[];
    readonly densitiesPercent2PerHz: readonly number[];
    /** The deviation in bands, in %. */
    readonly bandsPercent: {
      readonly below1Hz: number | null;
      readonly from1To3Hz: number | null;
      readonly from3To6Hz: number | null;
      readonly from6Hz: number | null;
    };
  };
  /** The mean third derivative of the centre: grows with the cube of the frame rate. */
  readonly jerkPxPerS3: number | null;
  /** What `sigma3Percent` would read of motion alone, that of the reference, in %. */
  readonly motionLeakPercent: number | null;
}

/** A method over the baseline, on the same tracks and frames: below 1 is less. */
export interface Ratios {
  /** The residual in the flicker band, the geometric mean over tracks and coordinates. */
  readonly flicker: Measured;
  /** The same in the wobble band. */
  readonly wobble: Measured;
  /** The same of the deviation while objects stand still. */
  readonly staticDeviation: Measured;
  /** The same of the error on the fastest motion. */
  readonly fastError: Measured;
  /** The same of third differences: any short filter looks good by it. */
  readonly sigma3: Measured;
  /** How many tracks have third differences of exactly 0: boxes that do not change at all. */
  readonly frozenTracks: number;
}

/** How much tracks blink. Rates are for 100 track-frames. */
export interface FlickerResult {
  /** How often a track came or went within its life. */
  readonly existenceTogglesPer100: number | null;
  /** How often a track was away for 5 frames or fewer. */
  readonly gapsPer100: number | null;
  /** How often the confidence crossed the limit. */
  readonly confidenceTogglesPer100: number | null;
  /** How often the class changed. */
  readonly classFlipsPer100: number | null;
  /** How often an object of the shared association changed its number. */
  readonly idSwitchesPer100: number | null;
}

/** How late boxes are. */
export interface LagResult {
  /**
   * The lag behind the reference on the fastest motion of tracks that move, in frames: of each track the
   * mean over coordinates, weighted by how certain they are.
   */
  readonly frames: Measured;
  /** The same in milliseconds. */
  readonly lagMs: Measured;
  /** For how many further frames a box waits; `null` where it waits for the whole clip. */
  readonly lookAheadFrames: number | null;
  /** From 10 % to 90 % of a step of half the size, in milliseconds; `null` where it is never reached. */
  readonly stepRiseMs: number | null;
}

/** What steadiness costs, and whether that is allowed. */
export interface GuardResult {
  /** The error on the fastest motion over the baseline's, the geometric mean. */
  readonly fastErrorRatio: number | null;
  /** The same of the worst track. */
  readonly worstFastErrorRatio: number | null;
  /** The error on the fastest motion, in % of the size. */
  readonly fastErrorPercent: number | null;
  /** How far beyond all raw values nearby the farthest box is, in % of the size. */
  readonly overshootPercent: number | null;
  /** Boxes where nothing was detected any more or yet. */
  readonly ghostBoxes: number;
  /** Detected boxes of tracks that are missing. */
  readonly lostBoxes: number;
  /** The mean overlap with the reference, from 0 to 1. */
  readonly referenceIou: number | null;
  /** The same, less the baseline's, in hundredths. */
  readonly referenceIouChangePoints: number | null;
  /** Whether all limits are kept. */
  readonly isValid: boolean;
  /** Which are not: `A` accuracy, `L` lag, `F` flicker, each with why. */
  readonly failed: readonly { readonly part: "A" | "L" | "F"; readonly reason: string }[];
}

/** What one track reads. */
export interface TrackResult {
  /** The name of its clip. */
  readonly clip: string;
  /** Its number in the clip. */
  readonly trackId: number;
  /** Its class. */
  readonly label: string;
  /** How many of its boxes were measured. */
  readonly frames: number;
  /** The time of the first of them, in seconds of the clip. */
  readonly startS: number;
  /** Its median size, in pixels. */
  readonly sizePx: number;
  /** Whether it hardly moves. */
  readonly isStill: boolean;
  /** See {@linkcode TemporalResult}. */
  readonly sigma3Percent: PerCoordinate<number | null>;
  /** See {@linkcode TemporalResult}. */
  readonly flickerPercent: PerCoordinate<number | null>;
  /** See {@linkcode TemporalResult}. */
  readonly wobblePercent: PerCoordinate<number | null>;
  /** See {@linkcode TemporalResult}. */
  readonly staticDeviationPercent: PerCoordinate<number | null>;
  /** See {@linkcode GuardResult}. */
  readonly fastErrorPercent: PerCoordinate<number | null>;
  /** See {@linkcode LagResult}. */
  readonly lagFrames: number | null;
}

/** One way to make boxes, and what it comes to. */
export interface MethodResult {
  /** Unique in the report, such as `blend+kalman` or `suppress@area`. */
  readonly id: string;
  /** The `baseline` is what the others are compared with; `reference` rows are what a filter must beat. */
  readonly role: "baseline" | "method" | "reference";
  /** How frames become detections; `null` for imported tracks. */
  readonly detection: { readonly ties: string; readonly resize: string } | null;
  /** How detections are kept still; `none` where they are not. */
  readonly smoothing: {
    readonly method: string;
    /** Its parameters, those left at their defaults too. */
    readonly parameters: Readonly<Record<string, string | number>>;
  };
  /** P; `null` where it was not measured, as of smoothers. */
  readonly perturbation: PerturbationResult | null;
  /** T. */
  readonly temporal: TemporalResult;
  /** Over the baseline; `null` for the baseline itself. */
  readonly overBaseline: Ratios | null;
  /** F. */
  readonly flicker: FlickerResult;
  /** L. */
  readonly lag: LagResult;
  /** A. */
  readonly guard: GuardResult;
  /** How long smoothing takes, in microseconds a frame. A time: it differs from run to run. */
  readonly smoothingUsPerFrame: number | null;
  /** Every track. */
  readonly perTrack: readonly TrackResult[];
}

/** A measurement of which the outcome is known. */
export interface ControlResult {
  /** A short name. */
  readonly id: string;
  /** What it does, in words. */
  readonly description: string;
  /** What must come out. */
  readonly expected: string;
  /** What came out. */
  readonly got: string;
  /** Whether that is the same. */
  readonly isRight: boolean;
}

/** A method against the truth. */
export interface TruthResult {
  /** The `id` of the method. */
  readonly method: string;
  /** The mean overlap with the truth of what is found at all, from 0 to 1; its pairing from 0.1 on. */
  readonly meanIou: number | null;
  /** CLEAR. */
  readonly clear: {
    readonly mota: number | null;
    readonly motp: number | null;
    readonly recall: number | null;
    readonly precision: number | null;
    readonly idSwitches: number;
    readonly fragmentations: number;
  };
  /** The identity metrics. */
  readonly identity: {
    readonly idf1: number | null;
    readonly idPrecision: number | null;
    readonly idRecall: number | null;
  };
  /** HOTA; `null` without truth and tracks. */
  readonly hota: {
    readonly hota: number;
    readonly detA: number;
    readonly assA: number;
    readonly locA: number;
  } | null;
  /** The stability errors of Zhang & Wang; `null` if nothing was found. */
  readonly stability: {
    readonly fragment: number;
    readonly centre: number;
    readonly scaleRatio: number;
    readonly total: number;
  } | null;
  /** The average delay of Mao, Yang & Dally, in frames. */
  readonly averageDelayFrames: number | null;
  /** The normalised mean flicker of corners. */
  readonly normalisedMeanFlicker: number | null;
  /** The acceleration error of corners, in pixels a second². */
  readonly accelerationErrorPxPerS2: number | null;
}

/** What is known by a truth. */
export interface TruthSection {
  /** The clips that have one. */
  readonly clips: readonly string[];
  /** How many frames. */
  readonly frames: number;
  /** How many objects. */
  readonly objects: number;
  /** How many boxes. */
  readonly boxes: number;
  /** How much the truth trembles itself: no method can be told to be better than this. */
  readonly floor: {
    /** See {@linkcode TemporalResult}. */
    readonly sigma3Percent: PerCoordinate<number | null>;
    /** The residual at 6 Hz and above, against the truth's own low pass, in %. */
    readonly flickerPercent: PerCoordinate<number | null>;
  };
  /** Each method. */
  readonly methods: readonly TruthResult[];
}

/** What the measurement costs. Times: they differ from run to run. */
export interface ReportCost {
  /** Decoding and detecting, in seconds; `null` for imported tracks. */
  readonly detectionS: number | null;
  /** T, F and L of one method (bootstrap apart), the mean of all methods, in seconds. */
  readonly measuringSPerMethod: number;
  /** That over `detectionS`, in %. */
  readonly measuringPercentPerMethod: number | null;
  /** Everything, in seconds. */
  readonly totalS: number;
}

/** A `jitter-report/1`: what `steadybox jitter` found. Numbers that are not known are `null`. */
export interface JitterReport {
  /** The name of this form. */
  readonly schema: "jitter-report/1";
  /** When, in ISO 8601. */
  readonly created: string;
  /** Whether it ended early: what is here was measured on what came before. */
  readonly isInterrupted: boolean;
  /** The programs. */
  readonly tool: ReportTool;
  /** The arguments of `steadybox`. */
  readonly command: readonly string[];
  /** What random numbers were drawn from. */
  readonly seed: number;
  /** The computer. */
  readonly machine: ReportMachine;
  /** The network; `null` for imported tracks. */
  readonly model: ReportModel | null;
  /** What ran it; `null` for imported tracks. */
  readonly device: ReportDevice | null;
  /** The clips. */
  readonly clips: readonly ReportClip[];
  /** How it was measured. */
  readonly settings: ReportSettings;
  /** How much. */
  readonly data: ReportData;
  /** The result in a sentence. */
  readonly verdict: ReportVerdict;
  /** The methods, the baseline first. */
  readonly methods: readonly MethodResult[];
  /** Measurements of which the outcome is known. */
  readonly controls: readonly ControlResult[];
  /** What is known by a truth; `null` without one. */
  readonly truth: TruthSection | null;
  /** What is not as one might think, in words. */
  readonly notes: readonly string[];
  /** What it costs. */
  readonly cost: ReportCost;
}
