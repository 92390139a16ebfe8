import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { OutputError, SourceError } from "../../../pipeline/errors.ts";
import { decode } from "../../../stages/decode.ts";
import { madeReport, madeTraces } from "../../../tests/_made_report.ts";
import { inTempDir, namesIn } from "../../../tests/_temp_dir.ts";
import type { JitterTraces } from "./traces.ts";
import { cutFilmstrip, FILM } from "./cut_filmstrip.ts";
import { readReport } from "./read_report.ts";
import { REPORT_FILES, writeReport } from "./write_report.ts";

const CLIP = new URL("../../../tests/fixtures/clips/talking_face.mp4", import.meta.url).pathname;
const REPORT = madeReport({ clips: ["talking_face.mp4"] });

/** The times of the clip's first frames, as it has them. */
async function timesOf(frames: number): Promise<number[]> {
  const times: number[] = [];
  for await (using frame of decode(CLIP, { durationS: 4 })) {
    times.push(frame.timestampUs);
    if (times.length === frames) break;
  }
  return times;
}

/** Made traces as though they were of the clip. */
function onClip(timesUs: readonly number[]): JitterTraces {
  const { clips: [clip] } = madeTraces(REPORT);
  const take = <T>(list: readonly T[]) => list.slice(0, timesUs.length);
  const tracks = clip!.tracks.map((track) => ({
    ...track,
    confidences: take(track.confidences),
    segments: track.segments.map(({ reference, methods }) => ({
      timesUs,
      reference: take(reference),
      methods: new Map([...methods].map(([id, boxes]) => [id, take(boxes)] as const)),
    })),
  }));
  const video = { path: CLIP, startS: 0, width: 360, height: 288 };
  return { clips: [{ ...clip!, video, timesUs, tracks }] };
}

Deno.test("writeReport() writes four whole files, the report as it is, and a film", async () => {
  await inTempDir(async (dir) => {
    const directory = join(dir, "new", "report");
    await writeReport(directory, REPORT, onClip(await timesOf(80)));
    assertEquals(await namesIn(directory), [...REPORT_FILES].toSorted());
    assertEquals(await readReport(join(directory, "report.json")), REPORT);
    const page = await Deno.readTextFile(join(directory, "report.html"));
    assertStringIncludes(page, "See it: face");
    assertStringIncludes(page, "data:image/jpeg;base64,/9j/");
    assert(page.length < 600_000, `${page.length}`);
  });
});

Deno.test("writeReport() replaces an earlier report only if told so, and leaves nothing else", async () => {
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "tracks.csv"), "mine");
    const traces = madeTraces(REPORT);
    await assertRejects(() => writeReport(dir, REPORT, traces), OutputError, "exists already");
    assertEquals(await namesIn(dir), ["tracks.csv"]);
    assertEquals(await Deno.readTextFile(join(dir, "tracks.csv")), "mine");
    await writeReport(dir, REPORT, traces, { overwrite: true });
    assertEquals(await namesIn(dir), [...REPORT_FILES].toSorted());
  });
});

Deno.test("writeReport() writes no report that is not what the schema says", async () => {
  await inTempDir(async (dir) => {
    const broken = { ...REPORT, seed: NaN };
    const error = await assertRejects(
      () => writeReport(dir, broken, madeTraces(REPORT)),
      TypeError,
    );
    assertStringIncludes(error.message, "seed is not what the schema says");
    assertEquals(await namesIn(dir), []);
  });
});

Deno.test("cutFilmstrip() cuts the same frames, wherever in the clip they are", async () => {
  await inTempDir(async (dir) => {
    const times = await timesOf(80);
    const late = onClip(times.slice(30));
    const film = await cutFilmstrip(REPORT, {
      clips: late.clips.map((clip) => ({ ...clip, timesUs: times })),
    }, dir);
    assert(typeof film === "object");
    assertEquals(film.frames.length, FILM.frames);
    assert(Math.abs(film.intervalMs - 1000 / 24) < 0.1, `${film.intervalMs}`);
    assertEquals(await namesIn(dir), []);
  });
});

Deno.test("cutFilmstrip() says why there are no pictures, and the report is written without", async () => {
  await inTempDir(async (dir) => {
    const times = await timesOf(80);
    const moved = onClip(times.map((timeUs) => timeUs + 7));
    assertEquals(
      await cutFilmstrip(REPORT, moved, dir),
      "Cannot cut frames out of talking_face.mp4: it has changed since it was measured",
    );
    const gone = onClip(times).clips.map((clip) => (
      { ...clip, video: { ...clip.video!, path: join(dir, "gone.mp4") } }
    ));
    await writeReport(dir, REPORT, { clips: gone });
    const page = await Deno.readTextFile(join(dir, "report.html"));
    assertStringIncludes(page, "There are no pictures here.");
    assertStringIncludes(
      await cutFilmstrip(REPORT, madeTraces(REPORT), dir) as string,
      "There is no video to cut them from.",
    );
  });
});

const REFUSED: readonly { readonly name: string; readonly text: string; readonly says: string }[] =
  [
    { name: "no JSON", text: "{", says: "it is not JSON" },
    { name: "nothing", text: "null", says: "it names no schema" },
    { name: "another schema", text: '{"schema":"x/1"}', says: 'it is a "x/1", and a' },
    { name: "half a report", text: '{"schema":"jitter-report/1"}', says: "created is not what" },
  ];

for (const { name, text, says } of REFUSED) {
  Deno.test(`readReport() refuses ${name} in one line`, async () => {
    await inTempDir(async (dir) => {
      const path = join(dir, "report.json");
      await Deno.writeTextFile(path, text);
      const error = await assertRejects(() => readReport(path), SourceError, says);
      assertEquals(error.message.split("\n").length, 1);
    });
  });
}
