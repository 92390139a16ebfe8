import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ModelError } from "../../pipeline/errors.ts";
import { downloaded, type DownloadLimits, type DownloadProgress } from "./download.ts";

/** What is downloaded: more than one piece of it. */
const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => i * 31 + (i >> 8));

const SHA256 = new Uint8Array(await crypto.subtle.digest("SHA-256", BYTES)).toHex();

/** Answers a request, told how many there were, and when the test ends. */
type Answer = (
  request: Request,
  count: number,
  ending: Promise<void>,
) => Response | Promise<Response>;

/** A server of a test, and a directory for what comes of it. */
interface Place extends AsyncDisposable {
  readonly origin: string;
  readonly directory: string;
  /** The headers of the requests that came. */
  readonly requests: Headers[];
}

async function served(answer: Answer): Promise<Place> {
  const requests: Headers[] = [];
  const ending = Promise.withResolvers<void>();
  const directory = await Deno.makeTempDir();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, onError: () => new Response(null) },
    (request) => answer(request, requests.push(new Headers(request.headers)), ending.promise),
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    directory,
    requests,
    async [Symbol.asyncDispose]() {
      ending.resolve();
      await server.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Downloads without waiting between attempts, and by default with a single one. */
function fetched(
  { origin, directory }: Place,
  { sha256 = SHA256, path = "/net.onnx", onProgress, ...limits }:
    & DownloadLimits
    & { sha256?: string | undefined; path?: string; onProgress?: (p: DownloadProgress) => void } =
      {},
) {
  return downloaded(
    `${origin}${path}`,
    { sha256, ...onProgress && { onProgress } },
    { directory, retryDelaysMs: [], ...limits },
  );
}

/** The names of what lies in the cache. */
function namesIn({ directory }: Place): string[] {
  return Array.from(Deno.readDirSync(`${directory}/downloads`), ({ name }) => name).sort();
}

/** A server's answer that continues where a range begins, if the file is still the same. */
function rangedAnswer({ headers }: Request, etag: string, bytes: Uint8Array = BYTES): Response {
  const [, first] = /^bytes=(\d+)-$/.exec(headers.get("range") ?? "") ?? [];
  if (first === undefined || headers.get("if-range") !== etag) {
    return new Response(bytes.slice(), { headers: { etag } });
  }
  return new Response(bytes.slice(Number(first)), {
    status: 206,
    headers: { etag, "content-range": `bytes ${first}-${bytes.length - 1}/${bytes.length}` },
  });
}

/** The beginning of the file, behind which the connection breaks. */
function brokenAnswer(etag: string | undefined, sent = 100_000): Response {
  const body = new ReadableStream({
    pull(controller) {
      if (sent === 0) return controller.error(new Error("broken on purpose"));
      controller.enqueue(BYTES.slice(0, sent));
      sent = 0;
    },
  });
  return new Response(body, { headers: etag === undefined ? {} : { etag } });
}

Deno.test("downloaded() gives the file, tells how far it is, and asks no server again", async () => {
  await using place = await served((request) => rangedAnswer(request, '"a"'));
  const told: DownloadProgress[] = [];
  const { bytes, sha256 } = await fetched(place, { onProgress: (progress) => told.push(progress) });
  assertEquals([bytes, sha256], [BYTES, SHA256]);
  assertEquals(told[0], {
    shown: `${place.origin}/net.onnx`,
    receivedBytes: 0,
    totalBytes: BYTES.length,
  });
  assertEquals(told.at(-1)?.receivedBytes, BYTES.length);
  assertEquals((await fetched(place)).bytes, BYTES);
  assertEquals(place.requests.length, 1);
  assertEquals(namesIn(place), [`${SHA256}.onnx`]);
});

Deno.test("downloaded() goes on at the next run where the connection was lost", async () => {
  await using place = await served((request, count) =>
    count === 1 ? brokenAnswer('"a"') : rangedAnswer(request, '"a"')
  );
  await assertRejects(() => fetched(place), ModelError, "Cannot download the model");
  assertEquals(namesIn(place).map((name) => name.replace(/^\w+/, "")), [".part", ".part.json"]);
  const told: number[] = [];
  const { bytes } = await fetched(place, {
    onProgress: ({ receivedBytes }) => told.push(receivedBytes),
  });
  assertEquals(bytes, BYTES);
  assertEquals(told[0], 100_000);
  assertEquals(place.requests[1]?.get("range"), "bytes=100000-");
  assertEquals(namesIn(place), [`${SHA256}.onnx`]);
});

Deno.test("downloaded() goes on by itself when the connection is lost", async () => {
  await using place = await served((request, count) =>
    count < 3 ? brokenAnswer('"a"') : rangedAnswer(request, '"a"')
  );
  assertEquals((await fetched(place, { retryDelaysMs: [0, 0] })).bytes, BYTES);
  assertEquals(place.requests.length, 3);
});

Deno.test("downloaded() begins anew if the file has changed since", async () => {
  await using place = await served((request, count) =>
    count === 1 ? brokenAnswer('"old"') : rangedAnswer(request, '"new"')
  );
  await assertRejects(() => fetched(place), ModelError);
  assertEquals((await fetched(place)).bytes, BYTES);
  assertEquals(place.requests[1]?.get("if-range"), '"old"');
});

Deno.test.each([
  { flaw: "has no entity tag", etag: undefined },
  { flaw: "has a weak entity tag", etag: 'W/"a"' },
])("downloaded() keeps nothing of a broken file that $flaw", async ({ etag }) => {
  await using place = await served((_, count) =>
    count === 1 ? brokenAnswer(etag) : new Response(BYTES)
  );
  await assertRejects(() => fetched(place), ModelError);
  assertEquals(namesIn(place), []);
  assertEquals((await fetched(place)).bytes, BYTES);
  assertEquals(place.requests[1]?.get("range"), null);
});

Deno.test.each([
  {
    flaw: "a part of another file",
    answer: () =>
      new Response(BYTES.slice(100_000), {
        status: 206,
        headers: { etag: '"b"', "content-range": "bytes 100000-299999/300000" },
      }),
  },
  {
    flaw: "another part than asked for",
    answer: () =>
      new Response(BYTES.slice(5), {
        status: 206,
        headers: { etag: '"a"', "content-range": "bytes 5-299999/300000" },
      }),
  },
  { flaw: "no part at all", answer: () => new Response(null, { status: 416 }) },
])("downloaded() asks for all of it if the server gives $flaw", async ({ answer }) => {
  await using place = await served((_, count) =>
    count === 1 ? brokenAnswer('"a"') : count === 2 ? answer() : new Response(BYTES)
  );
  await assertRejects(() => fetched(place), ModelError);
  assertEquals((await fetched(place, { retryDelaysMs: [0] })).bytes, BYTES);
  assertEquals(place.requests[2]?.get("range"), null);
});

Deno.test("downloaded() refuses a wrong SHA-256, keeps nothing, and names both", async () => {
  const wanted = "0".repeat(64);
  await using place = await served(() => new Response(BYTES));
  const { message } = await assertRejects(() => fetched(place, { sha256: wanted }), ModelError);
  assertEquals(
    message,
    `Cannot use the model "${place.origin}/net.onnx": what is there has the SHA-256 ${SHA256}, ` +
      `not ${wanted}`,
  );
  assertEquals(namesIn(place), []);
});

Deno.test("downloaded() refuses what no SHA-256 pins, and tells how to; then it is there", async () => {
  await using place = await served(() => new Response(BYTES));
  const { message } = await assertRejects(
    () => downloaded(`${place.origin}/net.onnx`, {}, { directory: place.directory }),
    ModelError,
  );
  assertMatch(message, new RegExp(`trust it, add --model-sha256 ${SHA256}`));
  assertEquals((await fetched(place)).bytes, BYTES);
  assertEquals(place.requests.length, 1);
});

Deno.test("downloaded() fetches anew what was damaged in the cache", async () => {
  await using place = await served(() => new Response(BYTES));
  await fetched(place);
  await Deno.writeFile(`${place.directory}/downloads/${SHA256}.onnx`, BYTES.slice(1));
  assertEquals((await fetched(place)).bytes, BYTES);
  assertEquals(place.requests.length, 2);
});

Deno.test("downloaded() gives two at a time the same file, from one request", async () => {
  await using place = await served(() => new Response(BYTES));
  const files = await Promise.all([fetched(place), fetched(place)]);
  for (const { bytes } of files) assertEquals(bytes, BYTES);
  assertEquals(place.requests.length, 1);
  assertEquals(namesIn(place), [`${SHA256}.onnx`]);
});

/** A body without end. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
}

const WAYS_OUT: { flaw: string; answer: Answer; message: RegExp; limits?: DownloadLimits }[] = [
  {
    flaw: "a missing file",
    answer: () => new Response("no", { status: 404 }),
    message: /the server answers 404 \(there is no such file\)$/,
  },
  {
    flaw: "a closed door",
    answer: () => new Response("no", { status: 401 }),
    message: /the server answers 401 \(it wants to know who asks\)$/,
  },
  {
    flaw: "a server in trouble",
    answer: () => new Response("no", { status: 503 }),
    message: /the server answers 503$/,
  },
  {
    flaw: "a web page",
    answer: () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    message: /what is there is a web page$/,
  },
  {
    flaw: "garbage",
    answer: () => new Response("Surely not a network."),
    message: /what is there has the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}$/,
  },
  {
    flaw: "a body without end",
    answer: () => new Response(endless()),
    message: /it is over 1000000 bytes$/,
    limits: { maxBytes: 1_000_000 },
  },
  {
    flaw: "a body that is announced to be too long",
    answer: () => new Response(BYTES),
    message: /it is over 1000 bytes$/,
    limits: { maxBytes: 1000 },
  },
  {
    flaw: "a circle of redirections",
    answer: ({ url }) => Response.redirect(`${url}?again`, 302),
    message: /it is redirected more than 5 times$/,
  },
  {
    flaw: "a way to a place that is not safe",
    answer: () => Response.redirect("http://example.invalid/net.onnx?key=secret", 302),
    message: /it is redirected to http:\/\/example.invalid\/net.onnx\?…, which is not safe$/,
  },
  {
    flaw: "a way to a file of this machine",
    answer: () =>
      new Response(null, { status: 302, headers: { location: "file:///etc/passwd.onnx" } }),
    message: /it is redirected to file:\/\/\/etc\/passwd.onnx, which is not safe$/,
  },
  {
    flaw: "silence",
    answer: async (_, __, ending) => (await ending, new Response()),
    message: /the server says nothing for 0.05 s$/,
    limits: { stallMs: 50 },
  },
  {
    flaw: "silence in the middle",
    answer: () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(BYTES.slice(0, 9)) }),
      ),
    message: /the server says nothing for 0.05 s$/,
    limits: { stallMs: 50 },
  },
];

Deno.test.each(WAYS_OUT)(
  "downloaded() ends at $flaw in one line, and keeps nothing",
  async ({ answer, message, limits }) => {
    await using place = await served(answer);
    const error = await assertRejects(() => fetched(place, limits), ModelError);
    assertMatch(error.message, message);
    assertMatch(error.message, /^Cannot (use|download) the model "http:[^\n]+$/);
    assertEquals(namesIn(place), []);
  },
);

Deno.test("downloaded() follows a redirection, and says nothing of the user to another server", async () => {
  await using other = await served(() => new Response(BYTES));
  await using place = await served(({ url }) =>
    url.endsWith("/net.onnx")
      ? Response.redirect(new URL("/other.onnx", url), 301)
      : Response.redirect(`${other.origin}/net.onnx`, 302)
  );
  const url = `${place.origin.replace("//", "//me:se%20cret@")}/net.onnx`;
  const { directory } = place;
  assertEquals((await downloaded(url, { sha256: SHA256 }, { directory })).bytes, BYTES);
  const sent = place.requests.map((headers) => headers.get("authorization"));
  assertEquals(sent, Array(2).fill(`Basic ${btoa("me:se cret")}`));
  assertEquals(other.requests.map((headers) => headers.get("authorization")), [null]);
});

Deno.test("downloaded() never names the password or the key of a URL", async () => {
  await using place = await served(() => new Response("no", { status: 403 }));
  const url = `${place.origin.replace("//", "//me:secret@")}/net.onnx?key=secret`;
  const error = await assertRejects(
    () => downloaded(url, { sha256: SHA256 }, { directory: place.directory }),
    ModelError,
  );
  assert(!Deno.inspect(error).includes("secret"), Deno.inspect(error));
  const { message } = await assertRejects(
    () => downloaded("http://me:secret@[bad/net.onnx?key=secret", {}, { directory: "." }),
    ModelError,
  );
  assertEquals(message, "Cannot download the model: its URL cannot be read");
});

Deno.test("downloaded() leaves what came when it is given up, and goes on later", async () => {
  await using place = await served((request) => rangedAnswer(request, '"a"'));
  const control = new AbortController();
  const givenUp = downloaded(`${place.origin}/net.onnx`, {
    sha256: SHA256,
    signal: control.signal,
    onProgress: ({ receivedBytes }) => receivedBytes > 0 && control.abort(new Error("given up")),
  }, { directory: place.directory });
  await assertRejects(() => givenUp, Error, "given up");
  assertEquals(namesIn(place).map((name) => name.replace(/^\w+/, "")), [".part", ".part.json"]);
  assertEquals((await fetched(place)).bytes, BYTES);
  assertMatch(place.requests[1]?.get("range") ?? "", /^bytes=\d+-$/);
});

Deno.test({
  name: "downloaded() says which permissions it takes, and does not ask for a directory",
  permissions: { net: false, env: false, read: true, write: true },
  fn: async () => {
    const url = "https://example.invalid/net.onnx";
    const { message } = await assertRejects(() => downloaded(url), ModelError);
    assertEquals(
      message,
      `Cannot download the model "${url}": it takes --allow-net=example.invalid, and a directory ` +
        `named in STEADYBOX_CACHE that may be read and written`,
    );
    const directory = await Deno.makeTempDir();
    const { message: other } = await assertRejects(
      () => downloaded(url, {}, { directory }),
      ModelError,
    );
    assertEquals(other, message);
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test.each([
  "http://example.org/net.onnx",
  "ftp://example.org/net.onnx",
  "https://example.org/",
  "https://example.org/net.cfg",
  "https://example.org/.onnx",
  "http://127.0.0.1.example.org/net.onnx",
])("downloaded() refuses %s before it asks anybody", async (url) => {
  await assertRejects(() => downloaded(url, {}, { directory: "." }), ModelError, "Cannot download");
});

Deno.test("downloaded() says in one line that it cannot keep the file", async () => {
  await using place = await served(() => new Response(BYTES));
  await Deno.writeTextFile(`${place.directory}/file`, "not a directory");
  const { message } = await assertRejects(
    () => fetched(place, { directory: `${place.directory}/file` }),
    ModelError,
  );
  assertMatch(message, /^Cannot keep the model "http:[^\n]+" in "[^\n]+file\/downloads": [^\n]+$/);
});
