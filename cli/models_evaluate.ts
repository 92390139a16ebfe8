import { toolVersions } from "../bench/jitter/environment.ts";
import { sha256Of } from "../bench/jitter/observe/file_digest.ts";
import { openSession } from "../models/session.ts";
import type { Device } from "../pipeline/inference_session.ts";
import type { JudgedFrame } from "../pipeline/metrics/average_precision.ts";
import { stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { counted } from "./_format.ts";
import { chosenModel, type ModelChoice } from "./_model.ts";
import { shownArguments } from "./_shown_arguments.ts";
import { isUrl, type Sources, sourcesFrom } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";
import { judged, type LabelMatch, matchLabels, truthByClass } from "./evaluation/judge.ts";
import { look, type LookOptions, type Subject } from "./evaluation/look.ts";
import { type EvaluatedFile, type EvaluationReport, wordsOf } from "./evaluation/report.ts";
import { readTruth } from "./evaluation/read_truth.ts";
import type { Truth } from "./evaluation/truth.ts";
import { loadOf } from "./_outputs.ts";

/** What `steadybox models evaluate` does. */
export interface EvaluateOptions extends ModelChoice, LookOptions {
  /** The command. */
  readonly command: "models evaluate";
  /** The pictures, directories of such, and videos. */
  readonly images: readonly string[];
  /** What is there: one for all, or one for each. */
  readonly truth: readonly string[];
  /** What objects are that the truth has no name for. */
  readonly truthLabel: string | undefined;
  /** The number of the truth's first pixel; as is usual in its format where absent. */
  readonly truthOrigin: number | undefined;
  /** Whether frames that the truth does not name are passed over. */
  readonly onlyListed: boolean;
  /** How many detections of a class in a frame count. */
  readonly maxDet: number;
  /** What runs the network. */
  readonly device: Device | "auto";
  /** Whether JSON is printed instead of words. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/**
 * `steadybox models evaluate`: compares what a network finds with what is there.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {SteadyboxError} If something cannot be read, or the truth is of something else.
 */
export async function modelsEvaluate(options: EvaluateOptions): Promise<number> {
  const subjects = await subjectsOf(options);
  const { card, detector, network } = await chosenModel(options);
  const match = matchOf(subjects, detector.labels, options);
  await using session = await openSession(network, {
    device: options.device,
    load: loadOf({}, card),
  });
  const frames: JudgedFrame[] = [];
  let unjudged = 0;
  for (const subject of subjects) {
    for await (const seen of look(subject, { detector, session }, options)) {
      if (seen === "nobody looked") unjudged++;
      else frames.push({ truth: truthByClass(seen.objects, match), detections: seen.detections });
    }
  }
  const confidence = options.conf ?? detector.defaults.confidence;
  const judgement = judged(frames, detector.labels, { confidence, maxDetections: options.maxDet });
  if (!judgement) {
    const seen = counted(frames.length + unjudged, "frame");
    throw new UsageError(`Cannot compare: the truth names no object in the ${seen} that there are`);
  }
  const { images, truth, ties, maxDet, slice, overlap, vidStride } = options;
  const { name, sha256, licence = null } = card;
  const report: EvaluationReport = {
    created: new Date().toISOString(),
    command: ["steadybox", ...shownArguments(Deno.args)],
    tool: await toolVersions({ isVideo: true }),
    files: await filesOf([...subjects.flatMap(({ sources }) => pathsOf(sources)), ...truth]),
    model: { name, sha256, licence },
    device: `${session.device}: ${session.description}`,
    options: { images, truth, ties, maxDet, slice, overlap, vidStride },
    frames: frames.length,
    unjudged,
    unknownLabels: Object.fromEntries(match.unknown),
    ...judgement,
  };
  stdout.write(options.json ? `${JSON.stringify(report, null, 1)}\n` : wordsOf(report, card));
  return EXIT.done;
}

/** The files by which the result can be told from that of others; what lies elsewhere has no digest. */
async function filesOf(paths: readonly string[]): Promise<EvaluatedFile[]> {
  const files: EvaluatedFile[] = [];
  for (const path of paths) if (!isUrl(path)) files.push({ path, sha256: await sha256Of(path) });
  return files;
}

function pathsOf(sources: Sources): readonly string[] {
  return sources.kind === "video" ? [sources.url] : sources.paths;
}

/** Which classes of the network the truth tells of. */
function matchOf(
  subjects: readonly Subject[],
  known: readonly string[],
  { truthLabel = known.length === 1 ? known[0] : undefined }: EvaluateOptions,
): LabelMatch {
  const labels = labelsOf(subjects);
  if (labels.has(undefined) && truthLabel === undefined) {
    throw new UsageError("Cannot tell what the truth's objects are: name it with --truth-label");
  }
  const match = matchLabels(labels, known, truthLabel);
  if (match.classIds.size > 0) return match;
  throw new UsageError(
    `Cannot compare: the truth has ${[...match.unknown.keys()].join(", ")}, and the network ` +
      `finds ${known.join(", ")}`,
  );
}

/** The sources, each with its truth. */
async function subjectsOf(options: EvaluateOptions): Promise<Subject[]> {
  const { images, truth: paths, truthOrigin: origin, onlyListed: isListedOnly } = options;
  if (paths.length !== 1 && paths.length !== images.length) {
    throw new UsageError(
      `Cannot match ${counted(images.length, "--images", "--images")} with ` +
        `${paths.length} --truth: give one for all, or one for each`,
    );
  }
  const truths: Truth[] = [];
  for (const path of paths) truths.push(await readTruth(path, { origin, isListedOnly }));
  const subjects: Subject[] = [];
  for (const [i, image] of images.entries()) {
    const sources = await sourcesFrom([image]);
    if (sources.kind === "video" && sources.isFeed) {
      throw new UsageError(`Cannot evaluate on a live feed, as nobody knows what is there`);
    }
    subjects.push({ sources, truth: (truths[i] ?? truths[0])! });
  }
  return subjects;
}

function labelsOf(subjects: readonly Subject[]): Map<string | undefined, number> {
  const labels = new Map<string | undefined, number>();
  for (const truth of new Set(subjects.map(({ truth }) => truth))) {
    for (const [label, count] of truth.labels) labels.set(label, (labels.get(label) ?? 0) + count);
  }
  return labels;
}
