import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DeviceError } from "../../pipeline/errors.ts";
import type { Picture } from "../../pipeline/picture.ts";
import { planesFrom } from "../../pipeline/planes.ts";
import { inTempDir } from "../../tests/_temp_dir.ts";
import { affineAnswer, affineNetwork } from "../../tests/_tiny_network.ts";
import type { OpenRequest } from "./messages.ts";
import { WorkerSession } from "./worker_session.ts";
import { inputOf } from "../../tests/_input_of.ts";

const hasGpu = await navigator.gpu.requestAdapter() !== null;

function requestFor(device: OpenRequest["device"], threads = 1): OpenRequest {
  return { kind: "open", device, network: affineNetwork(), threads };
}

function rowOf(x: number): { dims: number[]; data: Float32Array<ArrayBuffer> } {
  return { dims: [1, 3], data: Float32Array.of(x, x + 1, x + 2) };
}

async function assertAnswers(session: WorkerSession, x: number): Promise<void> {
  const { doubled, sum } = await session.run(rowOf(x));
  const answer = affineAnswer([x, x + 1, x + 2]);
  assertEquals([[...doubled!.data], [...sum!.data]], [answer.doubled, answer.sum]);
}

/** A worker that opens anything and then does as it is told on the first run. */
function workerThat(onRun: string): URL {
  const code = `
    import { parentPort } from "node:worker_threads";
    parentPort.once("message", (port) => port.onmessage = ({ data }) => {
      if (data.kind === "open") port.postMessage({ kind: "opened", inputShape: ["N", 3] });
      else { ${onRun} }
    });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

Deno.test.each([
  { how: "throws", onRun: `throw new Error("a fault")`, message: /a fault/ },
  { how: "rejects", onRun: `Promise.reject(new Error("a fault"))`, message: /a fault/ },
  { how: "exits", onRun: `process.exit(1)`, message: /its thread ended/ },
  {
    how: "tells of a crash",
    onRun: `port.postMessage({ kind: "crashed", message: "a fault" })`,
    message: /a fault/,
  },
])("WorkerSession fails all runs when the worker $how", async ({ onRun, message }) => {
  await using session = await WorkerSession.open(requestFor("cpu"), {
    description: "",
    workerUrl: workerThat(onRun),
  });
  const runs = [1, 2, 3].map((x) => assertRejects(() => session.run(rowOf(x)), DeviceError));
  for (const error of await Promise.all(runs)) assertMatch(error.message, message);
  await assertRejects(() => session.run(rowOf(4)), DeviceError);
});

Deno.test("WorkerSession ends a worker that never answers", async () => {
  const session = await WorkerSession.open(requestFor("cpu"), {
    description: "",
    workerUrl: workerThat("for (;;);"),
  });
  const run = assertRejects(() => session.run(rowOf(1)), DeviceError, "closed");
  await session[Symbol.asyncDispose]();
  await run;
});

Deno.test("WorkerSession.open() fails when the worker dies before it has opened", async () => {
  const workerUrl = new URL(`data:text/javascript,throw new Error("no start")`);
  const error = await assertRejects(
    () => WorkerSession.open(requestFor("cpu"), { description: "", workerUrl }),
    DeviceError,
  );
  assertMatch(error.message, /no start/);
});

Deno.test("WorkerSession gives up when a GPU is lost twice in one run", async () => {
  await using session = await WorkerSession.open(requestFor("webgpu"), {
    description: "",
    workerUrl: workerThat(`port.postMessage({ kind: "lost", message: "a reset" })`),
  });
  await assertRejects(() => session.run(rowOf(1)), DeviceError, "the GPU was lost: a reset");
});

Deno.test("WorkerSession says how often a GPU found more than there was room for", async () => {
  await using session = await WorkerSession.open(requestFor("webgpu"), {
    description: "",
    workerUrl: workerThat(`
      port.postMessage({ kind: "overflow" });
      port.postMessage({ kind: "answer", id: data.id, outputs: {} });
    `),
  });
  for (const said of ["once", "2 times"]) {
    await session.run(rowOf(1));
    assertEquals(session.fallbacks, [
      `The GPU found more than was expected ${said}: all that it gave was read, then`,
    ]);
  }
});

Deno.test("WorkerSession repeats what a lost GPU was working on, and says so", {
  ignore: !hasGpu,
}, async () => {
  using channel = Object.assign(new BroadcastChannel("lose the GPU"), {
    [Symbol.dispose]: () => channel.close(),
  });
  await using session = await WorkerSession.open(requestFor("webgpu"), {
    description: "",
    workerUrl: new URL("../../tests/_losing_worker.ts", import.meta.url),
  });
  await assertAnswers(session, 1);
  assertEquals(session.fallbacks, []);
  for (const said of [/lost once/, /lost 2 times/]) {
    channel.postMessage("lose");
    for (let round = 0; round < 500 && !said.test(session.fallbacks.join()); round++) {
      await Promise.all([1, 2, 3].map((x) => assertAnswers(session, round + x)));
    }
    assertMatch(session.fallbacks.join(), said);
    await assertAnswers(session, 10);
  }
});

Deno.test("WorkerSession runs one input after the other where a GPU has no room for more", async () => {
  const code = `
    import { parentPort } from "node:worker_threads";
    parentPort.once("message", (port) => port.onmessage = ({ data: { kind, id, question } }) => {
      if (kind === "open") {
        port.postMessage({ kind: "opened", inputShape: ["N", 3, 4, 4], takesBatches: true });
        return;
      }
      const [fit, ...others] = question.picture.fits;
      port.postMessage(others.length
        ? { kind: "lost", message: "no room", isOutOfMemory: true }
        : { kind: "answer", id, outputs: { y: { dims: [1, 1], data: Float32Array.of(fit.offsetX) } } });
    });`;
  await using session = await WorkerSession.open(requestFor("webgpu"), {
    description: "",
    workerUrl: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
  });
  const picture: Picture = {
    planes: planesFrom(new Uint8Array(6), 2, 2),
    colour: { matrix: "bt709", range: "full" },
    input: inputOf(4, 4, { resize: "stretch" }),
    resampler: "bilinear",
    fits: [5, 6, 7].map((offsetX) => ({ scaleX: 1, scaleY: 1, offsetX, offsetY: 0 })),
  };
  for (let round = 0; round < 2; round++) {
    const { y } = await session.runPicture(picture);
    assertEquals([y!.dims, [...y!.data]], [[3, 1], [5, 6, 7]]);
  }
  assertMatch(session.fallbacks.join(), /ran out of memory 2 times: .* one by one/);
  await assertRejects(
    () => session.runPicture({ ...picture, fits: [] }),
    RangeError,
    "without fits",
  );
});

/** Of a worker that answers with its input and its number, from 1, unless it is told to be silent. */
interface SilentWorkerOptions {
  /** The input at which it falls silent for ever. */
  readonly at: number;
  /** How many workers do, one after the other. */
  readonly workers: number;
  /** How it does that. */
  readonly by?: string;
}

/** Opens such a worker. */
function openSilent({ at, workers, by = "" }: SilentWorkerOptions): Promise<WorkerSession> {
  const code = `
    import { parentPort } from "node:worker_threads";
    let number = 0, isSilent = false;
    parentPort.once("message", (port) => port.onmessage = ({ data: { kind, id, question, network } }) => {
      if (kind === "open") {
        number = Atomics.add(network, 0, 1) + 1;
        port.postMessage({ kind: "opened", inputShape: ["N", 3] });
        return;
      }
      const { dims, data } = question.input;
      if (data[0] === ${at} && number <= ${workers}) { isSilent = true; ${by} }
      const worker = { dims: [1], data: Float32Array.of(number) };
      if (!isSilent) port.postMessage({ kind: "answer", id, outputs: { same: { dims, data }, worker } });
    });`;
  // All workers see the same memory: it tells them how many there were.
  const network = new Uint8Array(new SharedArrayBuffer(1)) as unknown as Uint8Array<ArrayBuffer>;
  return WorkerSession.open({ kind: "open", device: "cpu", network, threads: 1 }, {
    description: "",
    workerUrl: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
    silenceMs: 300,
  });
}

/** The input that was answered, and the number of the worker that did. */
async function answerTo(session: WorkerSession, x: number): Promise<[number[], number]> {
  const { same, worker } = await session.run(rowOf(x));
  return [[...same!.data], worker!.data[0]!];
}

Deno.test("WorkerSession repeats what a worker held that gives no answer, and says so", async () => {
  await using session = await openSilent({ at: 2, workers: 1 });
  assertEquals(await answerTo(session, 1), [[1, 2, 3], 1]);
  assertEquals(session.fallbacks, []);
  assertEquals(await Promise.all([2, 3, 4].map((x) => answerTo(session, x))), [
    [[2, 3, 4], 2],
    [[3, 4, 5], 2],
    [[4, 5, 6], 2],
  ]);
  assertMatch(
    session.fallbacks.join(),
    /^The network gave no answer for [\d.]+ s once: .* repeated$/,
  );
  assertEquals(await answerTo(session, 5), [[5, 6, 7], 2]);
});

Deno.test("WorkerSession fails the run at which two workers fall silent, and no other", async () => {
  await using session = await openSilent({ at: 2, workers: 9 });
  await answerTo(session, 1);
  const runs = [2, 3, 4].map((x) => answerTo(session, x));
  const failed = assertRejects(
    () => runs[0]!,
    DeviceError,
    "Cannot run the network: it gave no ans",
  );
  assertEquals(await Promise.all(runs.slice(1)), [[[3, 4, 5], 3], [[4, 5, 6], 3]]);
  await failed;
  assertMatch(session.fallbacks.join(), /2 times/);
});

Deno.test("WorkerSession goes on without a thread that nothing can end", async () => {
  await inTempDir(async (directory) => {
    const pipe = `${directory}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const by = `Deno.openSync(${JSON.stringify(pipe)}).close();`; // It waits for a writer.
    await using session = await openSilent({ at: 2, workers: 1, by });
    await answerTo(session, 1);
    assertEquals(await answerTo(session, 2), [[2, 3, 4], 2]);
    (await Deno.open(pipe, { write: true })).close(); // The thread was still there, and ends now.
  });
});

Deno.test("WorkerSession blames no worker that is asked for nothing", async () => {
  await using session = await openSilent({ at: 9, workers: 0 });
  for (const x of [1, 2]) {
    assertEquals(await answerTo(session, x), [[x, x + 1, x + 2], 1]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  assertEquals(session.fallbacks, []);
});

Deno.test("WorkerSession.open() fails when the worker does not open the network", async () => {
  const workerUrl = new URL("data:text/javascript,setInterval(() => {}, 1000)");
  await assertRejects(
    () => WorkerSession.open(requestFor("cpu"), { description: "", workerUrl, silenceMs: 30 }),
    DeviceError,
    "Cannot open the network: it gave no answer for 0.3 s",
  );
});

Deno.test("WorkerSession computes in several threads of WebAssembly", async () => {
  await using session = await WorkerSession.open(requestFor("wasm", 2), { description: "" });
  await assertAnswers(session, 5);
});
