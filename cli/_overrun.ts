import type { Device } from "../pipeline/inference_session.ts";
import type { Overrun } from "../stages/drop_late.ts";

/** Bounds that are proposed are multiples of this, in milliseconds. */
const STEP_MS = 500;

/** How much more than what was measured is proposed, as frames differ. */
const MARGIN = 1.25;

/**
 * Tells that the bound on the age of results cannot be held, and what helps.
 *
 * @param overrun What was measured.
 * @param maxLatencyMs The bound, in milliseconds.
 * @param device What runs the network.
 * @returns A line for people.
 */
export function overrunText(
  { ageMs, intervalMs }: Overrun,
  maxLatencyMs: number,
  device: Device,
): string {
  // One frame at a time is let in: after an outage, only the interval is longer than the work.
  const frameMs = Math.min(ageMs, intervalMs);
  const what = frameMs > maxLatencyMs
    ? `The network takes ${secondsText(frameMs)} a frame`
    : `Results come ${secondsText(ageMs)} after their frames`;
  const enoughMs = Math.ceil(MARGIN * ageMs / STEP_MS) * STEP_MS;
  const gpu = device === "webgpu" ? "" : ", or a GPU";
  return `${what}, longer than --max-latency ${maxLatencyMs} allows: the newest is shown all the ` +
    `same. What helps is a smaller model, --max-latency ${enoughMs}${gpu}`;
}

function secondsText(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
