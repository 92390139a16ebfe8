import type { Device } from "../../pipeline/inference_session.ts";

/** What else the processor does while a network runs: it decodes, or it encodes as well. */
export type Load = "decoding" | "encoding";

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
 * How many threads a network may use on this processor: all cores where nothing is encoded, as frames
 * then wait for a large network and a core for its decoder alone is idle; half of them beside an
 * encoder, which fills what there is. No more than 4, beyond which networks of this size gain little.
 *
 * One file or several feeds, a small network or a large one: what was measured of each is told in
 * bench/findings/speed.md. In WebAssembly threads wait by computing: there it is half in any case.
 */
export function threadCount(
  { device, load, cores = navigator.hardwareConcurrency }: ThreadWishes,
): number {
  const share = device === "cpu" && load === "decoding" ? cores : Math.floor(cores / 2);
  return Math.max(1, Math.min(4, share));
}
