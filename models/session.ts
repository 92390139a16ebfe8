import { DeviceError } from "../pipeline/errors.ts";
import type { Device, InferenceSession } from "../pipeline/inference_session.ts";
import { networkForGpu } from "./inference/gpu_network.ts";
import type { OpenRequest } from "./inference/messages.ts";
import { DEVICES, surveyForAuto, surveyOf } from "./inference/survey.ts";
import { switchOffTelemetry } from "./inference/telemetry.ts";
import { threadCount } from "./inference/thread_count.ts";
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
}

/**
 * Makes a network ready to run, in a thread of its own.
 *
 * The thread ends when the session is disposed of; it keeps no process alive by itself. A GPU that
 * is lost is looked for again, once for each run, and what it was working on is repeated: the
 * session's `fallbacks` tell.
 *
 * @param network The network as ONNX, with one input and outputs of 32-bit floating point numbers.
 * @param options What is to run it.
 * @returns The session, to be disposed of.
 * @throws {ModelError} If the network cannot be read.
 * @throws {DeviceError} If the device that was asked for is not to be had.
 * @throws {TypeError} If there is no such device.
 */
export async function openSession(
  network: Uint8Array<ArrayBuffer>,
  { device = "auto" }: OpenSessionOptions = {},
): Promise<InferenceSession> {
  if (device !== "auto" && !DEVICES.includes(device)) {
    throw new TypeError(
      `Cannot open a session as device must be auto, ${
        DEVICES.join(", ")
      }: current value is ${device}`,
    );
  }
  return await (device === "auto" ? openFirst(network) : openNamed(network, device));
}

async function openNamed(
  network: Uint8Array<ArrayBuffer>,
  device: Device,
): Promise<InferenceSession> {
  const { isAvailable, isForAuto, description, reason } = await surveyOf(device);
  if (!isAvailable) throw new DeviceError(`Cannot use device "${device}": ${reason}`);
  const fallbacks = isForAuto ? [] : [`"${device}" is slow: ${reason}`];
  const isFast = device === "webgpu" && isForAuto;
  return await openOn(device, network, { description, fallbacks, isFast });
}

/** Opens the first device of auto's order that works; what is passed over is said. */
async function openFirst(network: Uint8Array<ArrayBuffer>): Promise<InferenceSession> {
  const fallbacks: string[] = [];
  for (const device of DEVICES) {
    const { isForAuto, description, reason } = await surveyForAuto(device);
    try {
      if (!isForAuto) throw new DeviceError(reason);
      const isFast = device === "webgpu";
      return await openOn(device, network, { description, fallbacks, isFast });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      fallbacks.push(`"${device}" was passed over: ${error.message}`);
    }
  }
  throw new DeviceError(`Cannot find a device: ${fallbacks.join("; ")}`);
}

/** What is known of a device. */
interface Found {
  readonly description: string;
  readonly fallbacks: string[];
  /** Whether it is a hardware GPU. */
  readonly isFast: boolean;
}

async function openOn(
  device: Device,
  network: Uint8Array<ArrayBuffer>,
  { description, fallbacks, isFast }: Found,
): Promise<InferenceSession> {
  const warning = device === "cpu" ? switchOffTelemetry() : undefined;
  const request: OpenRequest = {
    kind: "open",
    device,
    network: device === "webgpu" ? networkForGpu(network) : network,
    threads: threadCount(),
  };
  return await WorkerSession.open(request, {
    description,
    fallbacks: warning ? [...fallbacks, warning] : fallbacks,
    ...isFast && { inFlight: GPU_IN_FLIGHT },
  });
}
