import type { Device } from "../../pipeline/inference_session.ts";

/** What else the processor does while a network runs: less than the network, or as much and more. */
export type Load = "light" | "heavy";

/** What decides how many threads a network may use. */
interface ThreadWishes {
  /** What runs the network. */
  readonly device: Device;
  /** What else the processor does meanwhile. */
  readonly load: Load;
  /**
   * How many cores it has.
   *
   * @default {those of this machine}
   */
  readonly cores?: number;
}

/**
 * How many threads a network may use on this processor: all cores where the load is light, as frames
 * then wait for the network, and cores for decoding alone are idle; half of them where it is heavy, as
 * an encoder fills what there is. No more than 4, beyond which networks of this size gain little.
 *
 * What was measured of files and feeds, small networks and large ones is told in
 * bench/findings/speed.md. In WebAssembly threads wait by computing: there it is half in any case.
 */
export function threadCount(
  { device, load, cores = navigator.hardwareConcurrency }: ThreadWishes,
): number {
  const share = device === "cpu" && load === "light" ? cores : Math.floor(cores / 2);
  return Math.max(1, Math.min(4, share));
}
