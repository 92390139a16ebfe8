/**
 * `steadybox run` as others see it while it goes on: on its page, by its metrics, and at a broker; and how
 * long a camera's picture takes to get there.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hasMqttServer, Listener, MqttServer } from "./_mqtt_server.ts";
import { runProgram, startProgram } from "./_program.ts";
import { Camera, drawnAtMs, freePort, hasRtspServer } from "./_rtsp_server.ts";
import { inTempDir } from "./_temp_dir.ts";

const CLIP = new URL("fixtures/clips/talking_face.mp4", import.meta.url).pathname;

/** What a program says on standard error, to be waited for. */
class Saying {
  text = "";
  readonly ended: Promise<void>;
  #changed: () => void = () => {};

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#hear(stream);
  }

  async #hear(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.text += part;
      this.#changed();
    }
    this.#changed();
  }

  /** Waits for what an expression captures. */
  async captured(expression: RegExp): Promise<string> {
    const found = () => expression.exec(this.text)?.[1];
    const said = new Promise<void>((resolve) => this.#changed = () => found() && resolve());
    if (!found()) await Promise.race([said, this.ended]);
    const text = found();
    if (text === undefined) throw new Error(`The program did not say ${expression}: ${this.text}`);
    return text;
  }
}

/** How old the picture of a camera is when a viewer of the page has it, in milliseconds. */
async function agesOnPage(url: string, count: number): Promise<number[]> {
  const socket = new WebSocket(`${url.replace("http", "ws")}live`);
  socket.binaryType = "arraybuffer";
  const ages: number[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const read = async (data: ArrayBuffer, seenAtMs: number) => {
    const jpeg = new Uint8Array(data, 4 + new DataView(data).getUint32(0));
    ages.push(seenAtMs - drawnAtMs({ planes: await lumaOf(jpeg) } as never));
    if (ages.length >= count) resolve();
    else socket.send("0");
  };
  let reading = Promise.resolve();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") return socket.send("0");
    const seenAtMs = Date.now();
    reading = reading.then(() => read(data, seenAtMs));
  };
  await done;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  await reading;
  return ages;
}

/** The luma of a JPEG, 320x240. */
async function lumaOf(
  jpeg: Uint8Array<ArrayBuffer>,
): Promise<{ y: Uint8Array; width: number; height: number }> {
  const child = new Deno.Command("ffmpeg", {
    args: [
      "-v",
      "error",
      "-f",
      "mjpeg",
      "-i",
      "pipe:0",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "gray",
      "pipe:1",
    ],
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  }).spawn();
  const [y] = await Promise.all([
    child.stdout.bytes(),
    ReadableStream.from([jpeg]).pipeTo(child.stdin),
    child.status,
  ]);
  return { y, width: 320, height: 240 };
}

Deno.test({
  name: "steadybox run shows a camera on its page while it is news, and tells Prometheus of it",
  ignore: !hasRtspServer(),
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const port = freePort();
      await using _camera = await Camera.start({ port });
      const url = `rtsp://user:secret@127.0.0.1:${port}/camera?key=secret`;
      const args = ["run", url, "--device", "cpu", "--view", "0", "--metrics", "0"];
      const child = startProgram(args, { dir, mayAsk: "127.0.0.1" });
      const stdout = child.stdout.text();
      const saying = new Saying(child.stderr);
      const page = await saying.captured(/^Look at (\S+)$/m);
      const metrics = await saying.captured(/^Metrics at (\S+)$/m);
      const ages = (await agesOnPage(page, 30)).slice(5).sort((a, b) => a - b);
      const median = ages[Math.floor(ages.length / 2)]!;
      // A second on an idle machine; a busy one is no fault of the program.
      assert(median > 0 && median < 3000, `glass to glass: ${ages}`);
      const text = await (await fetch(metrics)).text();
      assertMatch(text, /^steadybox_frames_processed_total\{source="rtsp:\S+"\} [1-9]\d*$/m);
      assertMatch(text, /^steadybox_stage_seconds_count\{source="\S+",stage="infer"\} [1-9]/m);
      const status = await (await fetch(`${page}status`)).text();
      assertEquals(JSON.parse(status).feeds[0].name, `rtsp://127.0.0.1:${port}/camera?…`);
      child.kill("SIGTERM");
      assertEquals((await child.status).code, 143);
      await saying.ended;
      assertMatch(
        saying.text,
        /Latency +to result p50 [\d.]+, p95 [\d.]+, p99 [\d.]+ ms; to output p50 [\d.]+/,
      );
      const told = [saying.text.replaceAll("?key=secret", ""), text, status, await stdout].join(
        "\n",
      );
      assert(!told.includes("secret"), told);
    }),
});

Deno.test({
  name: "steadybox run publishes who appears and who leaves",
  ignore: !hasMqttServer(),
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.mkdir(`${dir}/tmp`);
      const port = freePort();
      await using _server = await MqttServer.start(port);
      await using listener = await Listener.at(port);
      const clip = CLIP;
      const url = `mqtt://me:secret@127.0.0.1:${port}/cams`;
      const args = ["run", clip, "--duration", "2", "--device", "cpu", "--mqtt", url];
      const { code, stderr } = await runProgram(args, { dir, mayAsk: "127.0.0.1" });
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, `Published 2 of 2 events to mqtt://127.0.0.1:${port}/cams`);
      assert(!stderr.includes("secret"));
      await listener.until(() => listener.messages.length >= 4);
      const texts = listener.messages.map(({ text }) => text);
      assertEquals([texts[0], texts.at(-1)], ["online", "offline"]);
      const events = texts.slice(1, -1).map((text) => JSON.parse(text));
      assertEquals(events.map(({ event, id, label }) => [event, id, label]), [
        ["appeared", 1, "face"],
        ["left", 1, "face"],
      ]);
      assert(events[1].seen_for_ms > 1800 && events[0].confidence > 0.5 && events[0].box.w > 10);
      assertEquals(events[0].resolution.width > 0, true);
    }),
});

Deno.test("steadybox run refuses what cannot be shown, before it begins", () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/tmp`);
    const clip = CLIP;
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const cases = [
      [["--view", `${taken.addr.port}`], 4, /something else listens there already/],
      [["--mqtt", "mqtt://127.0.0.1"], 4, /without a topic/],
      [["--mqtt", "mqtt://127.0.0.1/a", "--no-track"], 2, /followed/],
      [["--view", "0", "--quiet"], 2, /nobody would learn its address/],
      [["--view", "99999"], 2, /Expected a port/],
    ] as const;
    for (const [args, code, words] of cases) {
      const ended = await runProgram(["run", clip, ...args], { dir, mayAsk: "127.0.0.1" });
      assertEquals(ended.code, code, ended.stderr);
      assertMatch(ended.stderr, words);
    }
    const without = await runProgram(["run", clip, "--view", "8099"], { dir });
    assertEquals(without.code, 1, without.stderr);
    assertStringIncludes(without.stderr, "--allow-net=127.0.0.1:8099");
  }));
