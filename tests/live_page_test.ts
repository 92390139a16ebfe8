/**
 * The page that shows a run: for many viewers, for stuck ones and for none, in a real browser, and to the
 * end of the run.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Detected, discard, FeedWatch, LivePage, OutputError, stage } from "../mod.ts";
import { Browser, hasBrowser } from "./_browser.ts";
import { liveFrames } from "./_live_frames.ts";
import { ffmpegsAbout } from "./_program.ts";
import { inTempDir } from "./_temp_dir.ts";

/** What a page is sent of a picture. */
interface Description {
  readonly feed: number;
  readonly index: number;
  readonly objects: readonly { readonly id: number; readonly label: string }[];
}

const LABEL = "<img src=x onerror=alert(1)>";

/** A run of made frames that goes on until it is ended. */
class Run implements AsyncDisposable {
  readonly page: LivePage;
  readonly watch: FeedWatch;
  readonly #abortion = new AbortController();
  readonly #run: Promise<void>;

  constructor(page: LivePage, { name = "gate", fps = 25, width = 320, height = 240 } = {}) {
    this.page = page;
    this.watch = new FeedWatch({ name, isFeed: true });
    this.#run = liveFrames({ count: Infinity, fps, width, height })
      .pipeThrough(stage("find", async function* (items: AsyncIterable<Pick<Detected, "frame">>) {
        for await (const { frame } of items) yield { frame, detections: [found(frame.index)] };
      }))
      .pipeThrough(this.watch.results<Detected>())
      .pipeThrough(page.show<Detected>(this.watch))
      .pipeTo(discard(), { signal: this.#abortion.signal });
    this.#run.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abortion.abort();
    await this.#run.catch(() => {});
  }
}

function found(index: number): Detected["detections"][number] & { readonly trackId: number } {
  return {
    box: { x1: 10 + index % 50, y1: 20, x2: 80, y2: 90 },
    ...{ confidence: 0.87, classId: 0, label: LABEL, trackId: 7 },
  };
}

/** Looks at a page by its protocol. */
class Looker implements AsyncDisposable {
  readonly news: { readonly feeds: readonly Record<string, unknown>[]; readonly ended?: string }[] =
    [];
  readonly pictures: { readonly description: Description; readonly jpeg: Uint8Array }[] = [];
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  #changed: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.onclose = () => resolve());
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.news.push(JSON.parse(data));
      else this.pictures.push(partsOf(data));
      this.#changed();
    };
  }

  static async at({ url }: LivePage): Promise<Looker> {
    const socket = new WebSocket(new URL("/live", url.replace("http", "ws")));
    socket.binaryType = "arraybuffer";
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new Looker(socket);
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  /** Asks for a picture, and waits for it. */
  async picture(): Promise<Looker["pictures"][number]> {
    const before = this.pictures.length;
    this.say("0");
    await this.until(() => this.pictures.length > before);
    return this.pictures.at(-1)!;
  }

  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => isSo() && resolve();
      this.#changed();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

function partsOf(message: ArrayBuffer): Looker["pictures"][number] {
  const length = new DataView(message).getUint32(0);
  const description = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length)));
  return { description, jpeg: new Uint8Array(message, 4 + length) };
}

Deno.test("LivePage shows who asks the newest picture, with what is on it", async () => {
  await using page = LivePage.open({ port: 0 });
  await using _run = new Run(page);
  await using looker = await Looker.at(page);
  await looker.until(() => looker.news.some(({ feeds }) => feeds.length > 0));
  const indices: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { description, jpeg } = await looker.picture();
    assertEquals([...jpeg.subarray(0, 2), ...jpeg.subarray(-2)], [255, 216, 255, 217]);
    assertEquals([description.feed, description.objects[0]!.id], [0, 7]);
    indices.push(description.index);
  }
  assert(indices.every((index, i) => i === 0 || index > indices[i - 1]!), indices.join());
});

Deno.test("LivePage makes no picture while nobody asks", async () => {
  await using page = LivePage.open({ port: 0 });
  await using run = new Run(page, { fps: 40, width: 322, height: 242 });
  await using looker = await Looker.at(page);
  await looker.until(() => Number(looker.news.at(-1)?.feeds[0]?.frames) > 20);
  assertEquals(looker.pictures.length, 0);
  assertEquals(await ffmpegsAbout("322x242"), 0);
  await looker.picture();
  assertEquals(await ffmpegsAbout("322x242"), 1);
  await run[Symbol.asyncDispose]();
  assertEquals(await ffmpegsAbout("322x242"), 0);
});

Deno.test("LivePage has one encoder for many viewers, and each sees at its own pace", async () => {
  await using page = LivePage.open({ port: 0 });
  await using _run = new Run(page, { fps: 25, width: 324, height: 244 });
  await using stack = new AsyncDisposableStack();
  const lookers = await Promise.all(Array.from({ length: 12 }, () => Looker.at(page)));
  for (const looker of lookers) stack.use(looker);
  await Promise.all(lookers.map(async (looker, i) => {
    for (let count = 0; count <= i; count++) await looker.picture();
  }));
  assertEquals(await ffmpegsAbout("324x244"), 1);
  assertEquals(lookers.map(({ pictures }) => pictures.length), lookers.map((_, i) => i + 1));
});

Deno.test("LivePage is not slowed by a viewer that asks and asks and reads nothing", async () => {
  await using page = LivePage.open({ port: 0 });
  await using run = new Run(page, { fps: 20, width: 640, height: 360 });
  const { port } = new URL(page.url);
  using stuck = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await stuck.write(new TextEncoder().encode(
    `GET /live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3R1Y2stdmlld2VyLS0tLS0=\r\n\r\n",
  ));
  await stuck.read(new Uint8Array(1024));
  await using looker = await Looker.at(page);
  const before = run.watch.figures().frames;
  for (let i = 0; i < 20; i++) {
    // It asks for pictures, masked by zeros as the protocol wants, and takes none.
    await stuck.write(Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, "0".charCodeAt(0)));
    await looker.picture();
  }
  assert(run.watch.figures().frames - before >= 20);
});

Deno.test("LivePage bears messages that make no sense", async () => {
  await using page = LivePage.open({ port: 0 });
  await using _run = new Run(page);
  await using looker = await Looker.at(page);
  for (const text of ["", "-1", "1e3", "9999", "00000", "__proto__", "x".repeat(100_000)]) {
    looker.say(text);
  }
  assertEquals((await looker.picture()).description.feed, 0);
});

Deno.test("LivePage tells its viewers that the run has ended, and is gone", async () => {
  const page = LivePage.open({ port: 0 });
  await using run = new Run(page);
  await using looker = await Looker.at(page);
  await looker.picture();
  await run[Symbol.asyncDispose]();
  await page.end("The run was ended by SIGTERM");
  await looker.closed;
  assertEquals(looker.news.at(-1)?.ended, "The run was ended by SIGTERM");
  assertEquals(looker.news.at(-1)?.feeds[0]?.hasEnded, true);
  await assertRejects(() => fetch(page.url));
});

Deno.test("LivePage gives figures as JSON to who asks, and nothing else to anybody", async () => {
  await using page = LivePage.open({ port: 0, facts: { model: "made" } });
  await using _run = new Run(page, { name: "yard" });
  const answer = await fetch(new URL("/status", page.url));
  assertStringIncludes(answer.headers.get("content-security-policy")!, "default-src 'none'");
  const { facts, feeds } = await answer.json();
  assertEquals([facts.model, feeds[0].name], ["made", "yard"]);
  for (const path of ["/page", "/..%2fdeno.json", "/constructor", "/live"]) {
    const { status, body } = await fetch(new URL(path, page.url));
    await body?.cancel();
    assertEquals(status, path === "/live" ? 426 : 404, path);
  }
});

Deno.test("LivePage wants a token of other machines, another each time", async () => {
  const tokens: string[] = [];
  for (let i = 0; i < 2; i++) {
    await using page = LivePage.open({ hostname: "0.0.0.0", port: 0 });
    const url = new URL(page.url.replace("0.0.0.0", "127.0.0.1"));
    tokens.push(url.searchParams.get("token")!);
    const wanted = [["/", 401], [`/?token=${tokens[i]}`, 303], ["/live", 401]] as const;
    for (const [path, status] of wanted) {
      const answer = await fetch(new URL(path, url), { redirect: "manual" });
      await answer.body?.cancel();
      assertEquals(answer.status, status, path);
    }
  }
  assert(tokens[0] !== tokens[1] && tokens.every((token) => token.length >= 32));
});

Deno.test("LivePage says that its port is taken", async () => {
  await using page = LivePage.open({ port: 0 });
  const port = Number(new URL(page.url).port);
  const { message } = assertThrows(() => LivePage.open({ port }), OutputError);
  assertEquals(message, `Cannot listen on 127.0.0.1:${port}: something else listens there already`);
});

Deno.test({
  name: "LivePage shows pictures, names and figures in a browser, safely, on desks and phones",
  ignore: !hasBrowser(),
  fn: () =>
    inTempDir(async (dir) => {
      await using page = LivePage.open({ port: 0, facts: { model: "made" } });
      const run = new Run(page, { name: "<script>alert(2)</script>" });
      await using _run = run;
      await using browser = await Browser.start(dir);
      for (
        const screen of [{ width: 1280, height: 800 }, { width: 390, height: 844, isMobile: true }]
      ) {
        await browser.open(page.url, screen);
        await browser.until("document.querySelector('.objects b')?.textContent");
        await browser.until("document.querySelector('.health').textContent === 'excellent'");
        const text = (selector: string) =>
          browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
        assertEquals(await text("h2"), "<script>alert(2)</script>");
        assertEquals(await text(".objects b"), `${LABEL} #7`);
        assertEquals(await text("#state"), "Live");
        assertEquals(await browser.evaluate("document.querySelector('canvas').width"), 320);
        // Bars of black and white: the picture is there, and moves.
        assertEquals(await browser.evaluate(SHADES), 2);
        const { width } = screen;
        const used = Number(await browser.evaluate("document.documentElement.scrollWidth"));
        assert(used <= width, `the page is ${used} wide`);
      }
      await run[Symbol.asyncDispose]();
      await page.end("The run has ended");
      await browser.until("document.querySelector('#state').textContent === 'The run has ended'");
      assertEquals(browser.complaints, []);
    }),
});

/** How many shades the middle row of the canvas has: dark ones, bright ones. */
const SHADES = `(() => {
  const canvas = document.querySelector("canvas");
  const y = canvas.height / 2;
  const { data } = canvas.getContext("2d").getImageData(0, y, canvas.width, 1);
  const shades = new Set();
  for (let x = 0; x < canvas.width; x++) shades.add(data[4 * x] > 128);
  return shades.size;
})()`;
