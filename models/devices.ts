import type { Device } from "../pipeline/inference_session.ts";
import { DEVICES, surveyOf } from "./inference/survey.ts";

/** What is known of a device without opening it. */
export interface DeviceReport {
  /** The device. */
  readonly device: Device;
  /** Whether it can be had. */
  readonly isAvailable: boolean;
  /** The device in words: the GPU's name, or how many threads of the processor would work. */
  readonly description: string;
  /** Whether `auto` takes it. */
  readonly isAuto: boolean;
  /** Why it cannot be had, or why `auto` takes it or does not. */
  readonly reason: string;
}

/** Why `auto` takes a device. */
const MERITS: Readonly<Record<Device, string>> = {
  webgpu: "a hardware GPU comes first",
  cpu: "the native runtime is the fastest without a hardware GPU",
  wasm: "it runs wherever Deno does",
};

/**
 * Looks which devices there are and which one `auto` would take. It opens none of them, and asks
 * for no permission.
 *
 * @returns A report on each device, in the order in which `auto` tries them.
 *
 * @example What auto takes
 * ```ts
 * import { assert } from "@std/assert";
 *
 * const reports = await listDevices();
 * assert(reports.filter(({ isAuto }) => isAuto).length <= 1);
 * ```
 */
export async function listDevices(): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = [];
  let taken: Device | undefined;
  for (const device of DEVICES) {
    const { isAvailable, isForAuto, description, reason } = await surveyOf(device);
    const isAuto = isForAuto && taken === undefined;
    if (isAuto) taken = device;
    const words = isAuto ? MERITS[device] : reason || `auto takes "${taken}" before it`;
    reports.push({ device, isAvailable, description, isAuto, reason: words });
  }
  return reports;
}
