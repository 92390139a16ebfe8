/**
 * Sends 300 frames of 1080p through a GPU and prints how much memory the process had, in bytes, every
 * 50 frames from the 100th on; an empty list where there is no GPU.
 *
 * @module
 */

import { type Frame, infer, letterbox, openSession } from "../mod.ts";
import { findAdapter } from "../models/inference/adapter.ts";
import { EDGES_INPUT, edgesNetwork } from "./_edges_network.ts";
import { planesOf, stillFrame } from "./_still_frame.ts";

/** Frames of one picture, each with planes of its own, as decoders give them. */
async function* frames(count: number): AsyncGenerator<Frame> {
  const still = stillFrame(planesOf(1920, 1080, (x, y) => (x + y) % 256));
  for (let index = 0; index < count; index++) {
    yield { ...still, planes: { ...still.planes }, index };
  }
}

const samples: number[] = [];
if (await findAdapter()) {
  await using session = await openSession(edgesNetwork(), { device: "webgpu" });
  const inferred = ReadableStream.from(frames(300))
    .pipeThrough(letterbox(EDGES_INPUT, { on: session }))
    .pipeThrough(infer(session, { inFlight: 8 }));
  let count = 0;
  for await (const _ of inferred) {
    if (++count >= 100 && count % 50 === 0) samples.push(Deno.memoryUsage().rss);
  }
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(samples)));
