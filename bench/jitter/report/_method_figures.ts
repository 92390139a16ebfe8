import { pairedRatio } from "../../../pipeline/metrics/ratio.ts";
import type { JitterReport, MethodResult, PerturbationResult } from "./report_types.ts";
import { distributionPlots } from "./_distribution.ts";
import { forestPlot, type ForestRow } from "./_forest.ts";
import type { Markup } from "./_markup.ts";
import { paretoPlot, type Trade } from "./_pareto.ts";
import { figure, INK, SERIES, type Swatch } from "./_plot.ts";
import { shiftMaps, type ShiftReading } from "./_shift_map.ts";
import { spectrumPlot } from "./_spectrum.ts";
import { perturbed } from "./_tables.ts";
import { flickerLeft, sameTrack, shownMethod } from "./_telling_tracks.ts";
import { numberText, overall, ratioAsChange } from "./_words.ts";

/** What the raw boxes and the method of the verdict look like in plots. */
function pair(report: JitterReport): { method: MethodResult; ink: string }[] {
  const shown = shownMethod(report);
  return [
    { method: report.methods[0]!, ink: INK.raw },
    ...shown ? [{ method: shown, ink: INK.smoothed }] : [],
  ];
}

function keyOf(methods: readonly { method: MethodResult; ink: string }[]): Swatch[] {
  return methods.map(({ method: { id, role }, ink }) => (
    { ink, name: role === "baseline" && id !== "raw" ? `${id} (raw)` : id }
  ));
}

/** How long a frame lasts, in milliseconds, on average over the clips. */
function frameMs({ clips }: JitterReport): number {
  const rates = clips.map(({ fps }) => fps).filter((fps) => fps > 0);
  return rates.length === 0 ? 0 : rates.reduce((sum, fps) => sum + 1000 / fps, 0) / rates.length;
}

function tradeOf(method: MethodResult, report: JitterReport): Trade[] {
  const { overBaseline, lag, guard, id, role } = method;
  const left = role === "baseline" ? 1 : overBaseline?.flicker.estimate ?? null;
  const own = role === "baseline" ? lag.lagMs.estimate ?? 0 : lag.lagMs.estimate;
  if (left === null || left <= 0 || own === null || lag.lookAheadFrames === null) return [];
  const interval = overBaseline?.flicker.interval;
  return [{
    name: role === "baseline" ? "raw" : id.replace(`${report.methods[0]!.id}+`, ""),
    lagMs: own + lag.lookAheadFrames * frameMs(report),
    left,
    ...interval && interval.low > 0 && { interval: [interval.low, interval.high] },
    isValid: guard.isValid,
    isChosen: id === report.verdict.method,
  }];
}

/** Whether a method smooths what the baseline finds, or is another way to find it, by itself. */
function isOfBaseline({ detection, smoothing }: MethodResult, { methods }: JitterReport): boolean {
  const [baseline] = methods;
  return smoothing.method === baseline!.smoothing.method ||
    JSON.stringify(detection) === JSON.stringify(baseline!.detection);
}

/** What the methods that wait for the whole clip leave: they have no place on an axis of lag. */
function offlineWords(report: JitterReport): string {
  const offline = report.methods.filter((method) =>
    method.lag.lookAheadFrames === null && isOfBaseline(method, report)
  ).map((method) =>
    `${method.id} (${ratioAsChange(method.overBaseline?.flicker.estimate ?? null)})`
  );
  return offline.length > 0
    ? ` Not shown, as they wait for the whole clip: ${offline.join(", ")}.`
    : "";
}

function paretoFigure(report: JitterReport): Markup | undefined {
  const trades = report.methods.filter((method) => isOfBaseline(method, report))
    .flatMap((method) => tradeOf(method, report));
  if (trades.length < 2) return undefined;
  return figure({
    title: "Steadier is lower, sooner is further left",
    caption:
      "Flicker left, over that of the raw boxes, against lag together with the frames that are waited for; thin lines are intervals. Crosses break the guard: they are steady at the cost of being wrong. The line joins the methods that no other beats." +
      offlineWords(report),
    body: paretoPlot(trades, "flicker left (of raw)"),
  });
}

function distributionFigure(report: JitterReport): Markup | undefined {
  const shown = pair(report);
  const plots = distributionPlots(
    shown.map(({ method, ink }) => ({
      ink,
      values: method.perTrack.flatMap(({ flickerPercent }) => overall(flickerPercent) ?? []),
    })),
    "flicker of a track (% of its size)",
  );
  if (plots.length === 0) return undefined;
  return figure({
    title: "Each track counts, not only their mean",
    caption:
      "Above: how many tracks flicker by how much (at 6 Hz and above, root mean square over the coordinates). Below: which share of the tracks flickers at most so much.",
    key: keyOf(shown).map((swatch) => ({ ...swatch, form: "area" })),
    body: plots,
  });
}

/** The colours that neither raw nor smoothed boxes have, the most different first. */
const OTHERS = [2, 3, 4, 6].map((at) => SERIES[at]!);

function spectrumFigure(report: JitterReport): Markup | undefined {
  const smoothers = report.methods.filter(({ role, smoothing }) =>
    role === "method" && smoothing.method !== "none"
  );
  const [raw, chosen] = pair(report);
  const others = smoothers.filter(({ id }) => id !== chosen?.method.id).slice(0, OTHERS.length);
  const shown = [
    ...[raw, chosen].flatMap((entry) => entry ?? []),
    ...others.map((method, at) => ({ method, ink: OTHERS[at]! })),
  ].filter(({ method }) => method.temporal.spectrum.frequenciesHz.length > 0);
  if (shown.length === 0) return undefined;
  return figure({
    title: "Motion stays, flicker goes",
    caption:
      `Power of the coordinates by frequency, the mean of all tracks. Below ${report.settings.reference.cutoffHz} Hz lies mostly motion, which a method must keep; what is lower at the right trembles less.`,
    key: keyOf(shown),
    body: spectrumPlot(
      shown.map(({ method, ink }) => ({
        ink,
        frequenciesHz: method.temporal.spectrum.frequenciesHz,
        power: method.temporal.spectrum.densitiesPercent2PerHz,
      })),
      report.settings.flickerFromHz,
    ),
  });
}

/** Readings of shifts that lie alike on the network's grid, together. */
function moduloStride({ byShift, maxStridePx }: PerturbationResult): ShiftReading[] {
  const cells = new Map<string, { dx: number; dy: number; squares: number; pairs: number }>();
  const modulo = (shift: number) => (shift % maxStridePx + maxStridePx) % maxStridePx;
  for (const { dxPx, dyPx, jitterPercent, pairs } of byShift) {
    if (jitterPercent === null || pairs === 0) continue;
    const [dx, dy] = [modulo(dxPx), modulo(dyPx)];
    const cell = cells.get(`${dx} ${dy}`) ?? { dx, dy, squares: 0, pairs: 0 };
    cell.squares += pairs * jitterPercent ** 2;
    cell.pairs += pairs;
    cells.set(`${dx} ${dy}`, cell);
  }
  return [...cells.values()].map(({ dx, dy, squares, pairs }) => (
    { dx, dy, value: Math.sqrt(squares / pairs) }
  ));
}

function shiftFigure(report: JitterReport): Markup | undefined {
  const shown = perturbed(report).slice(0, 2).map(({ id, perturbation }) => (
    [id, moduloStride(perturbation)] as const
  )).filter(([, readings]) => readings.length >= 4);
  if (shown.length === 0) return undefined;
  const { maxStridePx, normaliser } = perturbed(report)[0]!.perturbation;
  const size = normaliser === "inter-ocular distance"
    ? "the distance between the eyes"
    : "√(width · height)";
  return figure({
    title: "Where the picture lies on the network's grid matters",
    caption:
      `The picture was moved by so many pixels, modulo the network's greatest stride of ${maxStridePx}, and the boxes moved back: by how much they then differ from those of the picture as it was (root mean square, % of ${size}). A network that did not care would be of one colour.`,
    body: shiftMaps(new Map(shown), `% of ${size}`),
    isWide: true,
  });
}

/** The ratios of a method's flicker to the baseline's, by clip and of all. */
function forestRows(method: MethodResult, { clips, methods }: JitterReport): ForestRow[] {
  const baseline = methods[0]!;
  const rows = clips.flatMap(({ name }): ForestRow[] => {
    const tracks = method.perTrack.filter(({ clip }) => clip === name);
    const readings = tracks.flatMap((track) => {
      const before = sameTrack(track, baseline);
      const left = before ? flickerLeft(track, before) : null;
      return left === null ? [] : [{ value: left, reference: 1, weight: 1 }];
    });
    const found = pairedRatio(readings);
    if (!found) return [];
    const { ratio, interval } = found;
    const count = `${readings.length} track${readings.length === 1 ? "" : "s"}`;
    return [{
      name: `${name}, ${count}`,
      ratio,
      ...interval && { interval: [interval.low, interval.high] as const },
    }];
  });
  const total = method.overBaseline?.flicker;
  if (!total || total.estimate === null) return rows;
  return [...rows, {
    name: "all clips",
    ratio: total.estimate,
    ...total.interval && { interval: [total.interval.low, total.interval.high] as const },
    isTotal: true,
  }];
}

/** The method of the verdict, and other ways to detect, against the raw boxes. */
function forestFigures(report: JitterReport): Markup[] {
  const baseline = report.methods[0]!;
  const shown = shownMethod(report);
  const detections = report.methods.filter(({ role, smoothing }) =>
    role === "method" && smoothing.method === baseline.smoothing.method
  );
  return [...new Set([...shown ? [shown] : [], ...detections])].flatMap((method) => {
    const rows = forestRows(method, report);
    if (rows.length < 2) return [];
    return figure({
      title: `Clip by clip: ${method.id} against ${baseline.id}`,
      caption:
        "The ratio of their flicker: left of the dashed line the first flickers less. The line through a point is its interval, given of 8 tracks and more; the diamond is all clips together (" +
        `${numberText(rows.at(-1)!.ratio)}).`,
      body: forestPlot(rows, `flicker of ${method.id} over ${baseline.id}`),
    });
  });
}

/**
 * The figures about methods.
 *
 * @param report The report.
 * @returns What they gain and cost, how that differs from track to track and from clip to clip, and
 * at which frequencies and shifts.
 */
export function methodFigures(report: JitterReport): Markup[] {
  return [
    paretoFigure(report),
    spectrumFigure(report),
    distributionFigure(report),
    ...forestFigures(report),
    shiftFigure(report),
  ].flatMap((found) => found ?? []);
}
