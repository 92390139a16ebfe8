/**
 * The thread in which networks run, and the only file that imports the inference runtime. Every
 * backend blocks the thread that calls it, and a lost GPU leaves the runtime unusable: hence a
 * thread of its own, which can be replaced.
 *
 * @module
 */

import { type MessagePort, parentPort } from "node:worker_threads";
import type * as Runtime from "onnxruntime-web";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import { findAdapter } from "./adapter.ts";
import { checkInterface, takesBatches } from "./check_interface.ts";
import { requestDevice } from "./gpu_device.ts";
import { GpuReader, type GpuTensor } from "./gpu_reader.ts";
import { listen } from "./listen.ts";
import {
  messageOf,
  type OpenRequest,
  type RunRequest,
  type WorkerReply,
  type WorkerRequest,
} from "./messages.ts";

/** A network ready to run. */
interface Opened {
  readonly session: Runtime.InferenceSession;
  /** Starts a run. What it resolves to waits for the outputs, which may overlap the next run. */
  start(input: Tensor): Promise<() => Promise<Outputs>>;
}

/** Why a network cannot be opened. */
class Refusal extends Error {
  readonly fault: "model" | "device";
  constructor(fault: "model" | "device", cause: unknown) {
    super(messageOf(cause), { cause });
    this.fault = fault;
  }
}

/** The way to the main thread: the first message brings it. */
let port: MessagePort | undefined;

/** Says something to the main thread; memory is handed over, not copied. */
function say(reply: WorkerReply): void {
  const tensors = reply.kind === "answer" ? Object.values(reply.outputs) : [];
  port?.postMessage(reply, [...new Set(tensors.map(({ data }) => data.buffer))]);
}

/** Imports exactly the build that the device needs: each holds megabytes of machine code. */
async function importRuntime({ device, threads }: OpenRequest): Promise<typeof Runtime> {
  if (device === "cpu") return await import("onnxruntime-node");
  // The builds for browsers read `location.origin` when they are loaded. In a worker it is "null",
  // which is no base for an URL; without a location they do not ask.
  Object.defineProperty(globalThis, "location", {
    value: undefined,
    configurable: true,
    writable: true,
  });
  // The bare name is a build without WebGPU, but the only one whose threads start in Deno. It puts
  // Node's `Worker` in the place of `globalThis.Worker`, which nobody in this thread misses.
  const runtime = device === "webgpu"
    ? await import("onnxruntime-web/jspi") // Half the size of the build that uses Asyncify.
    : await import("onnxruntime-web");
  runtime.env.wasm.numThreads = device === "webgpu" ? 1 : threads; // The jspi build's do not start.
  return runtime;
}

/** Options for all devices. The dimensions that a network leaves free stay so: any batch runs. */
const COMMON_OPTIONS: Runtime.InferenceSession.SessionOptions = {
  logSeverityLevel: 3, // The environment's level does not silence a session's warnings.
  // Threads that wait by spinning would take the processor from those that decode and encode.
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};

async function createSession(
  runtime: typeof Runtime,
  network: Uint8Array<ArrayBuffer>,
  options: Runtime.InferenceSession.SessionOptions,
): Promise<Runtime.InferenceSession> {
  try {
    const session = await runtime.InferenceSession.create(network, {
      ...COMMON_OPTIONS,
      ...options,
    });
    checkInterface(session);
    return session;
  } catch (error) {
    // The browser builds load their machine code only here, and a GPU may know no half precision.
    const isDevice = /no available backend found|requires f16/.test(messageOf(error));
    throw new Refusal(isDevice ? "device" : "model", error);
  }
}

/** Opens a network on this processor, natively or through WebAssembly. */
async function openOnProcessor(runtime: typeof Runtime, request: OpenRequest): Promise<Opened> {
  const { device, network, threads } = request;
  const session = await createSession(runtime, network, {
    executionProviders: [device],
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const start = async ({ data, dims }: Tensor) => {
    const feeds = { [session.inputNames[0]!]: new runtime.Tensor("float32", data, dims) };
    const results = Object.entries(await session.run(feeds));
    const outputs = results.map(([name, { data, dims }]) => [name, ownTensor(data, dims)]);
    return () => Promise.resolve(Object.fromEntries(outputs));
  };
  return { session, start };
}

/** A tensor whose memory can be handed over: none of the runtime's, nor shared. */
function ownTensor(data: Runtime.Tensor.DataType, dims: readonly number[]): Tensor {
  return { data: new Float32Array(data as Float32Array), dims: [...dims] };
}

/** Opens a network on a GPU. */
async function openOnGpu(runtime: typeof Runtime, { network }: OpenRequest): Promise<Opened> {
  const found = await findAdapter();
  if (!found) throw new Refusal("device", "no GPU was found");
  const device = await requestDevice(found.adapter);
  device.lost.then(({ reason, message }) => say({ kind: "lost", message: message || reason }));
  const session = await createSession(runtime, network, {
    // Only here does the runtime take a device of ours; `env.webgpu.device` is silently ignored.
    executionProviders: [{ name: "webgpu", device }],
    // Else each output is waited for by itself, and each wait lasts 11 ms in Deno.
    preferredOutputLocation: "gpu-buffer",
  });
  const reader = new GpuReader(device);
  const start = async ({ data, dims }: Tensor) => {
    const feeds = { [session.inputNames[0]!]: new runtime.Tensor("float32", data, dims) };
    const results = await session.run(feeds);
    try {
      // The runtime's types know no GPU buffers; asked for above, they are there.
      return reader.start(results as unknown as Record<string, GpuTensor>);
    } finally {
      // The copies are submitted, so the buffers may be used again; else they would pile up.
      for (const output of Object.values(results)) output.dispose();
    }
  };
  return { session, start };
}

async function open(request: OpenRequest): Promise<Opened> {
  let runtime;
  try {
    runtime = await importRuntime(request);
    return await (request.device === "webgpu" ? openOnGpu : openOnProcessor)(runtime, request);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("device", error);
  }
}

/** The network, from when it is asked for. */
let opening: Promise<Opened> | undefined;
let isOnGpu = false;

async function answerOpen(request: OpenRequest): Promise<void> {
  opening = open(request);
  isOnGpu = request.device === "webgpu";
  try {
    const { session } = await opening;
    const [input] = session.inputMetadata;
    const inputShape = input?.isTensor ? input.shape : [];
    say({ kind: "opened", inputShape, takesBatches: takesBatches(session) });
  } catch (error) {
    const fault = error instanceof Refusal ? error.fault : "device";
    say({ kind: "refused", fault, message: messageOf(error) });
  }
}

let lastStart: Promise<unknown> = Promise.resolve();

async function answerRun({ id, input }: RunRequest): Promise<void> {
  // One run at a time: two would freeze the thread for ever on a GPU, and spoil each other's memory
  // in WebAssembly.
  const started = lastStart.then(async () => (await opening)?.start(input));
  lastStart = started.catch(() => {});
  try {
    const outputs = await (await started)?.();
    if (outputs) say({ kind: "answer", id, outputs });
  } catch (error) {
    const message = messageOf(error);
    if (isOnGpu) await new Promise((resolve) => setTimeout(resolve)); // A loss is told before.
    say(isLoss(error) ? { kind: "lost", message } : { kind: "failed", id, message });
  }
}

/** Whether the runtime died of the loss of its GPU, which itself may become known only later. */
function isLoss(error: unknown): boolean {
  return isOnGpu && error instanceof WebAssembly.RuntimeError;
}

// What belongs to no run is told too, instead of being printed and lost.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  say({ kind: isLoss(event.reason) ? "lost" : "crashed", message: messageOf(event.reason) });
});
addEventListener("error", (event) => {
  event.preventDefault();
  say({ kind: "crashed", message: messageOf(event.error ?? event.message) });
});
parentPort?.once("message", (mainPort: MessagePort) => {
  port = mainPort;
  listen(port, (request: WorkerRequest) => {
    if (request.kind === "open") answerOpen(request);
    else answerRun(request);
  });
});
