import type { Model } from "../models/model.ts";
import { discard } from "../pipeline/discard.ts";
import { SteadyboxError } from "../pipeline/errors.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Detected, Prepared } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { annotate } from "../stages/annotate.ts";
import { decodeBoxes } from "../stages/decode_boxes.ts";
import { dropLate, type DropLateStage } from "../stages/drop_late.ts";
import { infer } from "../stages/infer.ts";
import { letterbox } from "../stages/letterbox.ts";
import type { FeedWatch } from "../stages/live_view/feed_watch.ts";
import type { FeedEvent } from "../stages/receive.ts";
import { counted } from "./_format.ts";
import { atLeastOne, framesOf } from "./_frames.ts";
import type { Input } from "./_input.ts";
import type { Interruption } from "./_interruption.ts";
import { madeDirectory } from "./_made_directory.ts";
import { namedWithLicence } from "./_model.ts";
import type { RunOptions } from "./_run_options.ts";
import { regionNote, slicingFor } from "./_slicing.ts";
import { steadyingFor } from "./_steadying.ts";
import type { Metered, Outcome } from "./_summary.ts";
import type { Tally } from "./_tally.ts";
import { overrunText } from "./_overrun.ts";
import { isFeed, type Sources } from "./_sources.ts";
import { tiesFor } from "./_ties.ts";
import type { View } from "./_view.ts";
import { type SecondPass, takesTwoPasses } from "./_two_passes.ts";
import { asked } from "./_usage_error.ts";
import { pictureSinkFor, writersFor } from "./_writers.ts";
import { writtenTo } from "./_written.ts";

/** One source, and what becomes of it. */
export interface Job {
  readonly options: RunOptions;
  readonly input: Input;
  /** Ends it: `signal` as though the source ended there, `haste` at once. */
  readonly interruption: Pick<Interruption, "signal" | "haste">;
  readonly tally: Tally;
  /** Those to whom it is shown. */
  readonly view: View;
  /** What it is called, if another name is meant than its own. */
  readonly name?: string;
  /** Says a line to people, such as that a feed was lost. */
  readonly say: (line: string) => void;
}

/** What finds the objects. */
export interface Finder extends Pick<Model, "card" | "detector"> {
  /** The network, which stays open. */
  readonly session: InferenceSession;
}

/** What is known once a source has come to its end. */
export type SourceOutcome = Omit<Outcome, "elapsedS" | "interruptedBy">;

/**
 * Takes one source through the whole pipeline: a run has one of these, or one for each of many feeds.
 *
 * @returns What it came to.
 * @throws {SteadyboxError} If the source cannot be read or an output cannot be written.
 */
export async function runSource(
  job: Job,
  { card, detector, session }: Finder,
): Promise<SourceOutcome> {
  const { options, input, tally, view } = job;
  const notes = new Set<string>();
  const stages: Metered[] = [];
  const watch = view.watch(input, { name: job.name, maxLatency: options.maxLatency });
  watch.stages = stages;
  await piped(job, { detector, session, stages, notes, watch });
  for (const note of [...session.fallbacks, ...tally.source?.complaints ?? []]) notes.add(note);
  const misplaced = input.sources.kind === "video" && regionNote(options.regions, tally.source);
  if (misplaced) notes.add(misplaced);
  return {
    kind: input.sources.kind,
    tally,
    ages: watch.ages(),
    stages,
    framesOut: options.output === undefined ? undefined : stages.at(-1)?.meter.distribution().count,
    model: namedWithLicence(card),
    device: `${session.device}: ${session.description}`,
    notes: [...notes],
    written: await writtenTo(options, options.segment),
  };
}

/** What the stages are made of, and what they leave behind. */
interface Parts {
  readonly detector: Finder["detector"];
  readonly session: InferenceSession;
  /** Each stage, as it is connected. */
  readonly stages: Metered[];
  /** What is not as in the source, in words. */
  readonly notes: Set<string>;
  /** What is known of the source while it runs. */
  readonly watch: FeedWatch;
}

/** The stages that the user chooses, behind and before the network. */
function chosenStages(
  options: RunOptions,
  sources: Sources,
  detector: Finder["detector"],
  secondFrames: SecondPass["frames"],
) {
  const { conf = detector.defaults.confidence, classes } = options;
  const { minConfidence, stages: steadying } = steadyingFor(options, sources, conf, {
    frames: secondFrames,
  });
  const boxes = asked(
    "--classes",
    () => decodeBoxes(detector, { minConfidence, ...classes && { classes } }),
  );
  const sieves = detector.sieves?.(minConfidence);
  return { boxes, sieves, steadying, ...slicingFor(options, detector, conf) };
}

/**
 * Refuses options that cannot be done, before anything is begun.
 *
 * @throws {UsageError} If one makes no sense for this source and network.
 */
export function checkStages(
  options: RunOptions,
  { sources }: Pick<Input, "sources">,
  { detector }: Pick<Finder, "detector">,
): void {
  chosenStages(options, sources, detector, () => Promise.reject(new Error("Nothing is read yet")));
}

/** Remembers a stage whose times are told. */
function noted<T extends Metered>({ stages }: Parts, stage: T): T {
  stages.push(stage);
  return stage;
}

/** Connects the stages, and waits for the last frame. */
async function piped(job: Job, parts: Parts): Promise<void> {
  const { options, input, interruption, view, say } = job;
  const { notes, watch } = parts;
  const chosen = chosenStages(options, input.sources, parts.detector, () => {
    job.tally.restart();
    notes.add("Each box was smoothed with the whole video in sight: it was decoded twice");
    return secondFrames(job);
  });
  const writers = await writersFor(options, parts.detector.labels, isFeed(input.sources));
  const read = await framesFor(job, parts, chosen);
  await using _directory = options.output !== undefined && input.sources.kind === "pictures"
    ? await madeDirectory(options.output)
    : undefined;
  const pictures = await pictureSinkFor(options, input.sources, {
    onNote: (note) => notes.add(note),
    say,
  });

  let found = foundIn(read, job, parts, chosen);
  for (const stage of view.results(watch)) found = found.pipeThrough(stage);
  for (const writer of writers) found = found.pipeThrough(noted(parts, writer));
  const { haste: signal } = interruption;
  const looking = view.pictures(watch);
  if (pictures || looking) found = found.pipeThrough(noted(parts, annotationFor(options)));
  if (looking) found = found.pipeThrough(looking);
  if (!pictures) return await found.pipeTo(discard(), { signal });
  await found
    .pipeTo(noted(parts, pictures), { signal })
    .catch((error) => {
      throw input.sources.kind === "pictures" ? telling(pictures, error) : error;
    });
  if (pictures.outcome) notes.add(pictures.outcome());
}

/** What is read, and what leaves out of it what comes too late to be shown. */
interface Read {
  readonly frames: Awaited<ReturnType<typeof framesOf>>;
  readonly late?: DropLateStage<Detected> | undefined;
}

/** The frames as the network's session wants them; what is dropped of a feed's is counted. */
async function framesFor(
  { options, input, interruption, tally, view, say }: Job,
  parts: Parts,
  { cutting }: ReturnType<typeof chosenStages>,
): Promise<Read> {
  const { detector, session, watch } = parts;
  // Slices are cut from whole pictures, and a GPU makes its input of them.
  const isWhole = cutting !== undefined || session.maxPictureBytes !== undefined;
  const scaledFor = isWhole ? undefined : detector.input;
  const seen = {
    ...view.showsPictures && { isSeen: true },
    onEvent: (event: FeedEvent) => watch.note(event),
    say,
  };
  const frames = noted(
    parts,
    await framesOf(input, { ...options, ...seen }, interruption.signal, scaledFor),
  );
  if (!("statistics" in frames)) return { frames };
  const late = options.livePolicy === "newest"
    ? dropLate<Detected>({
      maxLatencyMs: options.maxLatency,
      onOverrun: (overrun) => say(overrunText(overrun, options.maxLatency, session.device)),
    })
    : undefined;
  tally.countDrops(frames.statistics, late?.dropped);
  watch.count(frames.statistics, late?.dropped);
  return { frames, late };
}

/** What is found in frames: one detection an object, followed and smoothed if that is wanted. */
function foundIn(
  { frames, late }: Read,
  { options, tally }: Job,
  parts: Parts,
  { boxes, sieves, steadying, cutting, merging, selection }: ReturnType<typeof chosenStages>,
): ReadableStream<Detected> {
  const { detector, session } = parts;
  let prepared: ReadableStream<Prepared> = frames
    .pipeThrough(atLeastOne())
    .pipeThrough(
      noted(parts, letterbox(detector.input, { stride: options.vidStride, on: session })),
    );
  if (cutting) prepared = prepared.pipeThrough(noted(parts, cutting));
  let found: ReadableStream<Detected> = prepared
    .pipeThrough(noted(parts, infer(session, sieves && { sieves })))
    .pipeThrough(noted(parts, boxes));
  if (merging) found = found.pipeThrough(noted(parts, merging));
  if (!merging || options.ties === "blend-over-time") {
    found = found.pipeThrough(noted(parts, tiesFor(options, detector)));
  }
  if (selection) found = found.pipeThrough(noted(parts, selection));
  if (steadying) {
    // Smoothing takes microseconds, but the frames that it waits for would count as its time.
    const tracked = found.pipeThrough(noted(parts, steadying.tracking));
    const isFirstPass = takesTwoPasses(options.smooth);
    found = (isFirstPass ? tracked.pipeThrough(tally.counting()) : tracked)
      .pipeThrough(steadying.smoothing);
  }
  if (late) found = found.pipeThrough(late); // A method that looks ahead keeps frames through an outage.
  return found.pipeThrough(tally.counting());
}

/** The frames once more; those of a first pass that was interrupted come in any case. */
function secondFrames(
  { options, input, interruption: { signal, haste }, say }: Omit<Job, "tally" | "view">,
): ReturnType<typeof framesOf> {
  return framesOf(input, { ...options, say }, signal.aborted ? haste : signal);
}

/** Draws what the user wants to see. */
function annotationFor(
  { showLabels, showConf, showKeypoints, showTrails, lineWidth }: RunOptions,
): MeteredStage<Detected, Detected> {
  return annotate({
    labels: showLabels,
    confidence: showConf,
    keypoints: showKeypoints,
    trails: showTrails,
    ...lineWidth !== undefined && { lineWidth },
  });
}

/** An error that tells how many pictures are there all the same. */
function telling({ meter }: Metered, error: unknown): unknown {
  const { count } = meter.distribution();
  if (error instanceof SteadyboxError && count > 0) {
    error.message += `; before that, ${counted(count, "picture")} had been written`;
  }
  return error;
}
