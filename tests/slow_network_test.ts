/**
 * A live feed and a network that takes longer for a frame than the bound on the age of results.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  discard,
  dropLate,
  type Frame,
  infer,
  type InferenceSession,
  letterbox,
  type Outputs,
  type Overrun,
  receive,
  stage,
  type Tensor,
} from "../mod.ts";
import { inputOf } from "./_input_of.ts";
import { assertAddsUp } from "./_live_checks.ts";
import { Camera, freePort, hasRtspServer } from "./_rtsp_server.ts";

/** A network that runs one input after the other, each for so long, and notes how long that was. */
function slowNetwork(durationMs: number, tookMs: number[]): InferenceSession {
  let last: Promise<unknown> = Promise.resolve();
  return {
    device: "cpu",
    description: "a slow network",
    fallbacks: [],
    run(input: Tensor): Promise<Outputs> {
      const run = last.then(async (): Promise<Outputs> => {
        const startedAtMs = performance.now();
        await new Promise((resolve) => setTimeout(resolve, durationMs));
        tookMs.push(performance.now() - startedAtMs);
        return { same: input };
      });
      last = run;
      return run;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

Deno.test({
  name: "a network that is slower than the bound shows its newest results at its own pace",
  ignore: !hasRtspServer(),
  async fn() {
    const port = freePort();
    await using _camera = await Camera.start({ port, fps: 30 });
    const ending = new AbortController();
    const feed = receive(`rtsp://127.0.0.1:${port}/camera`, { until: ending.signal });
    const overruns: Overrun[] = [];
    const late = dropLate<{ readonly frame: Frame }>({
      onOverrun: (overrun) => overruns.push(overrun),
    });
    const tookMs: number[] = [];
    const shown: { readonly ageMs: number; readonly atMs: number }[] = [];
    await feed
      .pipeThrough(letterbox(inputOf(32, 32)))
      .pipeThrough(infer(slowNetwork(800, tookMs)))
      .pipeThrough(late)
      .pipeThrough(stage("see", async function* see(items: AsyncIterable<{ frame: Frame }>) {
        for await (const item of items) {
          const atMs = performance.now();
          shown.push({ ageMs: atMs - item.frame.arrivedAtMs!, atMs });
          if (shown.length === 6) ending.abort();
          yield item;
        }
      }))
      .pipeTo(discard());

    const statistics = feed.statistics();
    assertAddsUp(statistics);
    assertEquals(statistics.delivered, shown.length + late.dropped());
    assert(
      late.dropped() <= 3,
      `${late.dropped()} results were left out before the first was shown`,
    );
    assertEquals(overruns.length, 1);
    assert(overruns[0]!.intervalMs >= 790, `${overruns[0]!.intervalMs} ms`);
    // None waited behind another, nor was any left out: that would take twice as long as a run.
    const limitMs = 1.9 * Math.max(...tookMs);
    for (const [i, { ageMs, atMs }] of shown.slice(0, 5).entries()) {
      assert(ageMs >= 790 && ageMs < limitMs, `frame ${i} is ${ageMs} ms old`);
      if (i > 0) assert(atMs - shown[i - 1]!.atMs < limitMs, `frame ${i} came too late`);
    }
  },
});
