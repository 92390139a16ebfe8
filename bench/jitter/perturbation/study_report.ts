import type { Resampler } from "../../../stages/sampling/tensor_maker.ts";
import type { Measured } from "../report/report_schema.ts";
import type { FrameReading } from "./frame_reading.ts";
import type { Perturbation, Perturbations } from "./perturbations.ts";
import {
  type ClipReadings,
  type PerturbationChoice,
  perturbationEstimate,
  perturbationRatio,
} from "./summary.ts";
import type { TieMethod } from "./tie_methods.ts";

/** What was read in a clip. */
export interface StudyClip {
  /** Its name. */
  readonly name: string;
  /** Whether it is shown by itself only: hard pictures would outweigh all others in a mean square. */
  readonly isApart: boolean;
  /** The readings of each method, in the order of the methods, by how frames were read. */
  readonly resamplers: Readonly<Record<Resampler, readonly (readonly FrameReading[])[]>>;
}

/** What was measured. */
export interface StudyOptions {
  /** The methods: suppression and blending at the usual limit first, then blending over time. */
  readonly methods: readonly TieMethod[];
  /** What pictures were disturbed by. */
  readonly perturbations: Perturbations;
}

/** The places of the methods that everything is about. */
const SUPPRESS = 0;
const BLEND = 1;
const BOXES: PerturbationChoice = { kind: "shift", points: "boxes", quantity: "jitterPercent" };
const KEYPOINTS: PerturbationChoice = { ...BOXES, points: "keypoints" };
const FLIPS: PerturbationChoice = { ...BOXES, quantity: "flipRatePercent" };
/** Bands of the farther of the two moves of a shift, in pixels of the input. */
const BANDS = [[1, 2], [3, 4], [5, 7], [8, 11], [12, 15]] as const;
/** Bands of the number of candidates an object has. */
const TIE_SIZES = [[1, 2], [3, 4], [5, 6], [7, 8], [9, 12], [13, 99]] as const;

/**
 * The findings on one network, as tables in Markdown.
 *
 * @param model The name of the network.
 * @param clips What was read.
 * @param options What was measured.
 * @returns The text.
 */
export function studyReport(
  model: string,
  clips: readonly StudyClip[],
  options: StudyOptions,
): string {
  const tables = new StudyTables(clips, options);
  return [
    `## ${model}`,
    "",
    tables.methods(),
    "By clip, bilinear (what blending changes; boxes, keypoints):",
    "",
    tables.byClip(),
    "By disturbance, boxes:",
    "",
    tables.byKind(),
    "By the length of the shift in pixels of the input, bilinear, boxes:",
    "",
    tables.byLength(),
    "By the lowest confidence of a candidate, bilinear, boxes:",
    "",
    tables.byLimit(),
    "By the number of candidates of an object, bilinear:",
    "",
    tables.byTieSize(),
  ].join("\n");
}

/** Makes the tables of a network. */
class StudyTables {
  readonly #clips: readonly StudyClip[];
  readonly #options: StudyOptions;

  constructor(clips: readonly StudyClip[], options: StudyOptions) {
    this.#clips = clips;
    this.#options = options;
  }

  /** The readings of a method, a list for each clip that is not apart. */
  #readings(method: number, resampler: Resampler = "bilinear"): ClipReadings {
    return this.#clips.filter(({ isApart }) => !isApart)
      .map(({ resamplers }) => resamplers[resampler][method]!);
  }

  #estimate(readings: ClipReadings, choice: PerturbationChoice): Measured {
    const { perturbations } = this.#options;
    return perturbationEstimate(readings, { perturbations, choice, bootstrap: {} });
  }

  #ratio(ours: ClipReadings, theirs: ClipReadings, choice: PerturbationChoice): Measured {
    const { perturbations } = this.#options;
    return perturbationRatio(ours, theirs, { perturbations, choice, bootstrap: {} });
  }

  /** How blending changes what suppression reads. */
  #change(resampler: Resampler, choice: PerturbationChoice): string {
    const [ours, theirs] = [this.#readings(BLEND, resampler), this.#readings(SUPPRESS, resampler)];
    return change(this.#ratio(ours, theirs, choice));
  }

  methods(): string {
    const rows = (["bilinear", "area"] as const).flatMap((resampler) =>
      this.#options.methods.slice(0, 3).map(({ ties }, method) => {
        const readings = this.#readings(method, resampler);
        const reference = this.#readings(SUPPRESS, resampler);
        const of = (choice: PerturbationChoice) => [
          percent(this.#estimate(readings, choice)),
          method === SUPPRESS ? "" : change(this.#ratio(readings, reference, choice)),
        ];
        return [
          `${ties}, ${resampler}`,
          ...of(BOXES),
          ...of(KEYPOINTS),
          percent(this.#estimate(readings, { ...BOXES, quantity: "logScalePercent" })),
          short(this.#estimate(readings, FLIPS)),
          short(this.#estimate(readings, { ...BOXES, quantity: "logitDeviation" })),
        ];
      })
    );
    return table(
      ["", "boxes, %", "change", "keypoints, %", "change", "size, %", "flips, %", "logit"],
      rows,
    );
  }

  byClip(): string {
    return table(
      [
        "clip",
        "pictures",
        "objects",
        "near edge",
        "candidates each",
        "suppress, %",
        "boxes",
        "keypoints",
      ],
      this.#clips.map(({ name, isApart, resamplers: { bilinear } }) => {
        const [ours, theirs] = [[bilinear[BLEND]!], [bilinear[SUPPRESS]!]];
        const frames = bilinear[BLEND]!;
        return [
          isApart ? `${name} (apart)` : name,
          `${frames.length}`,
          `${total(frames, "objects")}`,
          `${total(frames, "nearEdge")}`,
          tieSize(frames).toFixed(1),
          short(this.#estimate(theirs, BOXES)),
          ...[BOXES, KEYPOINTS].map((choice) => change(this.#ratio(ours, theirs, choice))),
        ];
      }),
    );
  }

  byKind(): string {
    const kinds = [...new Set(this.#options.perturbations.all.map(({ kind }) => kind))];
    const shown = [[SUPPRESS, "bilinear"], [BLEND, "bilinear"], [SUPPRESS, "area"], [
      BLEND,
      "area",
    ]] as const;
    return table(
      ["", "suppress", "blend", "suppress, area", "blend, area", "blending", "area (blend)"],
      kinds.map((kind) => {
        const choice = { ...BOXES, kind };
        const [bilinear, area] = (["bilinear", "area"] as const)
          .map((resampler) => this.#readings(BLEND, resampler));
        return [
          kind,
          ...shown.map(([method, resampler]) =>
            short(this.#estimate(this.#readings(method!, resampler), choice))
          ),
          this.#change("bilinear", choice),
          change(this.#ratio(area!, bilinear!, choice)),
        ];
      }),
    );
  }

  byLength(): string {
    return table(
      ["pixels", "suppress, %", "blend, %", "change"],
      BANDS.filter(([from]) => from <= this.#options.perturbations.reachPx).map(([from, to]) => {
        const where = ({ dx, dy }: Perturbation) => {
          const length = Math.max(Math.abs(dx), Math.abs(dy));
          return length >= from && length <= to;
        };
        const choice = { ...BOXES, where };
        return [
          `${from} to ${to}`,
          short(this.#estimate(this.#readings(SUPPRESS), choice)),
          short(this.#estimate(this.#readings(BLEND), choice)),
          this.#change("bilinear", choice),
        ];
      }),
    );
  }

  byLimit(): string {
    const { methods } = this.#options;
    const limits = [...new Set(methods.map(({ minConfidence }) => minConfidence))].sort();
    return table(
      ["limit", "candidates each", "suppress, %", "blend, %", "change", "flips, %"],
      limits.map((limit) => {
        const [theirs, ours] = (["suppress", "blend"] as const).map((wanted) =>
          this.#readings(
            methods.findIndex(({ ties, minConfidence }) =>
              ties === wanted && minConfidence === limit
            ),
          )
        ) as [ClipReadings, ClipReadings];
        return [
          `${limit}`,
          tieSize(ours.flat()).toFixed(1),
          short(this.#estimate(theirs, BOXES)),
          short(this.#estimate(ours, BOXES)),
          change(this.#ratio(ours, theirs, BOXES)),
          short(this.#estimate(ours, FLIPS)),
        ];
      }),
    );
  }

  byTieSize(): string {
    const rows = TIE_SIZES.flatMap(([from, to]) => {
      const within = (frame: FrameReading) => {
        const size = Math.round(tieSize([frame]));
        return size >= from && size <= to;
      };
      const readings = (method: number) =>
        this.#readings(method).map((frames) => frames.filter(within));
      const [theirs, ours] = [readings(SUPPRESS), readings(BLEND)];
      if (!ours.flat().length) return [];
      return [[
        `${from} to ${to}`,
        `${ours.flat().length}`,
        change(this.#ratio(ours, theirs, BOXES)),
        change(this.#ratio(ours, theirs, KEYPOINTS)),
      ]];
    });
    return table(["candidates", "pictures", "boxes", "keypoints"], rows);
  }
}

function total(
  frames: readonly FrameReading[],
  key: "objects" | "nearEdge" | "candidates",
): number {
  return frames.reduce((sum, frame) => sum + frame[key], 0);
}

/** How many candidates an object has. */
function tieSize(frames: readonly FrameReading[]): number {
  return total(frames, "candidates") / (total(frames, "objects") + total(frames, "nearEdge"));
}

function short({ estimate }: Measured): string {
  return estimate === null ? "" : estimate.toFixed(2);
}

function percent({ estimate, interval }: Measured): string {
  if (estimate === null) return "";
  const range = interval ? ` (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})` : "";
  return `${estimate.toFixed(2)}${range}`;
}

/** A ratio as what is added, in %. */
function change({ estimate, interval }: Measured): string {
  if (estimate === null) return "";
  const added = (ratio: number) => `${(100 * (ratio - 1)).toFixed(1)} %`;
  const range = interval ? ` (${added(interval.low)} to ${added(interval.high)})` : "";
  return `${added(estimate)}${range}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line), ""].join("\n");
}
