/**
 * Runs steadybox's stages as its command line does and tells how long each keeps a frame.
 *
 * @example deno run -A stages.ts CLIP MODEL DEVICE BOXES.jsonl [OUTPUT.mp4]
 *
 * @module
 */

import {
  annotate,
  blend,
  decode,
  decodeBoxes,
  type Detected,
  type Device,
  discard,
  encode,
  infer,
  letterbox,
  loadModel,
  type Meter,
  openSession,
  smooth,
  track,
  writeJsonLines,
} from "../../../mod.ts";
import type { Stages } from "../schema.ts";

const [clip = "", model = "", device = "auto", listing = "", output] = Deno.args;
const { detector, network } = await loadModel(model);
await using session = await openSession(network, { device: device as Device | "auto" });
const metered: { readonly name: string; readonly meter: Meter }[] = [];
function noted<T extends { readonly name: string; readonly meter: Meter }>(stage: T): T {
  metered.push(stage);
  return stage;
}
let firstFrameMs = NaN;
const watch = new TransformStream<Detected, Detected>({
  transform(item, controller) {
    if (Number.isNaN(firstFrameMs)) firstFrameMs = performance.now();
    controller.enqueue(item);
  },
});
const minConfidence = detector.defaults.confidence;
// A GPU makes its input of whole frames.
const wishes = session.maxPictureBytes === undefined
  ? { scaledFor: detector.input, isWhole: output !== undefined }
  : {};
const found = noted(decode(clip, wishes))
  .pipeThrough(noted(letterbox(detector.input, { on: session })))
  .pipeThrough(noted(infer(session)))
  .pipeThrough(noted(decodeBoxes(detector, { minConfidence: minConfidence / 2 })))
  .pipeThrough(noted(blend()))
  .pipeThrough(noted(track({ minConfidence })))
  .pipeThrough(noted(smooth({ method: "fixed-lag" })))
  .pipeThrough(noted(writeJsonLines(listing, { overwrite: true })));
if (output === undefined) {
  await found.pipeThrough(watch).pipeTo(discard());
} else {
  await found.pipeThrough(noted(annotate())).pipeThrough(watch)
    .pipeTo(noted(encode(output, { overwrite: true })));
}
const stages: Stages = {
  name: output === undefined ? "detections" : "annotated",
  firstFrameMs,
  stages: metered.map(({ name, meter }) => {
    const { p50, p95, p99 } = meter.distribution();
    return { name, p50, p95, p99 };
  }),
};
// deno-lint-ignore no-console -- A program of its own: this is its output.
console.log(JSON.stringify(stages));
