/**
 * Prints how well the face detectors do on the test clips, as the tables of
 * `tests/fixtures/faces/ORIGIN.md` have it. See README.md for how to run it.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- It is what this program is for.

import { agreementOf, shareOf } from "../_agreement.ts";
import { clipPath } from "../_clips.ts";
import { foundFaces } from "../_found_faces.ts";
import { handBoxes } from "../_hand_boxes.ts";
import { handCountsIn } from "../_hand_counts.ts";
import { referenceFaces } from "../_reference_faces.ts";

const MODELS = ["blazeface-short", "blazeface-full", "blazeface-full-sparse"];
const RESAMPLERS = ["bilinear", "area"] as const;
const WITHOUT_FACES = ["road_vfr.mp4", "cars_nadir.mp4"];

/** The number that a share of the numbers do not reach. */
function quantile(numbers: readonly number[], share: number): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(4);
}

function percentage(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

async function printAgreement(): Promise<void> {
  console.log(
    "| model | resampler | clip | faces | IoU >= .9 | IoU median | IoU 5 % | extra | " +
      "keypoint error, median and 95 % |\n|---|---|---|---|---|---|---|---|---|",
  );
  for (const model of MODELS) {
    for (const resampler of RESAMPLERS) {
      for (const [clip, frames] of await referenceFaces(model)) {
        const numbers = new Set(frames.map(({ frame }) => frame));
        const wants = (index: number) => numbers.has(index);
        const found = await foundFaces({ path: clipPath(clip)!, model, wants, resampler });
        const { ious, keypointErrors, extra } = agreementOf(frames, found);
        console.log(
          `| ${model} | ${resampler} | ${clip} | ${ious.length} ` +
            `| ${percentage(shareOf(ious, (iou) => iou >= 0.9))} | ${quantile(ious, 0.5)} ` +
            `| ${quantile(ious, 0.05)} | ${extra} ` +
            `| ${quantile(keypointErrors, 0.5)}, ${quantile(keypointErrors, 0.95)} |`,
        );
      }
    }
  }
}

async function printHandCounts(): Promise<void> {
  console.log(
    "\n| model | resampler | clip | found | missed | invented |\n|---|---|---|---|---|---|",
  );
  for (const model of MODELS) {
    for (const resampler of RESAMPLERS) {
      for (const clip of (await handBoxes()).keys()) {
        const { found, missed, invented } = await handCountsIn(clip, { model, resampler });
        console.log(`| ${model} | ${resampler} | ${clip} | ${found} | ${missed} | ${invented} |`);
      }
    }
  }
}

async function printInvented(): Promise<void> {
  console.log("\n| model | resampler | clip | frames | with a face |\n|---|---|---|---|---|");
  for (const model of MODELS) {
    for (const resampler of RESAMPLERS) {
      for (const clip of WITHOUT_FACES) {
        const found = await foundFaces({
          path: clipPath(clip)!,
          model,
          wants: () => true,
          resampler,
        });
        const invented = [...found.values()].filter(({ detections }) => detections.length > 0);
        console.log(`| ${model} | ${resampler} | ${clip} | ${found.size} | ${invented.length} |`);
      }
    }
  }
}

await printAgreement();
await printHandCounts();
await printInvented();
