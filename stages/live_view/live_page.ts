import type { Detected } from "../../pipeline/items.ts";
import { type MeteredStage, stage } from "../../pipeline/stage.ts";
import { plainAnswer, refusalOf, SECURITY_HEADERS } from "./admission.ts";
import type { FeedWatch } from "./feed_watch.ts";
import { HEALTH_RULES } from "./health.ts";
import { authorityOf } from "./host.ts";
import { type Address, listen } from "./listen.ts";
import css from "./page/page.css" with { type: "text" };
import html from "./page/page.html" with { type: "text" };
import script from "./page/page.js" with { type: "text" };
import { PictureTap } from "./picture_tap.ts";
import { Viewer } from "./viewer.ts";

/** How a page is served. */
export interface LivePageOptions extends Address {
  /**
   * What whoever wants to see the page has to know, part of its URL. Needed wherever it is bound to more
   * than this machine itself, where it is made by chance if absent.
   */
  readonly token?: string;
  /** What the run works with, in words, by what it is, such as `{ Model: "blazeface-full" }`. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** How often news are told, in milliseconds. */
const NEWS_MS = 500;

/** How many may look at a time. */
const MAX_VIEWERS = 64;

/** How long goodbyes may take, in milliseconds. */
const FAREWELL_MS = 1000;

const FILES: Readonly<Record<string, readonly [type: string, content: string]>> = {
  "/": ["text/html; charset=utf-8", html],
  "/page.css": ["text/css; charset=utf-8", css],
  "/page.js": ["text/javascript; charset=utf-8", script],
};

/**
 * A page that shows a run while it goes on: the annotated pictures of each feed or file, what is on
 * them, and how it comes through. For all browsers on this machine, and for others by a token.
 *
 * Each viewer asks for the next picture when it has shown the last one, so each sees the newest at its
 * own pace, and who is stuck holds nobody. While nobody looks nothing is encoded. Only GET is answered;
 * besides the page there is `/status`, the figures as JSON.
 *
 * @example A page for a pipeline
 * ```ts ignore
 * await using page = LivePage.open({ port: 8080 });
 * const watch = new FeedWatch({ name: "camera", isFeed: true });
 * const feed = receive(url, { onEvent: (event) => watch.note(event) });
 * watch.count(feed.statistics);
 * console.log(`Look at ${page.url}`);
 * await detections // of the frames of the feed
 *   .pipeThrough(watch.results())
 *   .pipeThrough(annotate())
 *   .pipeThrough(page.show(watch))
 *   .pipeTo(discard());
 * ```
 */
export class LivePage implements AsyncDisposable {
  /** Where it is, with the token if it needs one. */
  readonly url: string;
  readonly #watches: FeedWatch[] = [];
  readonly #taps: PictureTap[] = [];
  readonly #viewers = new Set<Viewer>();
  #facts: Readonly<Record<string, string>>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #ending: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #allGone: (() => void) | undefined;

  private constructor({ token, facts = {}, ...address }: LivePageOptions) {
    const { server, hostname, port, token: needed } = listen(
      { ...address, needsToken: true, ...token !== undefined && { token } },
      (request, admission) => refusalOf(request, admission) ?? this.#answer(request),
    );
    this.#server = server;
    this.#facts = facts;
    const query = needed === undefined ? "" : `?token=${needed}`;
    this.url = `http://${authorityOf(hostname, port)}/${query}`;
  }

  /**
   * Opens a page.
   *
   * @param options Where, and for whom.
   * @throws {OutputError} If the port cannot be had.
   */
  static open(options: LivePageOptions = {}): LivePage {
    return new LivePage(options);
  }

  /** Tells what the run works with, in words, by what it is. */
  tell(facts: Readonly<Record<string, string>>): void {
    this.#facts = facts;
  }

  /**
   * Adds a feed, or a file, to the page; it takes the place of one of the same name.
   *
   * @param watch What watches it.
   * @returns The stage behind `annotate()` whose frames are shown. What flows through it is untouched.
   */
  show<T extends Detected>(watch: FeedWatch): MeteredStage<T, T> {
    const known = this.#watches.findIndex(({ name }) => name === watch.name);
    const place = known < 0 ? this.#watches.length : known;
    const tap = new PictureTap(place);
    this.#watches[place] = watch;
    this.#taps[place] = tap;
    return stage("view", async function* view(items: AsyncIterable<T>) {
      try {
        for await (const item of items) {
          tap.offer(item);
          yield item;
        }
      } finally {
        await tap[Symbol.asyncDispose]();
        watch.end();
      }
    });
  }

  /**
   * Tells all viewers that the run has ended, and closes the page.
   *
   * @param words How it ended.
   */
  async end(words: string): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = words;
    clearInterval(this.#timer);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#allGone = resolve;
    const news = this.#news();
    for (const viewer of this.#viewers) {
      viewer.tell(news);
      viewer.close();
    }
    if (this.#viewers.size === 0) resolve();
    const timer = setTimeout(resolve, FAREWELL_MS);
    await promise;
    clearTimeout(timer);
    await this.#server.shutdown();
  }

  /** Ends the page, without a word about the run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("The run has ended");
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    if (pathname === "/live") return this.#upgraded(request);
    if (pathname === "/status") {
      const headers = { ...SECURITY_HEADERS, "content-type": "application/json" };
      return new Response(`${this.#news()}\n`, { headers });
    }
    const [type, content] = Object.hasOwn(FILES, pathname) ? FILES[pathname]! : [];
    if (type === undefined) return plainAnswer(404, "There is nothing of that name");
    return new Response(content, { headers: { ...SECURITY_HEADERS, "content-type": type } });
  }

  #upgraded(request: Request): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return plainAnswer(426, "This is for the page itself", { upgrade: "websocket" });
    }
    if (this.#viewers.size >= MAX_VIEWERS) return plainAnswer(503, "Too many look already");
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 30 });
    new Viewer(socket, this.#taps, (viewer, hasGone) => this.#count(viewer, hasGone));
    return response;
  }

  #count(viewer: Viewer, hasGone: boolean): void {
    if (hasGone) this.#viewers.delete(viewer);
    else {
      this.#viewers.add(viewer);
      viewer.tell(this.#news());
      if (this.#ending !== undefined) viewer.close();
    }
    if (this.#viewers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#allGone?.();
    } else if (this.#ending === undefined) {
      this.#timer ??= setInterval(() => this.#tellAll(), NEWS_MS);
    }
  }

  #tellAll(): void {
    const news = this.#news();
    for (const viewer of this.#viewers) viewer.tell(news);
  }

  /** What is known, as JSON. */
  #news(): string {
    return JSON.stringify({
      facts: this.#facts,
      rules: HEALTH_RULES,
      feeds: this.#watches.map((watch) => watch.figures()),
      ...this.#ending !== undefined && { ended: this.#ending },
    });
  }
}
