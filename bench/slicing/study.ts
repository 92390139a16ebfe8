/**
 * What slices find that the whole frame does not: people boxed by hand, and what flies in clips with
 * true boxes, whole and sliced, at the same thresholds; and how long merging takes.
 *
 *     deno run --allow-read --allow-run=ffmpeg,ffprobe --allow-ffi --allow-env \
 *       bench/slicing/study.ts [DARKNET_CFG]
 *
 * @module
 */

import {
  blended,
  type Detection,
  loadModel,
  merged,
  mergedSlices,
  openSession,
  type SliceOptions,
} from "../../mod.ts";
import { averagePrecisionOf } from "../../pipeline/metrics/average_precision.ts";
import { seededRandom } from "../../pipeline/metrics/random.ts";
import { clipPath } from "../../tests/_clips.ts";
import { type HandBox, handBoxes } from "../../tests/_hand_boxes.ts";
import { type HandCounts, handCounts } from "../../tests/_hand_counts.ts";
import { SKY_CLIPS, skyPath, skyTruth } from "../../tests/_sky_clips.ts";
import { candidatesOf, type Subject } from "./detections.ts";

/** How frames are cut, by the words of the command line; the whole frame first. */
type Cuts = readonly (readonly [words: string, cut: SliceOptions | undefined])[];

const PEOPLE_CUTS: Cuts = [
  ["whole", undefined],
  ["640", { size: 640 }],
  ["640x480", { size: { width: 640, height: 480 } }],
  ["480", { size: 480 }],
  ["320", { size: 320 }],
];

const SKY_CUTS: Cuts = [
  ["whole", undefined],
  ["576x460", { size: { width: 576, height: 460 } }],
  ["512x410", { size: { width: 512, height: 410 } }],
  ["512", { size: 512 }],
  ["384x308", { size: { width: 384, height: 308 } }],
  ["256", { size: 256 }],
];

/** Every so many frames of the clips of the sky count. */
const SKY_STRIDE = 10;

/** The share as per cent. */
function percent(part: number, whole: number): string {
  return `${(100 * part / whole).toFixed(1)} %`;
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function heading(cells: readonly string[]): string {
  return row(cells) + row(cells.map(() => "---"));
}

/** What the program shows from a confidence on: boxes of one object resolved as by default. */
function shown(
  candidates: readonly Detection[],
  minConfidence: number,
  { iou, isSliced }: { readonly iou: number; readonly isSliced: boolean },
): Detection[] {
  const sure = candidates.filter(({ confidence }) => confidence >= minConfidence);
  return isSliced ? mergedSlices(sure, { iou, minConfidence }) : blended(sure, { iou });
}

/** How many of the people in the frames of a clip were found, missed and invented. */
function peopleCounts(
  frames: ReadonlyMap<number, readonly HandBox[]>,
  shownIn: (frame: number) => readonly Detection[],
): HandCounts {
  const sum = { found: 0, missed: 0, invented: 0 };
  for (const [frame, boxes] of frames) {
    const people = shownIn(frame).filter(({ label }) => label.toLowerCase() === "person");
    const counted = handCounts(boxes, people, 0.5);
    sum.found += counted.found;
    sum.missed += counted.missed;
    sum.invented += counted.invented;
  }
  return sum;
}

/** How a network finds the people that were boxed by hand. */
async function peopleTable(model: string, thresholds: readonly number[]): Promise<string> {
  const truth = await handBoxes("people");
  const { detector, network } = await loadModel(model);
  await using session = await openSession(network, { device: "cpu" });
  const { iou } = detector.defaults;
  let text = `\n${detector.name}\n\n` +
    heading(["slices", "from", "vtest", "walkers", "found", "invented", "recall", "precision"]);
  for (const [name, cut] of PEOPLE_CUTS) {
    const byClip = new Map<string, Map<number, readonly Detection[]>>();
    for (const [clip, frames] of truth) {
      const subject: Subject = {
        path: clipPath(clip)!,
        frames: new Set(frames.keys()),
        detector,
        session,
      };
      byClip.set(clip, await candidatesOf(subject, cut));
    }
    for (const threshold of thresholds) {
      const isSliced = cut !== undefined;
      const counts = [...truth].map(([clip, frames]) =>
        peopleCounts(
          frames,
          (frame) => shown(byClip.get(clip)!.get(frame)!, threshold, { iou, isSliced }),
        )
      );
      const total = (key: "found" | "missed" | "invented") =>
        counts.reduce((sum, one) => sum + one[key], 0);
      const found = total("found");
      text += row([
        name,
        threshold,
        ...counts.map((one) => `${one.found} of ${one.found + one.missed}`),
        found,
        total("invented"),
        percent(found, found + total("missed")),
        percent(found, found + total("invented")),
      ]);
    }
  }
  return text;
}

/** What flies in every tenth frame, with what a network proposes there. */
interface SkyFrame {
  readonly truth: readonly Pick<Detection, "classId" | "box">[];
  readonly candidates: readonly Detection[];
}

async function skyFrames(
  subject: Omit<Subject, "path" | "frames">,
  cut: SliceOptions | undefined,
): Promise<SkyFrame[]> {
  const frames: SkyFrame[] = [];
  for (const clip of SKY_CLIPS) {
    const truth = await skyTruth(clip);
    const numbers = Array.from({ length: 40 }, (_, i) => i * SKY_STRIDE);
    const found = await candidatesOf(
      { ...subject, path: skyPath(clip)!, frames: new Set(numbers) },
      cut,
    );
    for (const [frame, candidates] of found) {
      frames.push({ truth: truth.get(frame) ?? [], candidates });
    }
  }
  return frames;
}

/** How many objects of some frames are found, and by how many boxes. */
function scoreOf(
  frames: readonly { readonly truth: SkyFrame["truth"]; readonly detections: Detection[] }[],
): { readonly found: number; readonly all: number; readonly boxes: number; readonly ap50: number } {
  const { classes, meanAp50 = 0 } = averagePrecisionOf(frames);
  return {
    found: Math.round(classes.reduce((sum, { truth, recall50 }) => sum + truth * recall50, 0)),
    all: classes.reduce((sum, { truth }) => sum + truth, 0),
    boxes: frames.reduce((sum, { detections }) => sum + detections.length, 0),
    ap50: meanAp50,
  };
}

async function skyTable(): Promise<string> {
  const { detector, network } = await loadModel("tiny-ssd-sky");
  await using session = await openSession(network, { device: "cpu" });
  const { iou, confidence } = detector.defaults;
  let text = `\n${detector.name}\n\n` + heading([
    ...["slices", "from", "found", "recall", "precision", "AP at 0.5"],
    ...["found, of any class", "recall", "precision"],
  ]);
  for (const [name, cut] of SKY_CUTS) {
    const frames = await skyFrames({ detector, session }, cut);
    for (const threshold of [confidence, 0.25]) {
      const judged = frames.map(({ truth, candidates }) => ({
        truth,
        detections: shown(candidates, threshold, { iou, isSliced: !!cut }),
      }));
      const exact = scoreOf(judged);
      const any = scoreOf(judged.map(({ truth, detections }) => ({
        truth: truth.map((object) => ({ ...object, classId: 0 })),
        detections: detections.map((one) => ({ ...one, classId: 0 })),
      })));
      text += row([
        name,
        threshold,
        `${exact.found} of ${exact.all}`,
        percent(exact.found, exact.all),
        percent(exact.found, exact.boxes),
        exact.ap50.toFixed(3),
        `${any.found} of ${any.all}`,
        percent(any.found, any.all),
        percent(any.found, any.boxes),
      ]);
    }
  }
  return text;
}

/** How long merging takes, for boxes that lie as dense however many they are. */
function mergingTable(): string {
  let text = "\n" + heading(["boxes", "objects", "ms"]);
  for (const count of [1000, 4000, 16000, 64000]) {
    const random = seededRandom(count);
    const side = 20 * Math.sqrt(count);
    const detections = Array.from({ length: count }, (): Detection => {
      const [x1, y1] = [random.uniform() * side, random.uniform() * side];
      const [width, height] = [20 + 40 * random.uniform(), 20 + 40 * random.uniform()];
      const box = { x1, y1, x2: x1 + width, y2: y1 + height };
      return { box, confidence: random.uniform(), classId: 0, label: "thing" };
    });
    const times: number[] = [];
    let objects = 0;
    for (let run = 0; run < 5; run++) {
      const startedAtMs = performance.now();
      objects = merged(detections).length;
      times.push(performance.now() - startedAtMs);
    }
    text += row([count, objects, Math.min(...times).toFixed(1)]);
  }
  return text;
}

if (import.meta.main) {
  const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(text));
  await say(await peopleTable("ssd-mobilenet-v2", [0.5, 0.4, 0.3]));
  const [darknet] = Deno.args;
  if (darknet !== undefined) await say(await peopleTable(darknet, [0.5, 0.25]));
  await say(await skyTable());
  await say(mergingTable());
}
