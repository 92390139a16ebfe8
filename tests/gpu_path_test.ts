/**
 * The way of a frame through a GPU: its planes go up, the network's input is made there, and the
 * outputs come back in one piece, several frames at a time.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  decode,
  decodeBoxes,
  type Detected,
  type Detection,
  type Detector,
  type Frame,
  infer,
  type InferenceSession,
  type Inferred,
  type InputSpec,
  letterbox,
  loadModel,
  openSession,
  type Outputs,
  slice,
} from "../mod.ts";
import { findAdapter } from "../models/inference/adapter.ts";
import { networkForGpu } from "../models/inference/gpu_network.ts";
import { WorkerSession } from "../models/inference/worker_session.ts";
import { clipPath } from "./_clips.ts";
import { EDGES_INPUT, edgesNetwork } from "./_edges_network.ts";
import { noise } from "./_model_inputs.ts";
import { planesOf, stillFrame } from "./_still_frame.ts";
import type { GpuCounts } from "./_watched_worker.ts";

const found = await findAdapter();
const ignore = found === undefined;
/** A network of 80 classes, whose finer output is large, and people for it to find. */
const NANO = clipPath("../weights/mobilenetv2-yolov3-nano-coco.cfg");
const WALKERS = clipPath("walkers_1080p.mp4");
const CLIP = fileURLToPath(new URL("fixtures/clips/talking_face.mp4", import.meta.url));

/** A session on a GPU that is watched. */
async function watchedSession(network: Uint8Array<ArrayBuffer>): Promise<WorkerSession> {
  const request = { kind: "open", device: "webgpu", threads: 1 } as const;
  return await WorkerSession.open({ ...request, network: networkForGpu(network) }, {
    description: "watched",
    workerUrl: new URL("_watched_worker.ts", import.meta.url),
  });
}

/** The way to the watched GPU. */
function openChannel(): BroadcastChannel & Disposable {
  const channel = new BroadcastChannel("watched GPU");
  return Object.assign(channel, { [Symbol.dispose]: () => channel.close() });
}

async function countsBy(channel: BroadcastChannel): Promise<GpuCounts> {
  const answer = Promise.withResolvers<GpuCounts>();
  channel.onmessage = ({ data }) => answer.resolve(data);
  channel.postMessage("count");
  return await answer.promise;
}

function noisyFrame(index: number, width = 90, height = 61): Frame {
  const random = noise(index + 1);
  const sample = () => (random() * 1e6) & 255;
  const planes = planesOf(width, height, sample, () => [sample(), sample()]);
  return stillFrame(planes, { index, colour: { matrix: "bt709", range: "limited", tags: {} } });
}

function noisyFrames(count: number): ReadableStream<Frame> {
  return ReadableStream.from(Array.from({ length: count }, (_, index) => noisyFrame(index)));
}

function assertClose(actual: Outputs | undefined, expected: Outputs | undefined): void {
  assert(actual && expected);
  assertEquals(Object.keys(actual), Object.keys(expected));
  for (const [name, { dims, data }] of Object.entries(expected)) {
    assertEquals(actual[name]!.dims, dims);
    data.forEach((value, i) => assertAlmostEquals(actual[name]!.data[i]!, value, 1e-4));
  }
}

/** What a network says of noisy frames and of their slices. */
async function inferredOn(
  session: InferenceSession,
  { count = 12, size, inFlight = 8 }: { count?: number; size?: number; inFlight?: number } = {},
): Promise<Inferred[]> {
  const prepared = noisyFrames(count).pipeThrough(letterbox(EDGES_INPUT, { on: session }));
  const sliced = size === undefined ? prepared : prepared.pipeThrough(slice(EDGES_INPUT, { size }));
  return await Array.fromAsync(sliced.pipeThrough(infer(session, { inFlight })));
}

async function detectionsOn(
  session: InferenceSession,
  detector: Detector,
  clip = { path: CLIP, durationS: 0.5 },
): Promise<Detected[]> {
  const { confidence } = detector.defaults;
  const found = decode(clip.path, clip)
    .pipeThrough(letterbox(detector.input, { on: session }))
    .pipeThrough(infer(session, { inFlight: 8, sieves: detector.sieves?.(confidence) ?? [] }))
    .pipeThrough(decodeBoxes(detector));
  const items: Detected[] = [];
  for await (const { frame, ...item } of found) {
    items.push({ ...item, frame });
    frame[Symbol.dispose]();
  }
  return items;
}

/** Fails unless boxes differ by no more than so many pixels. */
function assertSameBoxes(
  found: readonly Detected[],
  expected: readonly Detected[],
  { boxes, confidences }: { readonly boxes: number; readonly confidences: number },
): void {
  assertEquals(found.length, expected.length);
  for (const [i, { detections }] of found.entries()) {
    assert(detections.length > 0);
    assertEquals(detections.length, expected[i]!.detections.length);
    for (const [k, { box, confidence, classId }] of detections.entries()) {
      const other = expected[i]!.detections[k]!;
      assertEquals(classId, other.classId);
      assertAlmostEquals(confidence, other.confidence, confidences);
      for (const edge of ["x1", "y1", "x2", "y2"] as const) {
        assertAlmostEquals(box[edge], other.box[edge], boxes);
      }
    }
  }
}

function surestOf({ detections }: Detected): Detection {
  return detections.reduce((best, one) => one.confidence > best.confidence ? one : best);
}

Deno.test("a GPU finds what the processor does, eight frames in flight, a read each at most", {
  ignore,
}, async () => {
  using channel = openChannel();
  const { network, detector } = await loadModel("blazeface-short");
  await using processor = await openSession(network, { device: "cpu" });
  await using gpu = await watchedSession(network);
  const expected = await detectionsOn(processor, detector);
  const found = await detectionsOn(gpu, detector);
  assertSameBoxes(found, expected, { boxes: 0.1, confidences: 1e-4 });
  const { reads, uploads } = await countsBy(channel);
  assertEquals(uploads, found.length);
  assert(reads <= found.length, `${reads} reads of ${found.length} frames`);
});

Deno.test("a GPU that is asked for likely boxes alone finds the same", {
  ignore: ignore || !NANO || !WALKERS,
}, async () => {
  using channel = openChannel();
  const { network, detector } = await loadModel(NANO!);
  await using processor = await openSession(network, { device: "cpu" });
  await using gpu = await watchedSession(network);
  const clip = { path: WALKERS!, durationS: 0.2 };
  const expected = await detectionsOn(processor, detector, clip);
  const found = await detectionsOn(gpu, detector, clip);
  assertSameBoxes(found, expected, { boxes: 0.1, confidences: 1e-4 });
  assertEquals(gpu.fallbacks, []);
  const { reads, readBytes } = await countsBy(channel);
  assert(reads <= found.length, `${reads} reads of ${found.length} frames`);
  const wholeBytes = 4 * 255 * (20 * 20 + 10 * 10) * found.length;
  assert(readBytes < 0.4 * wholeBytes, `${readBytes} of ${wholeBytes} bytes were read`);
});

Deno.test("a GPU finds nearly the same in half precision, from the picture on", {
  ignore: !found?.adapter.features.has("shader-f16"),
}, async () => {
  const { network, detector } = await loadModel("blazeface-short");
  await using processor = await openSession(network, { device: "cpu" });
  await using half = await openSession(network, { device: "webgpu", precision: "half" });
  assertMatch(half.fallbacks.at(-1)!, /^Half precision: on noise, outputs differ by up to/);
  const expected = await detectionsOn(processor, detector);
  const found = await detectionsOn(half, detector);
  // Whether the least sure are candidates at all may depend on the precision.
  const [surest, others] = [found, expected].map((items) =>
    items.map((item) => ({ ...item, detections: [surestOf(item)] }))
  );
  assertSameBoxes(surest!, others!, { boxes: 1, confidences: 0.01 });
});

Deno.test("a GPU reads frames that wait together in one go", { ignore }, async () => {
  using channel = openChannel();
  await using processor = await openSession(edgesNetwork(), { device: "cpu" });
  await using gpu = await watchedSession(edgesNetwork());
  const expected = await inferredOn(processor, { count: 40 });
  const found = await inferredOn(gpu, { count: 40 });
  found.forEach(({ outputs }, i) => assertClose(outputs, expected[i]!.outputs));
  const { reads, uploads } = await countsBy(channel);
  assertEquals(uploads, 40);
  assert(reads < 30, `${reads} reads of 40 frames`);
});

Deno.test("the planes of a frame go up once for all of its slices", { ignore }, async () => {
  using channel = openChannel();
  await using processor = await openSession(edgesNetwork(), { device: "cpu" });
  await using gpu = await watchedSession(edgesNetwork());
  const expected = await inferredOn(processor, { count: 3, size: 40 });
  const found = await inferredOn(gpu, { count: 3, size: 40, inFlight: 2 });
  for (const [i, { outputs, slices }] of found.entries()) {
    assertClose(outputs, expected[i]!.outputs);
    assertEquals(slices?.length, 6);
    for (const [k, one] of slices!.entries()) {
      const other = expected[i]!.slices![k]!;
      assertEquals(one.fit, other.fit);
      assertClose(one.outputs, other.outputs);
    }
  }
  assertEquals((await countsBy(channel)).uploads, 3);
});

Deno.test.each([
  { what: "an error that nobody caught", order: "spoil", said: /The GPU was lost once: / },
  { what: "a lack of memory", order: "fill", said: /ran out of memory once: .* one by one/ },
])("a GPU is given up after $what, and its frames are repeated", { ignore }, async (
  { order, said },
) => {
  using channel = openChannel();
  await using processor = await openSession(edgesNetwork(), { device: "cpu" });
  await using gpu = await watchedSession(edgesNetwork());
  const expected = await inferredOn(processor, { count: 6 });
  await inferredOn(gpu, { count: 2 });
  channel.postMessage(order);
  for (let round = 0; round < 100 && gpu.fallbacks.length === 0; round++) {
    const found = await inferredOn(gpu, { count: 6 });
    found.forEach(({ outputs }, i) => assertClose(outputs, expected[i]!.outputs));
  }
  assertEquals(gpu.fallbacks.length, 1);
  assertMatch(gpu.fallbacks[0]!, said);
});

Deno.test("memory stays flat over 300 frames on a GPU", { ignore }, async () => {
  const { stdout, stderr } = await new Deno.Command("deno", {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env=XDG_RUNTIME_DIR"],
      fileURLToPath(new URL("_gpu_memory.ts", import.meta.url)),
    ],
    env: {
      // Mesa's software driver for Vulkan leaks with each convolution; that for OpenGL does not.
      DENO_WEBGPU_BACKEND: "gl",
      // Else glibc keeps the gaps between the copies of pictures that such drivers make, 80 MB in all.
      MALLOC_MMAP_THRESHOLD_: "1000000",
    },
    cwd: new URL("..", import.meta.url),
  }).output();
  // How it ended does not count: that driver may crash when it is unloaded.
  const printed = new TextDecoder().decode(stdout);
  assert(printed.endsWith("]"), new TextDecoder().decode(stderr));
  const samples = JSON.parse(printed) as number[];
  if (samples.length === 0) return; // There is no GPU with OpenGL.
  const [first, ...rest] = samples.map((bytes) => bytes / 2 ** 20);
  const most = Math.max(...rest);
  assert(most - first! < 15, `${most} MB after ${first} MB`);
});

Deno.test("letterbox() makes the input itself of what is too large for the GPU", async () => {
  const frame = noisyFrame(0);
  const input: InputSpec = EDGES_INPUT;
  for (const [room, isThere] of [[0, false], [-1, true]] as const) {
    const on = { maxPictureBytes: frame.planes.data.length + room };
    const [item] = await Array.fromAsync(
      ReadableStream.from([frame]).pipeThrough(letterbox(input, { on })),
    );
    assertEquals([item?.input !== undefined, item?.picture === undefined], [isThere, isThere]);
    assertEquals(item?.picture?.fits[0], isThere ? undefined : item?.fit);
  }
});
