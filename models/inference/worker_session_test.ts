import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DeviceError } from "../../pipeline/errors.ts";
import type { Picture } from "../../pipeline/picture.ts";
import { planesFrom } from "../../pipeline/planes.ts";
import { affineAnswer, affineNetwork } from "../../tests/_tiny_network.ts";
import type { OpenRequest } from "./messages.ts";
import { WorkerSession } from "./worker_session.ts";

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
    input: {
      width: 4,
      height: 4,
      layout: "nchw",
      channels: "rgb",
      resize: "stretch",
      border: [0, 0, 0],
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
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

Deno.test("WorkerSession computes in several threads of WebAssembly", async () => {
  await using session = await WorkerSession.open(requestFor("wasm", 2), { description: "" });
  await assertAnswers(session, 5);
});
