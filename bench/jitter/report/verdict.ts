import type { ControlResult, Measured, MethodResult, ReportVerdict } from "./report_types.ts";

/**
 * The result in a sentence: for each way to wait (not at all, some frames, the whole clip), the valid
 * method that leaves the least flicker. The first of them that waits for some frames, else for
 * none, else for all, is the one the report speaks of.
 *
 * @param methods The methods, the baseline first.
 * @param controls The controls.
 * @param data How much was measured.
 * @returns The verdict.
 */
export function verdictOf(
  methods: readonly MethodResult[],
  controls: readonly ControlResult[],
  data: { readonly tracks: number; readonly clips: number; readonly trackFrames: number },
): ReportVerdict {
  const areControlsRight = controls.every(({ isRight }) => isRight);
  const alarm = areControlsRight
    ? ""
    : "Not to be trusted, as controls did not come out as they must. ";
  const extent = `on ${counted(data.tracks, "track")} of ${counted(data.clips, "clip")}, ` +
    counted(data.trackFrames, "box", "boxes");
  const candidates = methods.filter(({ role, overBaseline, guard }) =>
    role === "method" && guard.isValid && (overBaseline?.flicker.estimate ?? 2) < 1
  );
  const best = (suits: (lookAhead: number | null) => boolean) =>
    candidates.filter(({ lag }) => suits(lag.lookAheadFrames)).sort((a, b) =>
      a.overBaseline!.flicker.estimate! - b.overBaseline!.flicker.estimate!
    )[0];
  const live = best((lookAhead) => lookAhead === 0);
  const ahead = best((lookAhead) => lookAhead !== null && lookAhead > 0);
  const offline = best((lookAhead) => lookAhead === null);
  const chosen = ahead ?? live ?? offline;
  if (!chosen) {
    const text = `${alarm}${withoutMethod(methods, data.tracks)} (${extent}).`;
    return { text, method: null, flickerChangePercent: null, areControlsRight };
  }
  const flickerChangePercent = changeOf(chosen.overBaseline!.flicker);
  const others = [live, ahead, offline].filter((method) => method && method !== chosen);
  const text = `${alarm}${sentenceOf(chosen)} ${extent}${intervalOf(flickerChangePercent)}` +
    others.map((method) => `; ${waitOf(method!)}, ${shortOf(method!)}`).join("") + ".";
  return { text, method: chosen.id, flickerChangePercent, areControlsRight };
}

function withoutMethod(methods: readonly MethodResult[], tracks: number): string {
  if (tracks === 0) return "No object was seen for long enough to be measured";
  const others = methods.filter(({ role }) => role === "method");
  if (!others.length) return "Only raw boxes were measured";
  const flicker = Object.values(methods[0]!.temporal.flickerPercent);
  if (flicker.every(({ estimate }) => estimate === null)) {
    return "Frames are too few a second, or in a row, to tell the flicker of boxes";
  }
  if (flicker.every(({ estimate }) => estimate === 0)) return "Raw boxes do not flicker";
  return "No method holds boxes stiller at a price that is allowed";
}

function sentenceOf(method: MethodResult): string {
  return `${method.id} takes away ${percentOf(method)} of the boxes' flicker, ${waitOf(method)},`;
}

function shortOf(method: MethodResult): string {
  return `${method.id} takes away ${percentOf(method)}`;
}

function waitOf({ lag: { lookAheadFrames } }: MethodResult): string {
  if (lookAheadFrames === null) return "seeing the whole clip";
  if (lookAheadFrames === 0) return "waiting for nothing";
  return `looking ${counted(lookAheadFrames, "frame")} ahead`;
}

function percentOf({ overBaseline }: MethodResult): string {
  return `${(100 * (1 - overBaseline!.flicker.estimate!)).toFixed(1)} %`;
}

/** A ratio as a change in %. */
function changeOf({ estimate, interval, count }: Measured): Measured {
  const change = (ratio: number) => 100 * (ratio - 1);
  return {
    estimate: change(estimate!),
    interval: interval &&
      { ...interval, low: change(interval.low), high: change(interval.high) },
    count,
  };
}

function intervalOf({ interval }: Measured): string {
  if (!interval) return " (too little for an interval)";
  const { low, high, level, scope } = interval;
  const range = `${(-high).toFixed(1)} to ${(-low).toFixed(1)} %`;
  const within = scope === "tracks" ? "" : `, ${scope}`;
  return ` (${Math.round(100 * level)} % interval ${range}${within})`;
}

function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? singular : plural}`;
}
