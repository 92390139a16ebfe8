import { openSession } from "../models/session.ts";
import { discard } from "../pipeline/discard.ts";
import type { Detector } from "../pipeline/detector.ts";
import { OutputError, SteadyboxError } from "../pipeline/errors.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Detected, Prepared } from "../pipeline/items.ts";
import type { MeteredStage } from "../pipeline/stage.ts";
import { annotate } from "../stages/annotate.ts";
import { decodeBoxes } from "../stages/decode_boxes.ts";
import { dropLate } from "../stages/drop_late.ts";
import { infer } from "../stages/infer.ts";
import { letterbox } from "../stages/letterbox.ts";
import { ReaderGone, stderr } from "./_console.ts";
import { causeOf, EXIT } from "./_exit.ts";
import { counted } from "./_format.ts";
import { atLeastOne, framesOf } from "./_frames.ts";
import { type Input, inTermsOf, openInput } from "./_input.ts";
import { Interruption } from "./_interruption.ts";
import { madeDirectory } from "./_made_directory.ts";
import { chosenModel, namedWithLicence } from "./_model.ts";
import { checkOutputs, checkStandardOutput, filesOf } from "./_outputs.ts";
import { Progress } from "./_progress.ts";
import type { RunOptions } from "./_run_options.ts";
import { slicingFor } from "./_slicing.ts";
import { steadyingFor } from "./_steadying.ts";
import { type Metered, summary } from "./_summary.ts";
import { Tally } from "./_tally.ts";
import { isFeed } from "./_sources.ts";
import { tiesFor } from "./_ties.ts";
import { checkRereadable } from "./_two_passes.ts";
import { asked } from "./_usage_error.ts";
import { pictureSinkFor, writersFor } from "./_writers.ts";
import { writtenTo } from "./_written.ts";

/**
 * `steadybox run`: finds what a model knows in a video or in pictures, and writes it.
 *
 * @param options What was asked for.
 * @returns The exit code.
 * @throws {SteadyboxError} If the source cannot be read, an output cannot be written, or the model
 * or device is not to be had.
 */
export async function run(options: RunOptions): Promise<number> {
  checkStandardOutput(options);
  checkRereadable(options);
  using interruption = new Interruption();
  const tally = new Tally();
  try {
    using input = await openInput(options.sources, options, interruption.signal);
    await checkOutputs(options, input.sources, options);
    await work({ options, input, interruption, tally }).catch((error) => {
      throw inTermsOf(input, error);
    });
  } catch (error) {
    if (interruption.exitCode === undefined) throw meant(options, error);
    if (interruption.haste.aborted) {
      stderr.write(`steadybox: Interrupted by ${interruption.by}, twice: nothing is kept\n`);
    } else if (tally.frames > 0) throw meant(options, error);
    else stderr.write(`steadybox: Interrupted by ${interruption.by} before the first frame\n`);
  }
  return interruption.exitCode ?? EXIT.done;
}

/** An end of standard output is no error, unless it kept files from being written. */
function meant(options: RunOptions, error: unknown): unknown {
  const files = filesOf(options).map(([, path]) => path);
  if (files.length === 0 || !causeOf(error, ReaderGone)) return error;
  return new OutputError(
    `Cannot write ${files.join(", ")}: whoever reads standard output has stopped before the end`,
  );
}

/** What a run works with. */
interface Job {
  readonly options: RunOptions;
  readonly input: Input;
  readonly interruption: Interruption;
  readonly tally: Tally;
}

/** Makes all that a run needs, runs it, and says what it came to. */
async function work({ options, input, interruption, tally }: Job): Promise<void> {
  const startedAtMs = performance.now();
  const elapsedMs = () => performance.now() - startedAtMs;
  const { signal } = interruption;
  const { card, detector, network } = await chosenModel(options, { signal });
  await using session = await openSession(network, { device: options.device });
  signal.throwIfAborted();

  const notes = new Set<string>();
  const stages: Metered[] = [];
  {
    using _ = options.quiet
      ? undefined
      : shownProgress({ options, interruption, tally }, elapsedMs);
    await piped({ options, input, interruption, tally }, { detector, session, stages, notes });
  }
  for (const note of [...session.fallbacks, ...tally.source?.complaints ?? []]) notes.add(note);
  if (options.quiet) return;
  stderr.write(summary({
    kind: input.sources.kind,
    tally,
    stages,
    elapsedS: elapsedMs() / 1000,
    framesOut: options.output === undefined ? undefined : stages.at(-1)?.meter.distribution().count,
    model: namedWithLicence(card),
    device: `${session.device}: ${session.description}`,
    notes: [...notes],
    written: await writtenTo(options, options.segment),
    interruptedBy: interruption.by,
  }, stderr));
}

/** What the stages are made of, and what they leave behind. */
interface Parts {
  readonly detector: Detector;
  readonly session: InferenceSession;
  /** Each stage, as it is connected. */
  readonly stages: Metered[];
  /** What is not as in the source, in words. */
  readonly notes: Set<string>;
}

/** Connects the stages, and waits for the last frame. */
async function piped(
  { options, input, interruption, tally }: Job,
  { detector, session, stages, notes }: Parts,
): Promise<void> {
  function noted<T extends Metered>(stage: T): T {
    stages.push(stage);
    return stage;
  }
  const { conf = detector.defaults.confidence, classes } = options;
  const { minConfidence, stages: steadying } = steadyingFor(options, input.sources, conf, {
    frames: () => {
      tally.restart();
      notes.add("Each box was smoothed with the whole video in sight: it was decoded twice");
      return secondFrames(options, input, interruption);
    },
  });
  const boxes = asked(
    "--classes",
    () => decodeBoxes(detector, { minConfidence, ...classes && { classes } }),
  );
  const { cutting, merging, selection } = slicingFor(options, detector, conf);
  const scaledFor = cutting ? undefined : detector.input; // Slices are cut from whole pictures.
  const writers = await writersFor(options, detector.labels, isFeed(input.sources));
  const frames = noted(await framesOf(input, options, interruption.signal, scaledFor));
  const late = "statistics" in frames && options.livePolicy === "newest"
    ? dropLate<Detected>({ maxLatencyMs: options.maxLatency })
    : undefined;
  if ("statistics" in frames) tally.countDrops(frames.statistics, late?.dropped);
  await using _directory = options.output !== undefined && input.sources.kind === "pictures"
    ? await madeDirectory(options.output)
    : undefined;
  const pictures = await pictureSinkFor(options, input.sources, (note) => notes.add(note));

  let prepared: ReadableStream<Prepared> = frames
    .pipeThrough(atLeastOne())
    .pipeThrough(noted(letterbox(detector.input, { stride: options.vidStride })));
  if (cutting) prepared = prepared.pipeThrough(noted(cutting));
  let found: ReadableStream<Detected> = prepared
    .pipeThrough(noted(infer(session)))
    .pipeThrough(noted(boxes));
  if (merging) found = found.pipeThrough(noted(merging));
  if (!merging || options.ties === "blend-over-time") {
    found = found.pipeThrough(noted(tiesFor(options, detector)));
  }
  if (selection) found = found.pipeThrough(noted(selection));
  if (late) found = found.pipeThrough(late);
  if (steadying) {
    // Smoothing takes microseconds, but the frames that it waits for would count as its time.
    const tracked = found.pipeThrough(noted(steadying.tracking));
    const isFirstPass = options.smooth === "offline";
    found = (isFirstPass ? tracked.pipeThrough(tally.counting()) : tracked)
      .pipeThrough(steadying.smoothing);
  }
  found = found.pipeThrough(tally.counting());
  for (const writer of writers) found = found.pipeThrough(noted(writer));
  const { haste: signal } = interruption;
  if (!pictures) return await found.pipeTo(discard(), { signal });
  await found
    .pipeThrough(noted(annotationFor(options)))
    .pipeTo(noted(pictures), { signal })
    .catch((error) => {
      throw input.sources.kind === "pictures" ? telling(pictures, error) : error;
    });
  if (pictures.outcome) notes.add(pictures.outcome());
}

/** The frames once more; those of a first pass that was interrupted come in any case. */
function secondFrames(
  options: RunOptions,
  input: Input,
  { signal, haste }: Interruption,
): ReturnType<typeof framesOf> {
  return framesOf(input, options, signal.aborted ? haste : signal);
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

/** Shows how far the run has come, and that it was interrupted. */
function shownProgress(
  { options, interruption, tally }: Omit<Job, "input">,
  elapsedMs: () => number,
): Progress {
  const isStreaming = [options.jsonl, options.mot, options.coco, options.csv].includes("-");
  const progress = new Progress({
    tally,
    durationS: options.duration,
    terminal: stderr,
    // A line that is drawn again and again would mix with text on the same screen.
    isLive: stderr.isTerminal && !(isStreaming && Deno.stdout.isTerminal()),
    elapsedMs,
  });
  interruption.signal.addEventListener("abort", () => {
    progress.say("Interrupted: finishing what was begun; once more ends at once");
  });
  return progress;
}
