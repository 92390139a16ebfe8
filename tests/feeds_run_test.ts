/**
 * `steadybox run --sources`: many feeds in one run, which do not feel one another.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assertGone, childrenOf } from "./_live_program.ts";
import { ffmpegsAbout, runProgram, signalGroup, startProgram } from "./_program.ts";
import { encodedClip, Replays } from "./_rtsp_replays.ts";
import { freePort, hasRtspServer } from "./_rtsp_server.ts";
import { inTempDir } from "./_temp_dir.ts";

const CLIP = new URL("./fixtures/clips/talking_face.mp4", import.meta.url).pathname;

async function inRunDir(use: (dir: string) => Promise<void>): Promise<void> {
  await inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/tmp`);
    await use(dir);
  });
}

/** Writes a list, as editors do: a new file in the place of the old one. */
async function writeList(dir: string, feeds: readonly Record<string, unknown>[]): Promise<void> {
  const defaults = { device: "cpu", model: "blazeface-short", jsonl: "{name}.jsonl" };
  await Deno.writeTextFile(`${dir}/new.yaml`, JSON.stringify({ defaults, feeds }, undefined, 2));
  await Deno.rename(`${dir}/new.yaml`, `${dir}/feeds.yaml`);
}

async function linesIn(path: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** Waits until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Waits until a text output has so many lines more than now. */
async function growing(path: string, more: number): Promise<void> {
  const before = (await linesIn(path)).length;
  await until(async () => (await linesIn(path)).length >= before + more);
}

/** A program that watches the feeds of a list; it does not outlive a test that fails. */
class Watching implements AsyncDisposable {
  /** What it has said so far. */
  said = "";
  readonly child: Deno.ChildProcess;
  readonly #talk: Promise<[void, string]>;

  constructor(dir: string) {
    this.child = startProgram(["run", "--sources", "feeds.yaml"], { dir });
    this.#talk = Promise.all([this.#listen(), this.child.stdout.text()]);
  }

  async #listen(): Promise<void> {
    for await (const part of this.child.stderr.pipeThrough(new TextDecoderStream())) {
      this.said += part;
    }
  }

  /** Waits until it has said something. */
  hear(words: string | RegExp): Promise<void> {
    return until(() => this.said.search(words) >= 0);
  }

  /** Its exit code, and what it wrote to standard output. */
  async ended(): Promise<[number, string]> {
    const { code } = await this.child.status;
    return [code, (await this.#talk)[1]];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }
}

Deno.test("steadybox run --sources gives each of several files what a run of its own gives it", () =>
  inRunDir(async (dir) => {
    await writeList(dir, [
      { name: "all", url: CLIP, duration: 1 },
      { name: "sure", url: CLIP, duration: 1, conf: 0.9, output: "sure.mp4" },
      { name: "part", url: CLIP, start: 1, duration: 1, region: "0,0,50%,0,50%,100%,0,100%" },
    ]);
    const { code, stdout, stderr } = await runProgram(["run", "--sources", "feeds.yaml"], { dir });
    assertEquals([code, stdout], [0, ""], stderr);
    for (const name of ["all", "sure", "part"]) assertMatch(stderr, new RegExp(`^${name}: `, "m"));
    assertMatch(stderr, /^blazeface-short on cpu: 72 inputs(, \d+ runs)?$/m);
    const alone = [
      ["all"],
      ["sure", "--conf", "0.9"],
      ["part", "--start", "1", "--region", "0,0,50%,0,50%,100%,0,100%"],
    ];
    for (const [name = "", ...options] of alone) {
      const args = ["run", CLIP, "--duration", "1", "--device", "cpu", "-m", "blazeface-short"];
      const outputs = ["--jsonl", `${name}_alone.jsonl`, "--quiet"];
      const { code, stderr } = await runProgram([...args, ...options, ...outputs], { dir });
      assertEquals([code, stderr], [0, ""]);
      assertEquals(
        await linesIn(`${dir}/${name}.jsonl`),
        await linesIn(`${dir}/${name}_alone.jsonl`),
      );
    }
    assert((await Deno.stat(`${dir}/sure.mp4`)).size > 0);
  }));

const REFUSED = [
  {
    what: "is missing",
    list: undefined,
    code: 2,
    words: /Cannot read "feeds.yaml": there is no such file/,
  },
  { what: "is no YAML", list: "feeds: [", code: 2, words: /feeds.yaml": line 1, column 9: / },
  {
    what: "has a wrong setting",
    list: "feeds:\n  - name: a\n    url: x.mp4\n    iuo: 0.4",
    code: 2,
    words: /line 4, column 5: there is no setting "iuo": did you mean iou\?/,
  },
  {
    what: "names a file that is not there",
    list: "feeds:\n  - name: a\n    url: x.mp4",
    code: 3,
    words: /line 2, column 5: feed "a": Cannot read "x.mp4": no such file/,
  },
  {
    what: "names a variable that is not set",
    list: "feeds:\n  - name: a\n    url_env: NO_SUCH_URL",
    code: 2,
    words: /line 2, column 5: feed "a": Cannot read a source from NO_SUCH_URL: it is not set/,
  },
  {
    what: "would replace a file",
    list: "feeds:\n  - name: a\n    url: rtsp://127.0.0.1:9/a\n    jsonl: feeds.yaml",
    code: 4,
    words: /line 2, column 5: feed "a": Cannot write "feeds.yaml": it exists already/,
  },
  {
    what: "has two feeds write to one file",
    list:
      "defaults: { jsonl: o }\nfeeds:\n  - { name: a, url: udp://a:1 }\n  - { name: b, url: udp://b:1 }",
    code: 4,
    words:
      /line 4, column 5: feed "b": Cannot write --jsonl of "b" to "o": --jsonl of "a" goes there/,
  },
  {
    what: "names a model that does not exist",
    list: "feeds:\n  - { name: a, url: udp://a:1, model: blazeface-ful }",
    code: 5,
    words: /line 2, column 5: feed "a": .*blazeface-full/,
  },
  {
    what: "names a class that the model does not know",
    list: "feeds:\n  - { name: a, url: udp://a:1, device: cpu, classes: dog }",
    code: 2,
    words: /line 2, column 5: feed "a": --classes: .*dog/,
  },
] as const;

Deno.test.each(REFUSED)(
  "steadybox run --sources ends with one line where the list $what",
  ({ list, code, words }) =>
    inRunDir(async (dir) => {
      if (list !== undefined) await Deno.writeTextFile(`${dir}/feeds.yaml`, list);
      const ended = await runProgram(["run", "--sources", "feeds.yaml"], { dir });
      assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
      assertMatch(ended.stderr, words);
      assertEquals(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
    }),
);

Deno.test({
  name: "steadybox run --sources: dead, silent and garbled feeds leave five others alone",
  ignore: !hasRtspServer(),
  fn: () =>
    inRunDir(async (dir) => {
      const clip = `${dir}/clip.h264`;
      await encodedClip(clip);
      const [good, bad] = [freePort(), freePort()];
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      await using _good = await Replays.start({ port: good, clip, count: 5 });
      await using _bad = await Replays.start({ port: bad, clip, garble: 100 });
      const five = [0, 1, 2, 3, 4].map((i) => ({
        name: `good${i}`,
        url: `rtsp://127.0.0.1:${good}/${i}`,
      }));
      await writeList(dir, [
        { name: "dead", url: `rtsp://user:secret@127.0.0.1:${freePort()}/x` },
        { name: "silent", url: `rtsp://127.0.0.1:${silent.addr.port}/x` },
        { name: "garbled", url: `rtsp://127.0.0.1:${bad}/0` },
        ...five,
      ]);
      await using program = new Watching(dir);
      for (const { name } of five) await growing(`${dir}/${name}.jsonl`, 30);
      await program.hear(/^silent: Cannot receive/m);
      const children = await childrenOf(program.child.pid);
      await signalGroup(program.child, "INT");
      assertEquals(await program.ended(), [130, ""], program.said);
      assertMatch(program.said, /^dead: Cannot receive rtsp:\/\/127.*refused$/m);
      assertEquals(program.said.includes("secret"), false);
      assertMatch(program.said, /^dead: Ended before its first frame$/m);
      for (const { name, url } of five) {
        assertStringIncludes(program.said, `${name}, ended by SIGINT: ${url}`);
        const lines = await linesIn(`${dir}/${name}.jsonl`);
        const times = lines.map(({ timestamp }) => timestamp as number);
        assert(times.every((time, i) => i === 0 || time > times[i - 1]!));
        assertEquals(new Set(lines.map(({ source }) => source)), new Set([url]));
        assert(lines.some(({ objects }) => (objects as unknown[]).length > 0), `${name}: no face`);
      }
      assertMatch(program.said, /^blazeface-short on cpu: [\d,]+ inputs/m);
      assertEquals(program.said.match(/^blazeface-short on cpu/gm)?.length, 1);
      await assertGone(children);
      assertEquals(await ffmpegsAbout(dir), 0);
    }),
});

Deno.test({
  name: "steadybox run --sources takes edits of the list, and none that make no sense",
  ignore: !hasRtspServer(),
  fn: () =>
    inRunDir(async (dir) => {
      const clip = `${dir}/clip.h264`;
      await encodedClip(clip);
      const port = freePort();
      await using _server = await Replays.start({ port, clip, count: 3 });
      const feed = (number: number, settings = {}) => (
        { name: `f${number}`, url: `rtsp://127.0.0.1:${port}/${number}`, ...settings }
      );
      const list = [feed(0), feed(1)];
      await writeList(dir, list);
      await using program = new Watching(dir);
      await growing(`${dir}/f0.jsonl`, 5);
      await growing(`${dir}/f1.jsonl`, 5);

      await Deno.writeTextFile(`${dir}/feeds.yaml`, "feeds:\n  - name: f0\n    urk: x\n");
      await program.hear("the feeds go on as they were");
      assertMatch(
        program.said,
        /line 3, column 5: there is no setting "urk": did you mean url\?; the feeds go on/,
      );
      await growing(`${dir}/f0.jsonl`, 5);

      await writeList(dir, [...list, feed(2)]);
      await program.hear("The list was edited: 1 feed added\n");
      await growing(`${dir}/f2.jsonl`, 5);

      // Its file is there already, so this would lose what is in it.
      await writeList(dir, [feed(0, { conf: 0.9 }), feed(1), feed(2)]);
      await program.hear(/feed "f0": Cannot write .* it exists already.*; the feeds go on/);
      await growing(`${dir}/f0.jsonl`, 5);

      await writeList(dir, [feed(0, { conf: 0.9, jsonl: "again.jsonl" }), feed(2)]);
      await program.hear("The list was edited: 1 feed changed, 1 feed removed\n");
      await growing(`${dir}/again.jsonl`, 5);
      await growing(`${dir}/f2.jsonl`, 5);
      assertEquals(
        program.said.match(/^f2: Connected/gm)?.length,
        1,
        "an untouched feed began anew",
      );
      assertMatch(program.said, /^f1: rtsp:.*\n {2}Frames/m);

      program.child.kill("SIGTERM");
      assertEquals(await program.ended(), [143, ""], program.said);
      const before = (await linesIn(`${dir}/f1.jsonl`)).length;
      assert(before >= 5, "the text of a feed that was removed is gone");
    }),
});
