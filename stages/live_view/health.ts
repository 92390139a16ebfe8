/** How well a feed comes through. */
export type Health = "excellent" | "fair" | "poor" | "unusable";

/** What a feed has been like in the last minute. */
export interface FeedCondition {
  /** For how long no frame has come through, in milliseconds. */
  readonly sinceFrameMs: number;
  /** How many frames a second came through lately. */
  readonly fps: number;
  /** The share of the frames received that came through, from 0 to 1. */
  readonly shownShare: number;
  /** How often the feed was lost. */
  readonly outages: number;
  /** For how long in all no frame came, counting gaps of more than 2 s, in milliseconds. */
  readonly silentMs: number;
  /** The 95th percentile of the age of results, in milliseconds. */
  readonly latencyP95Ms: number;
  /** How old they may be, in milliseconds. */
  readonly maxLatencyMs: number;
}

/**
 * The rules, in words; all but the first look at the last minute. The shares are those by which
 * Frigate judges its cameras.
 */
export const HEALTH_RULES: Readonly<Record<Health, string>> = {
  unusable: "no picture for 10 s, or fewer than one a second of a feed that sends more",
  poor:
    "fewer than 60 % of its frames come through, lost three times, or no pictures for 10 s in all",
  fair: "fewer than 90 % of its frames come through, lost, a gap of 2 s, or older than allowed",
  excellent: "none of these",
};

/** Gaps between frames that count as silence are longer than this, in milliseconds. */
export const SILENCE_MS = 2000;

const SILENT_FOR_LONG_MS = 10_000;

/** A share in whole per cent. */
function percent(share: number): string {
  return `${Math.floor(100 * share)} %`;
}

/**
 * Judges a feed by {@linkcode HEALTH_RULES}.
 *
 * @param condition What it has been like.
 * @returns The first rule that holds, and why; nothing to say of an excellent one.
 *
 * @example Every fourth frame is dropped
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const health = healthOf({
 *   sinceFrameMs: 40, fps: 19, shownShare: 0.75, outages: 0, silentMs: 0,
 *   latencyP95Ms: 80, maxLatencyMs: 500,
 * });
 * assertEquals(health, { level: "fair", reason: "75 % of its frames come through" });
 * ```
 */
export function healthOf(
  { sinceFrameMs, fps, shownShare, outages, silentMs, latencyP95Ms, maxLatencyMs }: FeedCondition,
): { readonly level: Health; readonly reason: string } {
  const shown = `${percent(shownShare)} of its frames come through`;
  const silent = `no pictures for ${(silentMs / 1000).toFixed(1)} s of the last minute`;
  const lost = `lost ${outages === 1 ? "once" : `${outages} times`} in the last minute`;
  const rules: readonly (readonly [boolean, Health, string])[] = [
    [
      sinceFrameMs >= SILENT_FOR_LONG_MS,
      "unusable",
      `no picture for ${Math.floor(sinceFrameMs / 1000)} s`,
    ],
    [fps < 1 && shownShare < 0.9, "unusable", "fewer than one frame a second comes through"],
    [shownShare < 0.6, "poor", shown],
    [outages >= 3, "poor", lost],
    [silentMs >= SILENT_FOR_LONG_MS, "poor", silent],
    [shownShare < 0.9, "fair", shown],
    [outages > 0, "fair", lost],
    [silentMs > 0, "fair", silent],
    [
      latencyP95Ms > maxLatencyMs,
      "fair",
      `results are older than ${maxLatencyMs} ms, one in twenty`,
    ],
  ];
  const [, level, reason] = rules.find(([isSo]) => isSo) ?? [true, "excellent", ""] as const;
  return { level, reason };
}
