import { assertEquals, assertRejects } from "@std/assert";
import { type Input, withReport } from "./_input.ts";
import type { Sources } from "./_sources.ts";

const CLIP = new URL("../tests/fixtures/clips/talking_face.mp4", import.meta.url).pathname;

/** An input that counts how often it is disposed of. */
function inputOf(sources: Sources) {
  const counts = { disposed: 0 };
  const input: Input = { sources, [Symbol.dispose]: () => void counts.disposed++ };
  return { input, counts };
}

Deno.test("withReport() asks what a file holds before anybody wants to know", async () => {
  const { input, counts } = inputOf({ kind: "video", url: CLIP });
  {
    using asked = withReport(input, new AbortController().signal);
    assertEquals((await asked.report)?.video.codec, "h264");
  }
  assertEquals(counts.disposed, 1);
});

Deno.test("withReport() asks nothing of pictures and feeds", () => {
  const { signal } = new AbortController();
  for (
    const sources of [
      { kind: "picture", paths: ["a.png"] },
      { kind: "pictures", paths: ["a.png", "b.png"] },
      { kind: "video", url: "rtsp://camera/1", isFeed: true },
    ] as const
  ) {
    assertEquals(withReport(inputOf(sources).input, signal).report, undefined);
  }
});

Deno.test("withReport() gives its question up with the input, and with the signal", async () => {
  const interruption = new AbortController();
  const left = inputOf({ kind: "video", url: CLIP });
  const asked = withReport(left.input, interruption.signal);
  asked[Symbol.dispose]();
  await assertRejects(() => asked.report!);
  assertEquals(left.counts.disposed, 1);

  const interrupted = withReport(inputOf({ kind: "video", url: CLIP }).input, interruption.signal);
  interruption.abort();
  await assertRejects(() => interrupted.report!);
});
