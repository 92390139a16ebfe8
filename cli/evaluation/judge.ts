import {
  averagePrecisionOf,
  type ClassPrecision,
  type JudgedFrame,
  type TrueObject,
} from "../../pipeline/metrics/average_precision.ts";
import type { NamedObject } from "./truth.ts";

/** How the labels of a truth and of a network go together. */
export interface LabelMatch {
  /** The number of the class for each label of the truth that the network knows. */
  readonly classIds: ReadonlyMap<string | undefined, number>;
  /** The labels of the truth that it does not know, with how many objects have each. */
  readonly unknown: ReadonlyMap<string, number>;
}

/** A label as it is compared: neither case nor the kind of gap matters. */
function plain(label: string): string {
  return label.trim().toLowerCase().replaceAll(/[\s_-]+/g, " ");
}

/**
 * Matches the labels of a truth with those of a network, by name.
 *
 * @param labels The truth's, with how many objects have each.
 * @param known The network's, by class number.
 * @param nameless What objects are that have no label.
 *
 * @example Names match whatever their case
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { classIds, unknown } = matchLabels(new Map([["DRONE", 3], ["kite", 1]]), ["bird", "drone"]);
 * assertEquals([...classIds], [["DRONE", 1]]);
 * assertEquals([...unknown], [["kite", 1]]);
 * ```
 */
export function matchLabels(
  labels: ReadonlyMap<string | undefined, number>,
  known: readonly string[],
  nameless?: string,
): LabelMatch {
  const classIds = new Map<string | undefined, number>();
  const unknown = new Map<string, number>();
  const plainKnown = known.map(plain);
  for (const [label, count] of labels) {
    const name = label ?? nameless ?? "";
    const classId = plainKnown.indexOf(plain(name));
    if (classId >= 0) classIds.set(label, classId);
    else unknown.set(name, count);
  }
  return { classIds, unknown };
}

/** What is there by class number; what the network does not know is left out. */
export function truthByClass(
  objects: readonly NamedObject[],
  { classIds }: LabelMatch,
): TrueObject[] {
  return objects.flatMap(({ label, box, isCrowd }) => {
    const classId = classIds.get(label);
    return classId === undefined ? [] : [{ classId, box, ...isCrowd && { isCrowd } }];
  });
}

/** How well a network does at one confidence. */
export interface AtConfidence {
  readonly confidence: number;
  /** Of what it finds, the share that is there, at an IoU of 0.5; absent if it finds nothing. */
  readonly precision?: number;
  /** Of what is there, the share that it finds, at an IoU of 0.5. */
  readonly recall: number;
}

/** How well a network finds a class. */
export interface JudgedClass extends Omit<ClassPrecision, "classId"> {
  readonly label: string;
  readonly atConfidence: AtConfidence;
}

/** How well a network does. */
export interface Judgement {
  /** The means over the classes. */
  readonly ap: number;
  readonly ap50: number;
  readonly ap75: number;
  readonly recall50: number;
  /** All classes taken together. */
  readonly atConfidence: AtConfidence;
  readonly classes: readonly JudgedClass[];
}

/**
 * Judges what was detected.
 *
 * @param frames All frames that were looked at.
 * @param labels The names of the classes.
 * @param confidence The confidence at which precision and recall are told.
 * @param maxDetections How many detections of a class in a frame count.
 * @returns The judgement; undefined if nothing is there.
 */
export function judged(
  frames: readonly JudgedFrame[],
  labels: readonly string[],
  { confidence, maxDetections }: { readonly confidence: number; readonly maxDetections: number },
): Judgement | undefined {
  const all = averagePrecisionOf(frames, { maxDetections });
  if (all.classes.length === 0) return undefined;
  const sure = averagePrecisionOf(
    frames.map(({ truth, detections }) => ({
      truth,
      detections: detections.filter((one) => one.confidence >= confidence),
    })),
    { maxDetections },
  );
  const classes = all.classes.map(({ classId, ...measured }, at): JudgedClass => ({
    label: labels[classId] ?? String(classId),
    ...measured,
    atConfidence: atConfidence(sure.classes.slice(at, at + 1), confidence),
  }));
  const mean = classes.reduce((sum, { recall50 }) => sum + recall50, 0) / classes.length;
  return {
    ap: all.meanAp ?? 0,
    ap50: all.meanAp50 ?? 0,
    ap75: all.meanAp75 ?? 0,
    recall50: mean,
    atConfidence: atConfidence(sure.classes, confidence),
    classes,
  };
}

function atConfidence(classes: readonly ClassPrecision[], confidence: number): AtConfidence {
  const sum = (of: (one: ClassPrecision) => number) =>
    classes.reduce((total, one) => total + of(one), 0);
  const hits = sum(({ recall50, truth }) => Math.round(recall50 * truth));
  const found = sum(({ detections }) => detections);
  const recall = hits / sum(({ truth }) => truth);
  return { confidence, recall, ...found > 0 && { precision: hits / found } };
}
