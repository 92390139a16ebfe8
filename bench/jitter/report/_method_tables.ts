import type { JitterReport, Measured, MethodResult, PerCoordinate } from "./report_types.ts";
import type { Cell, ReportTable } from "./_tables.ts";
import { measuredWords, NOTHING, numberText, overall, ratioAsChange } from "./_words.ts";

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

/** Whether a method passes the guard, or which parts of it not; nothing where nothing was measured. */
function guardCell({ guard }: MethodResult): Cell {
  if (guard.isValid && guard.fastErrorPercent === null) return { text: NOTHING };
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
  const of = (name: keyof PerCoordinate<unknown>) => values[name].estimate;
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
