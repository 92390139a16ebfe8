import { DeviceError, SteadyboxError } from "../pipeline/errors.ts";
import type { Device, InferenceSession } from "../pipeline/inference_session.ts";
import { percent, tryHalf } from "./half_precision.ts";
import { networkForGpu } from "./inference/gpu_network.ts";
import { halfNetwork } from "./inference/half_network.ts";
import type { OpenRequest } from "./inference/messages.ts";
import { DEVICES, surveyForAuto, surveyOf } from "./inference/survey.ts";
import { switchOffTelemetry } from "./inference/telemetry.ts";
import { type Load, threadCount } from "./inference/thread_count.ts";
import { WorkerSession } from "./inference/worker_session.ts";

/**
 * How many runs a hardware GPU should be asked for at a time: in Deno an answer takes 11 ms at least,
 * whatever its size, in which several batches are done.
 */
const GPU_IN_FLIGHT = 16;

/** Options for {@linkcode openSession}. */
export interface OpenSessionOptions {
  /**
   * What runs the network: `webgpu`, `cpu` or `wasm`; `auto` is a hardware GPU where there is one,
   * else `cpu` where its permission is granted, else `wasm`.
   *
   * @default {"auto"}
   */
  readonly device?: Device | "auto";
  /**
   * How precisely a GPU computes: with `half`, by numbers of 16 bits where it knows them, which moves
   * boxes by fractions of a pixel. The session's `fallbacks` tell by how much the outputs differ, or why
   * it is `single` all the same: on the processor it always is.
   *
   * @default {"single"}
   */
  readonly precision?: "single" | "half";
  /**
   * What else the processor does while the network runs: where that is `light` beside the network, it may
   * have all cores, and where it is `heavy`, such as writing a video, half of them.
   *
   * @default {"heavy"}
   */
  readonly load?: "light" | "heavy";
}

/** What is asked of a session, whatever runs it. */
interface Wishes {
  /** Whether it is to compute in half precision. */
  readonly isHalf: boolean;
  readonly load: Load;
}

/**
 * Makes a network ready to run, in a thread of its own.
 *
 * The thread ends when the session is disposed of; it keeps no process alive by itself. A GPU that
 * is lost is looked for again, once for each run, and what it was working on is repeated: the
 * session's `fallbacks` tell. So it is with a network that gives no answer for 30 s, or for 20 times
 * as long as it ever took; until its first answer it has 5 minutes.
 *
 * @param network The network as ONNX, with one input and outputs of 32-bit floating point numbers.
 * @param options What is to run it.
 * @returns The session, to be disposed of.
 * @throws {ModelError} If the network cannot be read.
 * @throws {DeviceError} If the device that was asked for is not to be had.
 * @throws {TypeError} If there is no such device, precision or load.
 */
export async function openSession(
  network: Uint8Array<ArrayBuffer>,
  { device = "auto", precision = "single", load = "heavy" }: OpenSessionOptions = {},
): Promise<InferenceSession> {
  if (device !== "auto" && !DEVICES.includes(device)) {
    throw new TypeError(
      `Cannot open a session as device must be auto, ${
        DEVICES.join(", ")
      }: current value is ${device}`,
    );
  }
  if (precision !== "single" && precision !== "half") {
    throw new TypeError(
      `Cannot open a session as precision must be single or half: current value is ${precision}`,
    );
  }
  if (load !== "light" && load !== "heavy") {
    throw new TypeError(
      `Cannot open a session as load must be light or heavy: current value is ${load}`,
    );
  }
  const wishes = { isHalf: precision === "half", load };
  return await (device === "auto"
    ? openFirst(network, wishes)
    : openNamed(network, device, wishes));
}

async function openNamed(
  network: Uint8Array<ArrayBuffer>,
  device: Device,
  wishes: Wishes,
): Promise<InferenceSession> {
  const { isAvailable, isForAuto, description, reason } = await surveyOf(device, wishes.load);
  if (!isAvailable) throw new DeviceError(`Cannot use device "${device}": ${reason}`);
  const fallbacks = isForAuto ? [] : [`"${device}" is slow: ${reason}`];
  const isFast = device === "webgpu" && isForAuto;
  return await openOn(device, network, { description, fallbacks, isFast, ...wishes });
}

/** Opens the first device of auto's order that works; what is passed over is said. */
async function openFirst(
  network: Uint8Array<ArrayBuffer>,
  wishes: Wishes,
): Promise<InferenceSession> {
  const fallbacks: string[] = [];
  for (const device of DEVICES) {
    const { isForAuto, description, reason } = await surveyForAuto(device, wishes.load);
    try {
      if (!isForAuto) throw new DeviceError(reason);
      const isFast = device === "webgpu";
      return await openOn(device, network, { description, fallbacks, isFast, ...wishes });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      fallbacks.push(`"${device}" was passed over: ${error.message}`);
    }
  }
  throw new DeviceError(`Cannot find a device: ${fallbacks.join("; ")}`);
}

/** What is known of a device. */
interface Found extends Wishes {
  readonly description: string;
  readonly fallbacks: string[];
  /** Whether it is a hardware GPU. */
  readonly isFast: boolean;
}

async function openOn(
  device: Device,
  network: Uint8Array<ArrayBuffer>,
  { description, fallbacks, isFast, isHalf, load }: Found,
): Promise<InferenceSession> {
  const warning = device === "cpu" ? switchOffTelemetry() : undefined;
  const request: OpenRequest = {
    kind: "open",
    device,
    network: device === "webgpu" ? networkForGpu(network) : network,
    threads: threadCount({ device, load }),
  };
  const notes = warning ? [...fallbacks, warning] : fallbacks;
  const open = (request: OpenRequest) =>
    WorkerSession.open(request, {
      description,
      fallbacks: notes,
      ...isFast && { inFlight: GPU_IN_FLIGHT },
    });
  const session = await open(request);
  return isHalf ? await halved(session, { request, open, notes }) : session;
}

/** What is needed to open a network once more. */
interface Again {
  readonly request: OpenRequest;
  readonly open: (request: OpenRequest) => Promise<WorkerSession>;
  /** What is to be said of the session, to be added to. */
  readonly notes: string[];
}

/** The session of the same network in half precision, if that works; else the same session. */
async function halved(
  session: WorkerSession,
  { request, open, notes }: Again,
): Promise<InferenceSession> {
  const stay = (reason: string) => {
    notes.push(`Half precision is left out: ${reason}`);
    return session;
  };
  if (request.device !== "webgpu") return stay("only a GPU gains by it");
  const network = halfNetwork(request.network);
  if (!network) return stay("the network has parts that need more");
  let half: WorkerSession;
  try {
    half = await open({ ...request, network });
  } catch (error) {
    if (!(error instanceof SteadyboxError)) throw error;
    return stay(/\bf16\b/.test(error.message) ? "this GPU does not know it" : error.message);
  }
  const trial = await tryHalf(session, half, session.inputShape);
  await (trial.isSound ? session : half)[Symbol.asyncDispose]();
  if (!trial.isSound) return stay(trial.reason);
  notes.push(`Half precision: on noise, outputs differ by up to ${percent(trial.difference)}`);
  return half;
}
