// Shows what a run tells: news as JSON, pictures as JPEG behind a description of what is on them.
// All text comes from outside, so it is only ever set as text.

/** How long it is waited before the next attempt to connect, in milliseconds. */
const RETRY_MS = 2000;

/** How old the picture of a live feed may be until it is said so, in milliseconds. */
const STALE_MS = 3000;

const byId = (id) => document.getElementById(id);
const count = new Intl.NumberFormat("en");

/** What is shown of each feed, by its number. */
const cards = [];
let socket;
let hasEnded = false;

/** A feed's part of the page. */
class Card {
  constructor(feed) {
    this.feed = feed;
    const root = byId("feed").content.firstElementChild.cloneNode(true);
    this.parts = Object.fromEntries(
      [...root.querySelectorAll("[data-is]")].map((part) => [part.dataset.is, part]),
    );
    this.picture = root.querySelector(".picture");
    this.canvas = root.querySelector("canvas");
    this.shownAtMs = undefined;
    this.isAsking = false;
    this.isInView = true;
    new IntersectionObserver(([entry]) => {
      this.isInView = entry.isIntersecting;
      this.ask();
    }).observe(root);
    byId("feeds").append(root);
  }

  /** Asks for the next picture, unless nobody would see it. */
  ask() {
    if (this.isAsking || !this.isInView || document.hidden) return;
    if (socket?.readyState !== WebSocket.OPEN) return;
    this.isAsking = true;
    socket.send(String(this.feed));
  }

  async show({ objects, count: found }, jpeg) {
    this.isAsking = false;
    const bitmap = await createImageBitmap(jpeg);
    if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
      this.canvas.width = bitmap.width;
      this.canvas.height = bitmap.height;
    }
    this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    this.shownAtMs = performance.now();
    this.parts.notice.textContent = "";
    delete this.picture.dataset.isStale;
    this.parts.count.textContent = count.format(found);
    this.canvas.setAttribute("aria-label", `The picture of now, with ${found} objects`);
    this.list(objects);
    this.ask();
  }

  list(objects) {
    const { objects: list } = this.parts;
    while (list.children.length > objects.length) list.lastChild.remove();
    objects.forEach(({ id, label, confidence, colour }, at) => {
      const line = list.children[at] ?? list.appendChild(lineOfObject());
      const [mark, name, meter, share] = line.children;
      mark.style.background = `rgb(${colour.join(" ")})`;
      setText(name, id === undefined ? label : `${label} #${id}`);
      meter.value = confidence;
      setText(share, confidence.toFixed(2));
    });
  }

  tell(figures) {
    const { parts } = this;
    const { name, isFeed, health, reconnections, losses, events, fps, latencyMs } = figures;
    setText(parts.name, name);
    const level = figures.hasEnded ? "ended" : health?.level ?? "";
    setText(parts.health, level);
    parts.health.dataset.level = level;
    setText(parts.reason, figures.hasEnded ? "" : health?.reason ?? "");
    const rate = `${fps.toFixed(fps < 10 ? 1 : 0)} fps`;
    show(parts.fps, rate, figures.width ? `${figures.width}×${figures.height}` : "");
    show(
      parts.latency,
      latencyMs ? `${latencyMs.p50.toFixed(0)} / ${latencyMs.p95.toFixed(0)} ms` : "",
    );
    show(parts.frames, count.format(figures.frames), ...shareOf(figures));
    const dropped = Object.entries(figures.dropped).filter(([, number]) => number > 0);
    const inAll = dropped.reduce((sum, [, number]) => sum + number, 0);
    show(parts.dropped, isFeed ? count.format(inAll) : "", listed(dropped));
    show(
      parts.reconnections,
      isFeed ? count.format(reconnections) : "",
      listed(Object.entries(losses)),
    );
    parts.history.hidden = events.length === 0;
    parts.events.replaceChildren(...events.map(lineOfEvent));
    this.doubt(figures.isFeed && !figures.hasEnded);
  }

  /** Says it if the picture of a feed is not of now. */
  doubt(isLive) {
    if (this.shownAtMs === undefined || !isLive || document.hidden) return;
    const ageMs = performance.now() - this.shownAtMs;
    if (ageMs < STALE_MS || !this.isAsking) return;
    this.picture.dataset.isStale = "";
    setText(this.parts.notice, `No picture for ${Math.floor(ageMs / 1000)} s`);
  }

  stop(words) {
    this.isAsking = false;
    this.picture.dataset.isStale = "";
    setText(this.parts.notice, words);
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows a figure with what explains it; without a figure, its tile is left out. */
function show(element, figure, explanation = "") {
  element.parentElement.hidden = figure === "";
  const key = `${figure}\n${explanation}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const small = document.createElement("small");
  small.textContent = explanation;
  element.replaceChildren(figure, ...(explanation ? [small] : []));
}

function listed(pairs) {
  return pairs.map(([name, number]) => `${name} ${count.format(number)}`).join(", ");
}

function shareOf({ frames, frameCount, isFeed, received }) {
  if (isFeed) return [`of ${count.format(received)} received`];
  return frameCount ? [`${Math.floor(Math.min(1, frames / frameCount) * 100)} % of the file`] : [];
}

function lineOfObject() {
  const line = document.createElement("li");
  const meter = document.createElement("meter");
  meter.max = 1;
  line.append(...["i", "b"].map((tag) => document.createElement(tag)), meter);
  line.append(document.createElement("span"));
  return line;
}

function lineOfEvent({ atMs, text }) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date(atMs).toLocaleTimeString("en-GB");
  line.append(time, text);
  return line;
}

function pairsOf(record) {
  return Object.entries(record).flatMap(([name, words]) => {
    const term = document.createElement("dt");
    const description = document.createElement("dd");
    term.textContent = name;
    description.textContent = words;
    return [term, description];
  });
}

function tellState(state, words) {
  byId("state").dataset.state = state;
  setText(byId("state"), words);
}

function tellNews({ facts, rules, feeds, ended }) {
  setText(byId("facts"), Object.values(facts).join(" · "));
  if (byId("rules").childElementCount === 0) byId("rules").append(...pairsOf(rules));
  feeds.forEach((figures, at) => {
    cards[at] ??= new Card(at);
    cards[at].tell(figures);
    cards[at].ask();
  });
  if (ended === undefined) return tellState("live", "Live");
  hasEnded = true;
  tellState("ended", ended);
  for (const card of cards) card.stop(ended);
}

function tellPicture(message) {
  const length = new DataView(message).getUint32(0);
  const description = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length)));
  const jpeg = new Blob([new Uint8Array(message, 4 + length)], { type: "image/jpeg" });
  cards[description.feed]?.show(description, jpeg).catch(() => {});
}

function connect() {
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) =>
    typeof data === "string" ? tellNews(JSON.parse(data)) : tellPicture(data);
  socket.onclose = () => {
    if (hasEnded) return;
    tellState("lost", "Not connected: the run has ended, or cannot be reached");
    for (const card of cards) card.stop("Not connected");
    setTimeout(connect, RETRY_MS);
  };
}

document.addEventListener("visibilitychange", () => cards.forEach((card) => card.ask()));
connect();
