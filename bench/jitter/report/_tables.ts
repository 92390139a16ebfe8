import type {
  JitterReport,
  Measured,
  MethodResult,
  PerCoordinate,
  PerturbationResult,
} from "../report_types.ts";
import {
  COORDINATES,
  listed,
  measuredWords,
  NOTHING,
  numberText,
  overall,
  ratioAsChange,
  type Words,
} from "./_words.ts";

/** A cell of a table. */
export interface Cell extends Words {
  /** Whether it is good or bad news; neither by itself. */
  readonly tone?: "good" | "bad" | undefined;
  /** Whether it is text to be read, which may take several lines. */
  readonly isProse?: boolean;
}

/** A table of the report, for any format. */
export interface ReportTable {
  /** What stands above the columns; the first is what a row is about. */
  readonly columns: readonly string[];
  /** The rows. */
  readonly rows: readonly {
    readonly cells: readonly Cell[];
    /** Whether it is the row that the verdict is about. */
    readonly isChosen?: boolean;
  }[];
}

/** How late a method is, and for how many frames it waits. */
function lagCell({ lag }: MethodResult): Cell {
  const { text } = measuredWords(lag.lagMs);
  const { lookAheadFrames } = lag;
  const waits = lookAheadFrames === null
    ? "sees the whole clip"
    : lookAheadFrames > 0
    ? `waits for ${lookAheadFrames} frame${lookAheadFrames === 1 ? "" : "s"}`
    : `${numberText(lag.frames.estimate)} frames`;
  return { text, detail: waits };
}

/** Whether a method passes the guard, or which parts of it not. */
function guardCell({ guard }: MethodResult): Cell {
  if (guard.isValid) return { text: "passed", tone: "good" };
  const parts = [...new Set(guard.failed.map(({ part }) => part))];
  return { text: `failed ${parts.toSorted().join(", ")}`, tone: "bad" };
}

/** Four values as one, with the four in the detail. */
function spread(values: PerCoordinate<number | null>): Cell {
  return { text: numberText(overall(values)) };
}

/** The estimates of four measured numbers. */
function estimates(values: PerCoordinate<Measured>): PerCoordinate<number | null> {
  const of = (name: typeof COORDINATES[number]) => values[name].estimate;
  return {
    centreX: of("centreX"),
    centreY: of("centreY"),
    width: of("width"),
    height: of("height"),
  };
}

function change(measured: Measured | undefined): Cell {
  return measured ? measuredWords(measured, ratioAsChange) : { text: NOTHING };
}

/**
 * The methods: what each gains, and what it costs.
 *
 * @param report The report.
 * @returns The table.
 */
export function methodsTable({ methods, verdict }: JitterReport): ReportTable {
  return {
    columns: [
      "method",
      "flicker",
      "flicker (% of size)",
      "wobble",
      "error on fast motion",
      "lag (ms)",
      "comings and goings (/100)",
      "guard",
    ],
    rows: methods.map((method) => ({
      isChosen: method.id === verdict.method,
      cells: [
        { text: method.id, detail: method.role === "baseline" ? "raw boxes" : undefined },
        change(method.overBaseline?.flicker),
        spread(estimates(method.temporal.flickerPercent)),
        change(method.overBaseline?.wobble),
        change(method.overBaseline?.fastError),
        lagCell(method),
        { text: numberText(method.flicker.existenceTogglesPer100) },
        guardCell(method),
      ],
    })),
  };
}

/**
 * What else was measured of each method.
 *
 * @param report The report.
 * @returns The table.
 */
export function detailsTable({ methods, verdict }: JitterReport): ReportTable {
  return {
    columns: [
      "method",
      "σ₃ (% of size)",
      "σ₃ without jumps",
      "still objects (% of size)",
      "worst error on fast motion",
      "overshoot (% of size)",
      "step rise (ms)",
      "gaps (/100)",
      "confidence flips (/100)",
      "class flips (/100)",
      "id switches (/100)",
      "ghosts, lost boxes",
      "µs a frame",
    ],
    rows: methods.map((method) => {
      const { temporal, flicker, guard, lag } = method;
      return {
        isChosen: method.id === verdict.method,
        cells: [
          { text: method.id },
          spread(estimates(temporal.sigma3Percent)),
          spread(temporal.robustSigma3Percent),
          spread(temporal.staticDeviationPercent),
          { text: method.overBaseline ? ratioAsChange(guard.worstFastErrorRatio) : NOTHING },
          { text: numberText(guard.overshootPercent) },
          { text: numberText(lag.stepRiseMs) },
          { text: numberText(flicker.gapsPer100) },
          { text: numberText(flicker.confidenceTogglesPer100) },
          { text: numberText(flicker.classFlipsPer100) },
          { text: numberText(flicker.idSwitchesPer100) },
          { text: `${guard.ghostBoxes}, ${guard.lostBoxes}` },
          { text: numberText(method.smoothingUsPerFrame) },
        ],
      };
    }),
  };
}

/** The parameters of a method, as they were given. */
function parametersOf({ smoothing }: MethodResult): string {
  return Object.entries(smoothing.parameters).map(([name, value]) =>
    `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`
  ).join(", ");
}

/**
 * How the methods are set, and what the guard has against them.
 *
 * @param report The report.
 * @returns The table.
 */
export function settingsTable({ methods, verdict }: JitterReport): ReportTable {
  return {
    columns: ["method", "ties, scaling", "parameters", "what the guard found"],
    rows: methods.map((method) => ({
      isChosen: method.id === verdict.method,
      cells: [
        { text: method.id },
        {
          text: method.detection
            ? `${method.detection.ties}, ${method.detection.resize}`
            : "as in the file",
          isProse: true,
        },
        { text: parametersOf(method) || "none", isProse: true },
        {
          text: method.guard.failed.map(({ part, reason }) => `${part}: ${reason}`).join("; ") ||
            "nothing",
          isProse: true,
        },
      ],
    })),
  };
}

/** The methods whose detections were shown disturbed pictures. */
export function perturbed(
  { methods }: JitterReport,
): (MethodResult & { readonly perturbation: PerturbationResult })[] {
  return methods.flatMap((method) => {
    const { perturbation } = method;
    return perturbation ? [{ ...method, perturbation }] : [];
  });
}

/**
 * How steady detections are under small disturbances of one picture.
 *
 * @param report The report.
 * @returns The table; nothing if that was not measured.
 */
export function perturbationTable(report: JitterReport): ReportTable | undefined {
  const shown = perturbed(report);
  if (shown.length === 0) return undefined;
  const kinds = [
    ...new Set(shown.flatMap((method) => (
      method.perturbation.byKind.map(({ kind }) => kind)
    ))),
  ].filter((kind) => kind !== "shift"); // Of which the first columns are.
  return {
    columns: [
      "method",
      "shift (%)",
      "keypoints (%)",
      "lost or new (%)",
      "log size (%)",
      ...kinds.map((kind) => `${kind} (%)`),
    ],
    rows: shown.map(({ id, perturbation }) => ({
      isChosen: false,
      cells: [
        { text: id },
        measuredWords(perturbation.jitterPercent),
        perturbation.keypointJitterPercent
          ? measuredWords(perturbation.keypointJitterPercent)
          : { text: NOTHING },
        measuredWords(perturbation.flipRatePercent),
        measuredWords(perturbation.logScalePercent),
        ...kinds.map((name) => {
          const found = perturbation.byKind.find(({ kind }) => kind === name);
          return found ? measuredWords(found.jitterPercent) : { text: NOTHING };
        }),
      ],
    })),
  };
}

/**
 * The methods against the truth.
 *
 * @param report The report.
 * @returns The table; nothing without a truth.
 */
export function truthTable({ truth, verdict }: JitterReport): ReportTable | undefined {
  if (!truth) return undefined;
  return {
    columns: [
      "method",
      "IoU",
      "recall",
      "precision",
      "MOTA",
      "IDF1",
      "HOTA",
      "id switches",
      "stability error (C + R)",
      "fragments (F)",
      "delay (frames)",
    ],
    rows: truth.methods.map((result) => ({
      isChosen: result.method === verdict.method,
      cells: [
        { text: result.method },
        ...[
          result.meanIou,
          result.clear.recall,
          result.clear.precision,
          result.clear.mota,
          result.identity.idf1,
          result.hota?.hota ?? null,
        ].map((value) => ({ text: value === null ? NOTHING : value.toFixed(4) })),
        { text: String(result.clear.idSwitches) },
        {
          text: numberText(
            result.stability && result.stability.centre + result.stability.scaleRatio,
          ),
        },
        { text: numberText(result.stability && result.stability.fragment) },
        { text: numberText(result.averageDelayFrames) },
      ],
    })),
  };
}

/**
 * The measurements of which the outcome is known.
 *
 * @param report The report.
 * @returns The table.
 */
export function controlsTable({ controls }: JitterReport): ReportTable {
  return {
    columns: ["control", "what it does", "must come out", "came out"],
    rows: controls.map(({ id, description, expected, got, isRight }) => ({
      cells: [
        { text: id },
        { text: description, isProse: true },
        { text: expected },
        { text: got, tone: isRight ? "good" : "bad", detail: isRight ? "as it must" : "wrong" },
      ],
    })),
  };
}

/**
 * The clips.
 *
 * @param report The report.
 * @returns The table.
 */
export function clipsTable({ clips, methods }: JitterReport): ReportTable {
  return {
    columns: ["clip", "size", "frames", "seconds", "fps", "tracks", "SHA-256"],
    rows: clips.map(({ name, sha256, size, frames, durationS, fps, ...clip }) => ({
      cells: [
        { text: name, detail: clip.isInterrupted ? "interrupted: the rest is missing" : undefined },
        { text: size ? `${size.width}×${size.height}` : NOTHING },
        { text: String(frames) },
        { text: durationS.toFixed(1) },
        { text: numberText(fps), detail: clip.isVariableRate ? "variable" : undefined },
        { text: String(methods[0]!.perTrack.filter((track) => track.clip === name).length) },
        { text: sha256.slice(0, 12) },
      ],
    })),
  };
}

/**
 * The names of the coordinates with a number each.
 *
 * @param values The numbers.
 * @returns Such as `centre x 1.8, centre y 1.5, width 3.9 and height 3.2`.
 */
export function coordinateWords(values: PerCoordinate<number | null>): string {
  const names = { centreX: "centre x", centreY: "centre y", width: "width", height: "height" };
  return listed(COORDINATES.map((name) => `${names[name]} ${numberText(values[name])}`));
}
