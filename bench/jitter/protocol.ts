import { controlResults } from "./controls/control_results.ts";
import { jitterTraces } from "./report/jitter_traces.ts";
import { measuredClip } from "./measures/measured_track.ts";
import { type MethodReading, methodReading, methodResult } from "./measures/method_result.ts";
import type { Method } from "./methods/method_run.ts";
import type { ObservedClip } from "./observe/observed_clip.ts";
import { clipOf, costOf, dataOf, settingsOf } from "./report/report_parts.ts";
import type { JitterReport, MethodResult } from "./report/report_types.ts";
import {
  AS_GIVEN,
  NONE,
  REFERENCE_METHODS,
  type SmoothingMethod,
} from "./methods/smoothing_methods.ts";
import type { JitterTraces } from "./report/traces.ts";
import { truthSection } from "./truth/truth_section.ts";
import { verdictOf } from "./report/verdict.ts";

/** What is known of a run beside what it measured. */
export type Provenance = Pick<
  JitterReport,
  "created" | "tool" | "command" | "machine" | "model" | "device" | "notes"
>;

/** Options of {@linkcode measured}. */
export interface ProtocolOptions {
  /** How boxes are kept still; `none` is always measured. */
  readonly smoothing: readonly SmoothingMethod[];
  /** What random numbers are drawn from. */
  readonly seed: number;
  /** With which confidence objects appear; absent for imported tracks. */
  readonly minConfidence?: number;
  /** Above which overlap two boxes are one; absent for imported tracks. */
  readonly iou?: number;
  /**
   * Whether clips are missing, as the run was interrupted before them.
   *
   * @default {false}
   */
  readonly isInterrupted?: boolean;
  /** What else the report tells. */
  readonly provenance: Provenance;
  /** P, by the name of the way of detecting, where it was measured. */
  readonly perturbations?: ReadonlyMap<string, NonNullable<MethodResult["perturbation"]>>;
  /** When the run began, in milliseconds of `performance.now()`. */
  readonly startedAtMs: number;
  /** Called before each step, with what it is. */
  readonly onStep?: (step: string) => void;
}

/** A report with what its plots show. */
export interface Measurement {
  /** The report. */
  readonly report: JitterReport;
  /** What the plots show beside it. */
  readonly traces: JitterTraces;
}

/** The confidence whose crossing is flicker where nothing tells. */
const USUAL_CONFIDENCE = 0.5;

/**
 * The order of things: finds what can be measured of the clips, reads every method on the same tracks and
 * frames, compares with the baseline, tries the controls, and sums up.
 *
 * @param clips What was observed: at least one clip, all in the same ways.
 * @param options See {@linkcode ProtocolOptions}.
 * @returns The report, and what its plots show.
 */
export async function measured(
  clips: readonly ObservedClip[],
  options: ProtocolOptions,
): Promise<Measurement> {
  const { smoothing, seed, provenance, startedAtMs, onStep = () => {} } = options;
  const minConfidence = options.minConfidence ?? USUAL_CONFIDENCE;
  onStep("tracks");
  const measuredClips = clips.map(measuredClip);
  const readings: MethodReading[] = [];
  const methods: MethodResult[] = [];
  for (const method of methodsFor(clips, smoothing)) {
    onStep(method.id);
    await breath(); // So that a signal is heard between two methods.
    const reading = methodReading(method, measuredClips, { minConfidence });
    readings.push(reading);
    const result = methodResult(reading, readings[0]!, { seed });
    const isRaw = method.smoothing === NONE;
    const perturbation = isRaw ? options.perturbations?.get(method.id) ?? null : null;
    methods.push({ ...result, perturbation });
  }
  onStep("controls");
  await breath();
  const controls = controlResults(readings[0]!, { seed, minConfidence });
  const data = dataOf(measuredClips);
  const report: JitterReport = {
    schema: "jitter-report/1",
    isInterrupted: options.isInterrupted ?? clips.some((clip) => clip.isInterrupted),
    ...provenance,
    seed,
    clips: clips.map(clipOf),
    settings: settingsOf(measuredClips, options),
    data,
    verdict: verdictOf(methods, controls, data),
    methods,
    controls,
    truth: truthSection(readings),
    cost: costOf(clips, readings, startedAtMs),
  };
  return { report, traces: jitterTraces(readings) };
}

/** Lets other work run. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** All methods: of each way of detecting, raw boxes first; what is to be beaten, of the first way only. */
function methodsFor(
  clips: readonly ObservedClip[],
  smoothing: readonly SmoothingMethod[],
): Method[] {
  const { observations } = clips[0]!;
  const others = smoothing.filter((method) => method !== NONE);
  const given = clips.some(({ hasOtherBoxes }) => hasOtherBoxes) ? [AS_GIVEN] : [];
  return observations.flatMap(({ id, way }, observation) => {
    const isFirst = observation === 0;
    const all = [NONE, ...given, ...others, ...isFirst ? REFERENCE_METHODS : []];
    return all.map((smoothing): Method => ({
      id: smoothing === NONE ? id : `${id}+${smoothing.name}`,
      role: isFirst && smoothing === NONE ? "baseline" : smoothing.role,
      observation,
      ...way && { way },
      smoothing,
    }));
  });
}
