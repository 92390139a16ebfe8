import type { JitterReport, MethodResult, PerturbationResult } from "./report_types.ts";
import { measuredWords, NOTHING, numberText, type Words } from "./_words.ts";

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
