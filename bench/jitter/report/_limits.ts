import type { JitterReport } from "./report_types.ts";
import { coordinateWords, listed, numberText, settingText } from "./_words.ts";

function excludedWords({ data: { excluded } }: JitterReport): string[] {
  if (excluded.length === 0) return ["Nothing was left out."];
  const reasons = excluded.map(({ reason, tracks, boxes }) =>
    `${reason} (${tracks} ${tracks === 1 ? "track" : "tracks"}, ${boxes} ${
      boxes === 1 ? "box" : "boxes"
    })`
  );
  return [`Left out: ${listed(reasons)}.`];
}

function intervalWords({ methods, settings, data }: JitterReport): string[] {
  const { bootstrap: { level, unit, blockS, resamples } } = settings;
  const isWithin = methods.some(({ overBaseline }) =>
    overBaseline?.flicker.interval?.scope === "within these clips only"
  );
  const drawn = unit === "block of frames" ? `blocks of ${settingText(blockS)} s` : `${unit}s`;
  const what = `Intervals (${100 * level} %) come from drawing ${drawn} anew ${resamples} times. `;
  return [
    what +
    (isWithin
      ? `There are only ${data.tracks} tracks, so they speak of these clips and of no others.`
      : "They speak of footage like this, not of other cameras, scenes or networks."),
  ];
}

function floorWords({ truth }: JitterReport): string[] {
  if (!truth) {
    return [
      "There is no truth: the reference is the raw track itself, low-passed both ways, so a detector's steady error (a box always too wide) and its slow drift are not seen.",
    ];
  }
  return [
    `The truth trembles itself: its σ₃ is ${
      coordinateWords(truth.floor.sigma3Percent)
    } (% of the size), its flicker ${
      coordinateWords(truth.floor.flickerPercent)
    }. No method can be shown to be better than that.`,
  ];
}

function leakWords({ methods }: JitterReport): string[] {
  const leak = methods[0]!.temporal.motionLeakPercent;
  return [
    "σ₃, from third differences, compares detectors and not smoothers: any short mean looks good by it." +
    (leak === null
      ? ""
      : ` Of motion alone it would read up to ${numberText(leak)} % of the size here.`),
  ];
}

/**
 * What a report does not say, in words: to be read with the numbers.
 *
 * @param report The report.
 * @returns Sentences.
 */
export function limitsOf(report: JitterReport): string[] {
  const { flickerFromHz, reference } = report.settings;
  return [
    ...report.notes,
    ...excludedWords(report),
    ...intervalWords(report),
    ...floorWords(report),
    `Motion above ${settingText(reference.cutoffHz)} Hz would count as jitter; jitter below ${
      settingText(flickerFromHz)
    } Hz is called wobble, and true motion is in it.`,
    ...leakWords(report),
    "The spectra and the magnified pictures are for the eye; the verdict rests on the table.",
  ];
}
