import { fileURLToPath } from "node:url";
import type { Contender } from "./contenders.ts";
import { feedsContender } from "./scaling.ts";
import type { GpuFeeds, GpuSpeed, Target } from "./schema.ts";
import { spreadOf } from "./spread.ts";
import { target } from "./targets.ts";
import { type Round, steadyFps, type Trial } from "./trial.ts";

const MANY_DECODERS = fileURLToPath(new URL("programs/many_decoders.sh", import.meta.url));

/** How many feeds a GPU should keep up with, and how many frames a second each has. */
const WANTED = { feeds: 30, fps: 30 };

/** A core decodes 147 frames of 1080p a second (6.8 ms each): four feeds of 30, and a little more. */
const FEEDS_PER_CORE = 4;

/** As many as show that feeds go together, where a processor stands for the GPU. */
const SOFTWARE_FEEDS = 2;

/**
 * Which share of what decoding and the GPU can do by themselves is to be left of both together: 1.25
 * times the time, as is wanted of detections on the processor.
 */
const SHARE = 1 / 1.25;

/** The group of both contenders. */
const GROUP = "feeds, GPU";

/**
 * How many feeds are measured at once.
 *
 * @param machine Whether a processor stands for the GPU, and how many cores decode.
 * @returns The number, and why it is not the one that is wanted.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(feedCount({ isSoftware: false, cores: 16 }), { count: 30 });
 * ```
 */
export function feedCount(
  { isSoftware, cores }: { readonly isSoftware: boolean; readonly cores: number },
): Pick<GpuFeeds, "count" | "reason"> {
  if (isSoftware) return { count: SOFTWARE_FEEDS, reason: "a processor stands for the GPU" };
  const count = FEEDS_PER_CORE * cores;
  if (count >= WANTED.feeds) return { count: WANTED.feeds };
  const decoders = cores === 1 ? "1 core decodes" : `${cores} cores decode`;
  return { count, reason: `${decoders} no more than that as fast as they come` };
}

/**
 * What shows by what many feeds on a GPU are limited: ffmpeg that decodes as many at once and does
 * nothing else, and steadybox.
 *
 * @param feeds How many feeds.
 * @returns What is measured.
 */
export function gpuFeedContenders(feeds: number): [decoding: Contender, ours: Contender] {
  return [
    {
      name: `${GROUP}: ${feeds} decoded alone`,
      group: GROUP,
      listings: [],
      feeds,
      command: ({ clip }) => ["sh", MANY_DECODERS, clip, String(feeds)],
    },
    feedsContender({ name: `${GROUP}: ${feeds} at a time`, group: GROUP }, feeds, false),
  ];
}

/** Frames a second of all feeds, round by round. */
interface Rates {
  readonly decoding: readonly number[];
  readonly ours: readonly number[];
}

/** What was measured of feeds on a GPU, unless either contender did not run. */
function ratesIn(trials: readonly Trial[]): Rates | undefined {
  const ofGroup = trials.filter(({ contender }) => contender.group === GROUP);
  const fps = (trial: Trial) => trial.rounds.map((round: Round) => steadyFps(trial, round));
  const [decoding, ours] = [true, false].map((isDecoding) =>
    ofGroup.find(({ contender: { listings } }) => (listings.length === 0) === isDecoding)
  );
  return decoding && ours && { decoding: fps(decoding), ours: fps(ours) };
}

/**
 * By what feeds are limited: by decoding or the GPU, whichever does less by itself, if both together
 * come close to that, else by what steadybox does between them.
 *
 * @param fps Frames a second of decoding alone, of the GPU alone, and of all together.
 * @returns What limits them.
 */
export function limitOf(
  { decodingFps, gpuFps, fps }: Pick<GpuFeeds, "decodingFps" | "gpuFps" | "fps">,
): NonNullable<GpuFeeds["limitedBy"]> {
  if (fps < SHARE * Math.min(decodingFps, gpuFps)) return "steadybox";
  return decodingFps <= gpuFps ? "decoding" : "the GPU";
}

/**
 * What many feeds come to on a GPU.
 *
 * @param trials What was measured.
 * @param gpu What the GPU does by itself.
 * @param count How many feeds were measured, and why no more.
 * @returns The figures; nothing where they were not measured.
 */
export function gpuFeedsOf(
  trials: readonly Trial[],
  { isSoftware, rows }: Pick<GpuSpeed, "isSoftware" | "rows">,
  count: ReturnType<typeof feedCount>,
): GpuFeeds | undefined {
  const rates = ratesIn(trials);
  if (!rates) return undefined;
  const told = {
    decodingFps: spreadOf(rates.decoding).median,
    gpuFps: Math.max(...rows.map(({ msPerFrame }) => 1000 / msPerFrame)),
    fps: spreadOf(rates.ours).median,
  };
  const limit = isSoftware ? {} : { limitedBy: limitOf(told) };
  return { wanted: WANTED.feeds, ...count, ...told, ...limit };
}

/**
 * Holds what feeds come to against what decoding leaves of the frames that they have: of a GPU in
 * software nothing is wanted.
 *
 * @param trials What was measured.
 * @param gpu What is known of the GPU.
 * @returns The figure, if there is one.
 */
export function gpuFeedTargets(
  trials: readonly Trial[],
  { isSoftware, feeds }: Pick<GpuSpeed, "isSoftware" | "feeds">,
): Target[] {
  const rates = ratesIn(trials);
  if (isSoftware || !feeds || !rates) return [];
  const due = WANTED.fps * feeds.count;
  const shares = rates.ours.map((fps, round) => fps / Math.min(due, rates.decoding[round]!));
  return [
    target(`GPU, ${feeds.count} feeds of 30 fps / what decoding leaves`, spreadOf(shares), {
      limit: SHARE,
      side: "at least",
    }),
  ];
}
