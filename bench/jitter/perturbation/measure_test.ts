import { assert, assertEquals } from "@std/assert";
import { loadModel } from "../../../models/registry.ts";
import { openSession } from "../../../models/session.ts";
import { maxStrideOf } from "./max_stride.ts";
import { measurePerturbation, type PerturbationProgress } from "./measure.ts";

const CLIP = { path: "tests/fixtures/clips/talking_face.mp4", durationS: 3.1 };

Deno.test("measurePerturbation() measures a real face: blending is steadier than suppression", async () => {
  const { detector, network } = await loadModel("blazeface-short");
  await using session = await openSession(network, { device: "cpu" });
  const progress: PerturbationProgress[] = [];
  const options = {
    clips: [CLIP],
    detector,
    session,
    maxStride: maxStrideOf(network),
    ties: ["suppress", "blend", "blend-over-time"],
    resamplers: ["bilinear"],
    bootstrap: { resamples: 50 },
  } as const;
  const measured = await measurePerturbation({
    ...options,
    onProgress: (now) => void progress.push(now),
  });
  assertEquals(measured.map(({ method: { ties } }) => ties), [...options.ties]);
  assertEquals(progress.map(({ pictures, clip }) => [pictures, clip]), [[1, 0], [2, 0], [3, 0]]);
  for (const { result } of measured) {
    assertEquals([result.pictures, result.jitterPercent.count, result.maxStridePx], [3, 3, 16]);
    assertEquals([result.viewsPerPicture, result.byShift.length], [85, 63]);
    assert(result.byKind.every(({ jitterPercent }) => jitterPercent.estimate! > 0));
  }
  const [suppress, blend] = measured.map(({ result }) => result.jitterPercent.estimate!);
  assert(blend! < 0.9 * suppress!);
  // Again, ended behind the first picture: what was measured by then counts, and is the same.
  const stopping = new AbortController();
  const ended = await measurePerturbation({
    ...options,
    until: stopping.signal,
    onProgress: () => stopping.abort(),
  });
  assertEquals(ended[1]!.readings, [measured[1]!.readings[0]!.slice(0, 1)]);
});
