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

const samples: number[] = [];
if (await findAdapter()) {
  const luma = (x: number, y: number) => (x + y) % 256;
  const still = stillFrame(planesOf(1920, 1080, luma));
  async function* frames(): AsyncGenerator<Frame> {
    for (let index = 0; index < 300; index++) {
      // Planes of its own for each frame, as decoders give them.
      yield { ...still, planes: { ...still.planes }, index };
    }
  }
  await using session = await openSession(edgesNetwork(), { device: "webgpu" });
  const inferred = ReadableStream.from(frames())
    .pipeThrough(letterbox(EDGES_INPUT, { on: session }))
    .pipeThrough(infer(session, { inFlight: 8 }));
  let count = 0;
  for await (const _ of inferred) {
    if (++count >= 100 && count % 50 === 0) samples.push(Deno.memoryUsage().rss);
  }
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(samples)));
