import { type Frame, type MeteredStage, stage } from "../mod.ts";

/** A stage that takes its time for one frame after the other, and takes several in meanwhile. */
export function slowly(
  durationMs: number,
  inFlight: number,
): MeteredStage<Frame, { readonly frame: Frame }> {
  return stage("slowly", async function* slowly(frames: AsyncIterable<Frame>) {
    const started: Promise<Frame>[] = [];
    let last: Promise<unknown> = Promise.resolve();
    for await (const frame of frames) {
      const done = last.then(() =>
        new Promise<Frame>((resolve) => setTimeout(() => resolve(frame), durationMs))
      );
      started.push(last = done);
      if (started.length >= inFlight) yield { frame: await started.shift()! };
    }
    for (const frame of started) yield { frame: await frame };
  });
}
