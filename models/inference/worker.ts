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
import type { GpuOutput } from "../gpu/gpu_reader.ts";
import { GpuRuns } from "../gpu/gpu_runs.ts";
import { findAdapter } from "./adapter.ts";
import { checkInterface, isHalfTensor, takesBatches } from "./check_interface.ts";
import { requestDevice, watchDevice } from "./gpu_device.ts";
import { listen } from "./listen.ts";
import {
  messageOf,
  type OpenRequest,
  type Question,
  type RunRequest,
  type WorkerReply,
  type WorkerRequest,
} from "./messages.ts";
import { takeBatch } from "./run_queue.ts";

/** A network ready to run. */
interface Opened {
  readonly session: Runtime.InferenceSession;
  /** How large a picture it takes, in bytes of its planes; absent where it takes tensors alone. */
  readonly maxPictureBytes?: number;
  /**
   * Starts a run of what goes through the network at once. What it resolves to waits for the outputs,
   * which may overlap the next run.
   */
  start(questions: readonly Question[]): Promise<() => Promise<Outputs[]>>;
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
  // Outputs are never in shared memory.
  port?.postMessage(reply, [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))]);
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
  { network, device }: OpenRequest,
  options: Runtime.InferenceSession.SessionOptions,
): Promise<Runtime.InferenceSession> {
  try {
    const session = await runtime.InferenceSession.create(network, {
      ...COMMON_OPTIONS,
      ...options,
    });
    checkInterface(session, device === "webgpu");
    return session;
  } catch (error) {
    // The browser builds load their machine code only here, and a GPU may know no half precision.
    const isDevice = /no available backend found|requires f16/.test(messageOf(error));
    throw new Refusal(isDevice ? "device" : "model", error);
  }
}

/** Opens a network on this processor, natively or through WebAssembly. */
async function openOnProcessor(runtime: typeof Runtime, request: OpenRequest): Promise<Opened> {
  const { device, threads } = request;
  const session = await createSession(runtime, request, {
    executionProviders: [device],
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  // The native runtime reads no shared memory, so inputs are copied, one into the other's place.
  let input: Runtime.TypedTensor<"float32"> | undefined;
  const start = async ([question]: readonly Question[]) => {
    if (!question || !("input" in question)) throw new Error("it takes tensors alone");
    const { data, dims } = question.input;
    if (input?.dims.join() !== dims.join()) {
      input = new runtime.Tensor("float32", new Float32Array(data.length), dims);
    }
    (input.data as Float32Array).set(data);
    const results = Object.entries(await session.run({ [session.inputNames[0]!]: input }));
    const outputs = results.map(([name, { data, dims }]) => [name, ownTensor(data, dims)]);
    return () => Promise.resolve([Object.fromEntries(outputs)]);
  };
  return { session, start };
}

/** A tensor whose memory can be handed over: none of the runtime's, nor shared. */
function ownTensor(data: Runtime.Tensor.DataType, dims: readonly number[]): Tensor {
  return { data: new Float32Array(data as Float32Array), dims: [...dims] };
}

/** Opens a network on a GPU. */
async function openOnGpu(runtime: typeof Runtime, request: OpenRequest): Promise<Opened> {
  const found = await findAdapter();
  if (!found) throw new Refusal("device", "no GPU was found");
  const device = await requestDevice(found.adapter);
  watchDevice(device, (complaint, isOutOfMemory) => {
    say({ kind: "lost", message: messageOf(complaint), isOutOfMemory });
  });
  const session = await createSession(runtime, request, {
    // Only here does the runtime take a device of ours; `env.webgpu.device` is silently ignored.
    executionProviders: [{ name: "webgpu", device }],
    // Else each output is waited for by itself, and each wait lasts 11 ms in Deno.
    preferredOutputLocation: "gpu-buffer",
  });
  const isHalf = isHalfTensor(session.inputMetadata[0]);
  const dataType = isHalf ? "float16" : "float32";
  const runs = new GpuRuns<Runtime.Tensor>(device, {
    inputType: isHalf ? "f16" : "f32",
    inputOf: (data, dims) => {
      // The runtime's types know numbers of 16 bits as whole ones only.
      const own = isHalf ? new Uint16Array(new Float16Array(data).buffer) : data.slice();
      return new runtime.Tensor(dataType, own, dims);
    },
    inputIn: (buffer, dims) => runtime.Tensor.fromGpuBuffer(buffer, { dataType, dims }),
    // The runtime's types know no GPU buffers; asked for above, they are there.
    run: async (input) => {
      const outputs: unknown = await session.run({ [session.inputNames[0]!]: input });
      return outputs as Record<string, GpuOutput>;
    },
    onOverflow: () => say({ kind: "overflow" }),
  });
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const maxPictureBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return { session, maxPictureBytes, start: (questions) => runs.start(questions) };
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
/** How many inputs it takes at once. */
let maxBatch = 1;

async function answerOpen(request: OpenRequest): Promise<void> {
  opening = open(request);
  isOnGpu = request.device === "webgpu";
  try {
    const { session, maxPictureBytes } = await opening;
    const [input] = session.inputMetadata;
    const inputShape = input?.isTensor ? input.shape : [];
    const isBatched = takesBatches(session);
    maxBatch = isBatched ? request.maxBatch ?? Infinity : 1;
    say({
      kind: "opened",
      inputShape,
      takesBatches: isBatched,
      ...maxPictureBytes !== undefined && { maxPictureBytes },
    });
  } catch (error) {
    const fault = error instanceof Refusal ? error.fault : "device";
    say({ kind: "refused", fault, message: messageOf(error) });
  }
}

/** What waits for the network. */
const queue: RunRequest[] = [];
let isRunning = false;

/**
 * Runs the network on what waits, one run at a time: two would freeze the thread for ever on a GPU, and
 * spoil each other's memory in WebAssembly.
 */
async function runAll(): Promise<void> {
  if (isRunning) return;
  isRunning = true;
  while (queue.length > 0) {
    await opening?.catch(() => {}); // Until then it is unknown how much goes at once.
    const batch = takeBatch(queue, maxBatch);
    const started = opening!.then(({ start }) => start(batch.map(({ question }) => question)));
    answer(batch, started);
    await started.catch(() => {});
    // What came in meanwhile joins the queue first, so that it goes along.
    if (isOnGpu) await new Promise((resolve) => setImmediate(resolve));
  }
  isRunning = false;
}

async function answer(
  batch: readonly RunRequest[],
  started: Promise<() => Promise<Outputs[]>>,
): Promise<void> {
  try {
    const read = await started;
    for (const [i, outputs] of (await read()).entries()) {
      say({ kind: "answer", id: batch[i]!.id, outputs });
    }
  } catch (error) {
    const message = messageOf(error);
    if (isOnGpu) await new Promise((resolve) => setTimeout(resolve)); // A loss is told before.
    const isOutOfMemory = isOnGpu && /out of memory/i.test(message); // As the runtime puts it.
    if (isLoss(error) || isOutOfMemory) say({ kind: "lost", message, isOutOfMemory });
    else for (const { id } of batch) say({ kind: "failed", id, message });
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
    if (request.kind === "open") return answerOpen(request);
    queue.push(request);
    runAll();
  });
});
