/**
 * Runs steadybox's stages as its command line does, up to the first frame that has its boxes, and
 * tells when that was.
 *
 * @example deno run -A first_frame.ts CLIP MODEL DEVICE
 *
 * @module
 */

import {
  annotate,
  blend,
  decode,
  decodeBoxes,
  type Device,
  infer,
  letterbox,
  loadModel,
  openSession,
  probe,
  smooth,
  track,
} from "../../../mod.ts";

const [clip = "", model = "", device = "auto"] = Deno.args;
const report = probe(clip); // Meanwhile, as the program does.
const { detector, network } = await loadModel(model);
await using session = await openSession(network, { device: device as Device | "auto" });
const minConfidence = detector.defaults.confidence;
// A GPU makes its input of whole frames.
const wishes = session.maxPictureBytes === undefined ? { scaledFor: detector.input } : {};
const annotated = decode(clip, { ...wishes, report })
  .pipeThrough(letterbox(detector.input, { on: session }))
  .pipeThrough(infer(session))
  .pipeThrough(decodeBoxes(detector, { minConfidence: minConfidence / 2 }))
  .pipeThrough(blend())
  .pipeThrough(track({ minConfidence }))
  .pipeThrough(smooth({ method: "fixed-lag" }))
  .pipeThrough(annotate());
for await (const { frame } of annotated) {
  // deno-lint-ignore no-console -- A program of its own: this is its output.
  console.log(JSON.stringify({ firstFrameMs: performance.now() }));
  frame[Symbol.dispose]();
  break;
}
