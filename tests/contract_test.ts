/**
 * What every stage promises, whichever it is: order and times kept, a slow consumer holds a fast
 * source, one error for one failure, and nothing left open when either side goes away.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  annotate,
  blend,
  blendOverTime,
  decodeBoxes,
  type Detected,
  type Detector,
  discard,
  dropLate,
  FeedWatch,
  type Frame,
  infer,
  type InferenceSession,
  type Inferred,
  letterbox,
  mergeSlices,
  type MeteredStage,
  type Prepared,
  publishEvents,
  select,
  sink,
  slice,
  smooth,
  stage,
  StageError,
  suppress,
  track,
  type Tracked,
  writeCoco,
  writeCsv,
  writeJsonLines,
  writeMot,
} from "../mod.ts";
import { blackFrames } from "./_frames.ts";
import { inputOf } from "./_input_of.ts";

/** Finds one object wherever it looks. */
const DETECTOR: Detector = {
  name: "made",
  input: inputOf(16, 16),
  labels: ["thing"],
  defaults: { confidence: 0.5, iou: 0.5, maxDetections: 10 },
  decode: () => [{
    box: { x1: 2, y1: 3, x2: 9, y2: 10 },
    confidence: 0.9,
    classId: 0,
    label: "thing",
  }],
};

/** Answers at once. */
const SESSION: InferenceSession = {
  device: "cpu",
  description: "made",
  fallbacks: [],
  run: (input) => Promise.resolve({ output: input }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const FIT = { scaleX: 4, scaleY: 4, offsetX: 0, offsetY: -8 };

/** Takes pictures, too. */
const GPU_SESSION: InferenceSession = {
  ...SESSION,
  maxPictureBytes: 1e6,
  runPicture: () => Promise.resolve({}),
};

/** What each stage is fed with, made from a frame. */
const prepared = (frame: Frame): Prepared => ({
  frame,
  fit: FIT,
  input: { dims: [1, 3, 16, 16], data: new Float32Array(768) },
});
const pictured = (frame: Frame): Prepared => {
  const { planes, source: { colour } } = frame;
  const { input } = DETECTOR;
  return {
    frame,
    fit: FIT,
    picture: { planes, colour, input, resampler: "bilinear", fits: [FIT] },
  };
};
const sliced = (frame: Frame): Prepared => ({
  ...prepared(frame),
  slices: {
    fits: [FIT, FIT, FIT],
    make: () => ({ dims: [1, 3, 16, 16], data: new Float32Array(768) }),
  },
});
const inferred = (frame: Frame): Inferred => ({ frame, fit: FIT, outputs: {} });
const detected = (frame: Frame): Detected => ({
  frame,
  detections: [{ box: { x1: 5, y1: 6, x2: 30, y2: 40 }, confidence: 0.8, classId: 0, label: "é" }],
});

const tracked = (frame: Frame): Tracked => ({
  frame,
  detections: detected(frame).detections.map((detection) => (
    { ...detection, trackId: 1, rawBox: detection.box }
  )),
});

const watch = () => new FeedWatch({ name: "made", isFeed: true });

const nowhere = () => new WritableStream<Uint8Array>();

// deno-lint-ignore no-explicit-any -- The contract is the same for all kinds of items.
type AnyStage = MeteredStage<any, any>;

const STAGES: readonly {
  readonly name: string;
  readonly make: () => AnyStage;
  readonly itemFrom: (frame: Frame) => unknown;
  /** Whether it looks at nothing but the frame, so that no item can upset it. */
  readonly readsFrameOnly?: true;
}[] = [
  { name: "letterbox", make: () => letterbox(DETECTOR.input), itemFrom: (frame) => frame },
  {
    name: "letterbox",
    make: () => letterbox(DETECTOR.input, { on: GPU_SESSION }),
    itemFrom: (frame) => frame,
  },
  { name: "slice", make: () => slice(DETECTOR.input, { size: 32 }), itemFrom: prepared },
  { name: "infer", make: () => infer(GPU_SESSION), itemFrom: pictured },
  { name: "infer", make: () => infer(SESSION), itemFrom: prepared },
  { name: "infer", make: () => infer(SESSION), itemFrom: sliced },
  { name: "decodeBoxes", make: () => decodeBoxes(DETECTOR), itemFrom: inferred },
  { name: "mergeSlices", make: () => mergeSlices(), itemFrom: detected },
  { name: "blend", make: () => blend(), itemFrom: detected },
  { name: "blendOverTime", make: () => blendOverTime(), itemFrom: detected },
  { name: "suppress", make: () => suppress(), itemFrom: detected },
  { name: "select", make: () => select({ minSize: 1 }), itemFrom: detected },
  { name: "track", make: () => track(), itemFrom: detected },
  { name: "smooth", make: () => smooth({ method: "fixed-lag" }), itemFrom: tracked },
  { name: "dropLate", make: () => dropLate(), itemFrom: detected, readsFrameOnly: true },
  { name: "watch", make: () => watch().results(), itemFrom: detected },
  {
    name: "publishEvents",
    make: () => publishEvents(() => {}, { source: "made" }),
    itemFrom: tracked,
  },
  { name: "annotate", make: () => annotate(), itemFrom: detected },
  { name: "writeJsonLines", make: () => writeJsonLines(nowhere()), itemFrom: detected },
  { name: "writeMot", make: () => writeMot(nowhere()), itemFrom: detected },
  { name: "writeCoco", make: () => writeCoco(nowhere()), itemFrom: detected },
  { name: "writeCsv", make: () => writeCsv(nowhere()), itemFrom: detected },
];

/** Turns frames into what the stage is fed with. */
function feeding(itemFrom: (frame: Frame) => unknown): MeteredStage<Frame, unknown> {
  return stage("feed", async function* (frames: AsyncIterable<Frame>) {
    for await (const frame of frames) yield itemFrom(frame);
  });
}

interface Carrier {
  readonly frame: Frame;
}

Deno.test.each(STAGES)("$name keeps order and times", async ({ make, itemFrom }) => {
  const { frames, counts } = blackFrames(12);
  const seen: number[] = [];
  await frames.pipeThrough(feeding(itemFrom)).pipeThrough(make()).pipeTo(
    sink("collect", async (items: AsyncIterable<Carrier>) => {
      for await (const { frame } of items) seen.push(frame.pts);
    }),
  );
  assertEquals(seen, Array.from({ length: 12 }, (_, index) => index * index));
  assertEquals({ ...counts, mostOpen: 0 }, { made: 12, open: 0, mostOpen: 0, isClosed: true });
});

Deno.test.each(STAGES)("$name is held by a slow consumer", async ({ make, itemFrom }) => {
  const { frames, counts } = blackFrames(100);
  const reader = frames.pipeThrough(feeding(itemFrom)).pipeThrough(make()).getReader();
  const first = await reader.read();
  await idle();
  assert(counts.made <= 8, `${counts.made} frames were made while one was read`);
  await reader.cancel();
  (first.value as Carrier).frame[Symbol.dispose]();
  assertEquals(counts.open, 0);
});

Deno.test.each(STAGES)("$name passes an error on, the same, once", async ({ make, itemFrom }) => {
  const { frames, counts } = blackFrames(100);
  const failure = new Error("the source is broken");
  const broken = stage("breaking", async function* (items: AsyncIterable<Frame>) {
    for await (const frame of items) {
      if (frame.index === 3) throw failure;
      yield frame;
    }
  });
  const error = await assertRejects(
    () =>
      frames.pipeThrough(broken).pipeThrough(feeding(itemFrom)).pipeThrough(make()).pipeTo(
        discard(),
      ),
    StageError,
  );
  assertEquals(error.stage, "breaking");
  assertEquals(error.timestampUs, 300300);
  assertEquals(error.cause, failure);
  assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
});

Deno.test.each(STAGES.filter(({ readsFrameOnly }) => !readsFrameOnly))(
  "$name reports an item that it cannot process, and gives all back",
  async ({ name, make, itemFrom }) => {
    const { frames, counts } = blackFrames(100);
    const spoiled = (frame: Frame) => {
      const item = itemFrom(frame) as object;
      return frame.index === 3 ? new Proxy(item, { get: spoiledGetter }) : item;
    };
    const error = await assertRejects(
      () => frames.pipeThrough(feeding(spoiled)).pipeThrough(make()).pipeTo(discard()),
      StageError,
    );
    assertEquals(error.stage, name);
    assertEquals((error.cause as Error).message, "spoiled");
    assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
  },
);

/** Lets only what the helpers need to know of an item through. */
function spoiledGetter(target: object, key: string | symbol): unknown {
  if (["frame", "timestampUs", "then", Symbol.dispose].includes(key)) {
    return Reflect.get(target, key);
  }
  throw new Error("spoiled");
}

Deno.test.each(STAGES)(
  "$name leaves no frame open when its consumer leaves",
  async ({ make, itemFrom }) => {
    const { frames, counts } = blackFrames(100);
    for await (const item of frames.pipeThrough(feeding(itemFrom)).pipeThrough(make())) {
      (item as Carrier).frame[Symbol.dispose]();
      break;
    }
    assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
  },
);

Deno.test.each(STAGES)(
  "$name leaves no frame open when the pipeline is aborted",
  async ({ make, itemFrom }) => {
    const { frames, counts } = blackFrames(Infinity);
    const abortion = new AbortController();
    const reason = new Error("enough");
    const error = await assertRejects(() =>
      frames.pipeThrough(feeding(itemFrom)).pipeThrough(make()).pipeTo(
        sink("count", async (items: AsyncIterable<Carrier>) => {
          for await (const { frame } of items) if (frame.index === 5) abortion.abort(reason);
        }),
        { signal: abortion.signal },
      )
    );
    assertEquals(error, reason);
    assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
  },
);

Deno.test("a user's TransformStream fits between two stages", async () => {
  const { frames, counts } = blackFrames(10);
  let sum = 0;
  await frames
    .pipeThrough(feeding(detected))
    .pipeThrough(blend())
    .pipeThrough(
      new TransformStream<Detected, Detected>({
        transform(item, controller) {
          sum += item.detections.length;
          controller.enqueue(item);
        },
      }),
    )
    .pipeThrough(annotate())
    .pipeTo(discard());
  assertEquals(sum, 10);
  assertEquals(counts.open, 0);
});

/** Until all that can happen without further prompting has happened. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
