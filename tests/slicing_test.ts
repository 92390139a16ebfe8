/**
 * Slices through the stages and through the program: the same in batches as one by one, no more
 * tensors at a time than two batches, and more people found than without.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  decodeBoxes,
  type Detector,
  discard,
  infer,
  type InferenceSession,
  type Inferred,
  letterbox,
  loadModel,
  mergedSlices,
  mergeSlices,
  ModelError,
  openSession,
  slice,
  type Tensor,
} from "../mod.ts";
import { candidatesOf } from "../bench/slicing/detections.ts";
import { clipPath } from "./_clips.ts";
import { blackFrame, blackFrames } from "./_frames.ts";
import { handBoxes } from "./_hand_boxes.ts";
import { handCounts } from "./_hand_counts.ts";
import { runProgram } from "./_program.ts";
import { scene } from "./_camera_moves.ts";
import { stillFrame } from "./_still_frame.ts";
import { inTempDir } from "./_temp_dir.ts";
import { inputOf } from "./_input_of.ts";

/** Finds one thing in the middle of whatever it looks at, told apart by the input's first number. */
const DETECTOR: Detector = {
  name: "made",
  input: inputOf(16, 16, { resize: "stretch" }),
  labels: ["thing"],
  defaults: { confidence: 0.5, iou: 0.5, maxDetections: 10 },
  decode: ({ boxes }) => {
    const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = boxes?.data ?? [];
    assertEquals(boxes?.dims, [1, 4]);
    return [{ box: { x1, y1, x2, y2 }, confidence: 0.9, classId: 0, label: "thing" }];
  },
};

/** Answers every input with the same box, and counts. */
class CountingSession implements InferenceSession {
  readonly device = "cpu";
  readonly description = "made";
  readonly fallbacks: readonly string[] = [];
  readonly batches: number[] = [];
  pending = 0;
  mostPending = 0;
  readonly takesBatches: boolean;
  readonly box: readonly number[];

  constructor(takesBatches: boolean, box: readonly number[] = [6, 6, 10, 10]) {
    this.takesBatches = takesBatches;
    this.box = box;
  }

  async run({ dims: [count = 0] }: Tensor) {
    this.batches.push(count);
    this.mostPending = Math.max(this.mostPending, ++this.pending);
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.pending--;
    const data = Float32Array.from({ length: 4 * count }, (_, i) => this.box[i % 4]!);
    return { boxes: { dims: [count, 4], data } };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** What comes of a frame of 1000x100 in 24 slices. */
async function inferredBy(session: InferenceSession): Promise<Inferred> {
  const items = ReadableStream.from([blackFrame(0, { width: 1000, height: 100 })])
    .pipeThrough(letterbox(DETECTOR.input))
    .pipeThrough(slice(DETECTOR.input, { size: { width: 80, height: 100 }, overlap: 0.5 }))
    .pipeThrough(infer(session));
  const [item] = await Array.fromAsync(items);
  return item!;
}

Deno.test("infer() runs slices in batches where the network takes such, else one by one", async () => {
  for (const takesBatches of [true, false]) {
    const session = new CountingSession(takesBatches);
    const { slices } = await inferredBy(session);
    assertEquals(slices?.length, 24);
    assertEquals(session.batches, takesBatches ? [1, 8, 8, 8] : Array(25).fill(1));
    assert(session.mostPending <= 3, `${session.mostPending} runs at a time`);
    assertEquals(slices?.map(({ outputs }) => outputs.boxes?.dims.join()), Array(24).fill("1,4"));
  }
});

Deno.test("infer() makes no slices that nobody waits for", async () => {
  const { frames, counts } = blackFrames(100);
  const session = new CountingSession(true);
  const items = frames.pipeThrough(letterbox(DETECTOR.input))
    .pipeThrough(slice(DETECTOR.input, { size: 32, overlap: 0.9 })) // 45 of each frame.
    .pipeThrough(infer(session));
  for await (const { frame } of items) {
    frame[Symbol.dispose]();
    break;
  }
  const runs = session.batches.length;
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(session.batches.length, runs);
  assertEquals(counts.open, 0);
});

Deno.test("infer() fails in one line where a batch's outputs cannot be told apart", async () => {
  const session = new CountingSession(true);
  session.run = () => Promise.resolve({ boxes: { dims: [1, 4], data: new Float32Array(4) } });
  const error = await assertRejects(() => inferredBy(session), ModelError);
  assertStringIncludes(
    error.message,
    'Cannot tell slices apart: of 8, the output "boxes" has [1,4]',
  );
});

Deno.test("slices tell where things are, and what their seams cut off is left out", async () => {
  const frame = () => blackFrame(0, { width: 160, height: 100 });
  const found = async (box: readonly number[]) => {
    const items = ReadableStream.from([frame()])
      .pipeThrough(letterbox(DETECTOR.input))
      .pipeThrough(slice(DETECTOR.input, { size: 100, overlap: 0.4 }))
      .pipeThrough(infer(new CountingSession(true, box)))
      .pipeThrough(decodeBoxes(DETECTOR));
    const [item] = await Array.fromAsync(items);
    return item!.detections.map(({ slice, box }) => [slice, box.x1, box.y1, box.x2, box.y2]);
  };
  assertEquals(await found([6, 6, 10, 10]), [
    [undefined, 60, 37.5, 100, 62.5],
    [0, 37.5, 37.5, 62.5, 62.5],
    [1, 97.5, 37.5, 122.5, 62.5],
  ]);
  // To the right edge: of the first slice it is a seam, of the second one that of the frame.
  assertEquals((await found([6, 6, 16, 10])).map(([slice]) => slice), [undefined, 1]);
  assertEquals((await found([0, 6, 10, 10])).map(([slice]) => slice), [undefined, 0]);
  assertEquals((await found([6, 0, 10, 16])).length, 3);
});

Deno.test.each(["blazeface-short", "ssd-mobilenet-v2", "tiny-ssd-sky"])(
  "%s finds the same in batches of slices as one by one",
  async (name) => {
    const { detector, network } = await loadModel(name);
    await using session = await openSession(network, { device: "cpu" });
    assertEquals(session.takesBatches, true);
    const single: InferenceSession = {
      device: "cpu",
      description: "one by one",
      fallbacks: [],
      run: (input) => session.run(input),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const [batched, alone] = await Promise.all([session, single].map(async (by) => {
      const items = ReadableStream.from([stillFrame(scene(3, 640, 480))])
        .pipeThrough(letterbox(detector.input))
        .pipeThrough(slice(detector.input, { size: 256 }))
        .pipeThrough(infer(by));
      return (await Array.fromAsync(items))[0]!.slices!;
    }));
    assertEquals(batched!.length, 9);
    for (const [i, { outputs }] of batched!.entries()) {
      for (const [output, { dims, data }] of Object.entries(outputs)) {
        const other = alone![i]!.outputs[output]!;
        assertEquals(dims, other.dims);
        const range = Math.max(...other.data.map(Math.abs));
        assert(data.every((value, at) => Math.abs(value - other.data[at]!) <= 1e-4 * range));
      }
    }
  },
);

Deno.test("BlazeFace's keypoints stay with the faces that were merged", async () => {
  const { detector, network } = await loadModel("blazeface-full");
  await using session = await openSession(network, { device: "cpu" });
  const clip = new URL("fixtures/clips/talking_face.mp4", import.meta.url).pathname;
  const candidates = await candidatesOf({ path: clip, frames: new Set([100]), detector, session }, {
    size: 240,
  });
  const faces = mergedSlices(candidates.get(100)!.filter(({ confidence }) => confidence > 0.6));
  assertEquals(faces.length, 1);
  const [{ box, keypoints }] = faces as [typeof faces[number]];
  assertEquals(keypoints?.length, 6);
  for (const { x, y } of keypoints!.slice(0, 4)) {
    assert(x > box.x1 && x < box.x2 && y > box.y1 && y < box.y2);
  }
});

Deno.test("mergeSlices() ends with a pipeline without slices, too", async () => {
  const { frames, counts } = blackFrames(5);
  await frames.pipeThrough(letterbox(DETECTOR.input)).pipeThrough(infer(new CountingSession(true)))
    .pipeThrough(decodeBoxes(DETECTOR)).pipeThrough(mergeSlices()).pipeTo(discard());
  assertEquals([counts.made, counts.open], [5, 0]);
});

/** The faces that the program finds in the first frames of a clip. */
async function facesFound(...args: string[]): Promise<number> {
  let lines = 0;
  await inTempDir(async (dir) => {
    await Deno.copyFile(
      new URL("fixtures/clips/talking_face.mp4", import.meta.url),
      `${dir}/in.mp4`,
    );
    await Deno.mkdir(`${dir}/tmp`);
    const { code, stdout, stderr } = await runProgram(
      ["run", "in.mp4", "--duration", "0.3", "--device", "cpu", "--csv", "-", "--quiet", ...args],
      { dir },
    );
    assertEquals([code, stderr], [0, ""]);
    lines = stdout.trimEnd().split("\n").length - 1;
  });
  return lines;
}

Deno.test("steadybox run says where no part of a region lies in the picture", () =>
  inTempDir(async (dir) => {
    await Deno.copyFile(
      new URL("fixtures/clips/talking_face.mp4", import.meta.url),
      `${dir}/in.mp4`,
    );
    const beside = ["--region", "9000,0,9100,0,9100,90"];
    const run = async (...regions: string[]) => {
      const args = ["run", "in.mp4", "--duration", "0.1", "--device", "cpu", "--csv", "-"];
      const { code, stderr } = await runProgram([...args, ...regions], { dir });
      assertEquals(code, 0, stderr);
      return stderr;
    };
    assertStringIncludes(await run(...beside), "No part of --region lies in the picture, which is");
    assert(!(await run(...beside, "--region", "0,0,9,0,9,9")).includes("No part of"));
  }));

Deno.test("steadybox run takes --slice, --region and --min-size", async () => {
  const frames = await facesFound();
  assert(frames > 5);
  assertEquals(await facesFound("--slice", "240", "--overlap", "0.3"), frames);
  assertEquals(await facesFound("--slice", "300x250", "--ties", "blend-over-time"), frames);
  assertEquals(
    await facesFound("--slice", "240", "--region", "0,0,100%,0,100%,100%,0,100%"),
    frames,
  );
  assertEquals(await facesFound("--slice", "240", "--region", "0,0,30,0,30,288,0,288"), 0);
  assertEquals(await facesFound("--min-size", "50"), frames);
  assertEquals(await facesFound("--min-size", "300"), 0);
});

Deno.test.each([
  { args: ["--overlap", "0.3"], complaint: "Cannot use --overlap without --slice" },
  { args: ["--slice", "16"], complaint: "whole numbers from 32: current value is 16x16" },
  { args: ["--region", "1,2,3,4"], complaint: "three corners or more" },
])("steadybox run refuses $args in one line", async ({ args, complaint }) => {
  await inTempDir(async (dir) => {
    await Deno.copyFile(
      new URL("fixtures/clips/talking_face.mp4", import.meta.url),
      `${dir}/in.mp4`,
    );
    const { code, stderr } = await runProgram(["run", "in.mp4", ...args], { dir });
    assertEquals(code, 2);
    assertStringIncludes(stderr, complaint);
    assertEquals(stderr.split("\n").length, 2);
  });
});

const PEOPLE = await handBoxes("people");

Deno.test({
  name: "slices find a third more people than the whole frame, and hardly invent more",
  ignore: ![...PEOPLE.keys()].every((clip) => clipPath(clip)),
  fn: async () => {
    const { detector, network } = await loadModel("ssd-mobilenet-v2");
    await using session = await openSession(network, { device: "cpu" });
    const { confidence, iou } = detector.defaults;
    const [whole, sliced] = [{ found: 0, all: 0, shown: 0 }, { found: 0, all: 0, shown: 0 }];
    for (const [clip, truth] of PEOPLE) {
      const subject = { path: clipPath(clip)!, frames: new Set(truth.keys()), detector, session };
      const candidates = await candidatesOf(subject, { size: 480 });
      for (const [frame, boxes] of truth) {
        const people = candidates.get(frame)!
          .filter((one) => one.label === "Person" && one.confidence >= confidence);
        for (
          const [sum, seen] of [
            [whole, people.filter(({ slice }) => slice === undefined)],
            [sliced, people],
          ] as const
        ) {
          const { found, missed, invented } = handCounts(boxes, mergedSlices(seen, { iou }), 0.5);
          sum.found += found;
          sum.all += found + missed;
          sum.shown += found + invented;
        }
      }
    }
    assertEquals(whole.all, 126);
    assert(sliced.found >= 4 / 3 * whole.found, `${sliced.found} and ${whole.found} people`);
    const [after, before] = [sliced, whole].map(({ found, shown }) => found / shown);
    assert(after! >= before! - 0.05, `${after} and ${before} of the boxes are true`);
  },
});
