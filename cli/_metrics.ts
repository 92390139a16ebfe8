import { Counter, Gauge, Histogram, type MetricValueWithName, Registry } from "prom-client";
import type { Meter } from "../pipeline/meter.ts";
import type { FeedFigures } from "../stages/live_view/feed_figures.ts";
import type { FeedWatch } from "../stages/live_view/feed_watch.ts";
import type { OutboxStatistics } from "../stages/messaging/mqtt_outbox.ts";

/** What is measured. */
export interface MetricsOptions {
  /** The feeds and files of the run. */
  readonly watches: () => readonly FeedWatch[];
  /** What became of the events, where such are published. */
  readonly events?: () => OutboxStatistics;
}

/** The ends of the buckets of durations, in milliseconds. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** The names of the labels: a source is called by its name, without credentials. */
type Label = "source" | "stage" | "cause" | "reason" | "le";

/** What the library writes of a histogram. */
interface HistogramText {
  readonly name: string;
  readonly help: string;
  readonly type: "histogram";
  readonly values: readonly MetricValueWithName<Label>[];
}

/** A histogram of what meters counted: nothing is counted twice. */
class MeterHistogram extends Histogram<Label> {
  readonly #description: { readonly name: string; readonly help: string };
  readonly #meters: () => readonly (readonly [labels: Partial<Record<Label, string>>, Meter])[];

  constructor(
    { name, help, registry, meters }: {
      readonly name: string;
      readonly help: string;
      readonly registry: Registry;
      readonly meters: () => readonly (readonly [Partial<Record<Label, string>>, Meter])[];
    },
  ) {
    super({ name, help, labelNames: ["source", "stage"], registers: [registry] });
    this.#description = { name, help };
    this.#meters = meters;
  }

  /** What the meters counted: this is what the library asks a histogram for to write it as text. */
  getForPromString(): Promise<HistogramText> {
    return Promise.resolve({
      ...this.#description,
      type: "histogram",
      values: this.#meters().flatMap((entry) => this.#valuesOf(...entry)),
    });
  }

  #valuesOf(
    labels: Partial<Record<Label, string>>,
    meter: Meter,
  ): MetricValueWithName<Label>[] {
    const { name } = this.#description;
    const { count, mean } = meter.distribution();
    const counts = meter.countsUpTo(BOUNDS_MS);
    const bucket = (le: string, value: number) => (
      { metricName: `${name}_bucket`, labels: { ...labels, le }, value }
    );
    return [
      ...BOUNDS_MS.map((boundMs, i) => bucket(String(boundMs / 1000), counts[i]!)),
      bucket("+Inf", count),
      { metricName: `${name}_sum`, labels, value: count * mean / 1000 },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/** A figure of each feed, or several, each with its labels. */
type Read = (
  figures: FeedFigures,
) => readonly (readonly [Partial<Record<Label, string>>, number])[];

const one = (read: (figures: FeedFigures) => number): Read => (figures) => [[{}, read(figures)]];

function each(
  label: Label,
  read: (figures: FeedFigures) => Readonly<Record<string, number>>,
): Read {
  return (figures) =>
    Object.entries(read(figures)).map(([name, count]) => [{ [label]: name }, count]);
}

const COUNTERS: readonly (readonly [name: string, help: string, read: Read])[] = [
  ["frames_received_total", "Frames that came.", one(({ received }) => received)],
  ["frames_processed_total", "Frames with a result.", one(({ frames }) => frames)],
  ["frames_dropped_total", "Frames dropped, by cause.", each("cause", ({ dropped }) => dropped)],
  [
    "reconnections_total",
    "Connections after the first.",
    one(({ reconnections }) => reconnections),
  ],
  ["losses_total", "Connections lost and attempts failed.", each("reason", ({ losses }) => losses)],
];

const HEALTH_VALUES = { unusable: 0, poor: 1, fair: 2, excellent: 3 } as const;

const GAUGES: readonly (readonly [name: string, help: string, read: Read])[] = [
  ["frame_rate", "Frames with a result, a second, lately.", one(({ fps }) => fps)],
  ["objects", "Objects on the last frame.", one(({ objects }) => objects)],
  ["tracks", "Objects on the last frame that are followed.", one(({ tracks }) => tracks)],
  ["queue_frames", "Frames in the pipeline.", one(({ queue }) => queue.frames)],
  ["queue_bytes", "Memory of frames in the pipeline.", one(({ queue }) => queue.bytes)],
  [
    "health",
    "3 excellent, 2 fair, 1 poor, 0 unusable.",
    ({ health }) => health ? [[{}, HEALTH_VALUES[health.level]]] : [],
  ],
];

/** The text that Prometheus reads, made of what is known when it is asked for. */
export function metricsRegistry({ watches, events }: MetricsOptions): Registry {
  const registry = new Registry();
  const registers = [registry];
  const labelNames: Label[] = ["source", "cause", "reason"];
  const all = (read: Read) =>
    watches().flatMap((watch) =>
      read(watch.figures()).map(([labels, value]) =>
        [{ source: watch.name, ...labels }, value] as const
      )
    );
  for (const [name, help, read] of COUNTERS) {
    new Counter({
      ...{ name: `steadybox_${name}`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const [labels, value] of all(read)) this.inc(labels, value);
      },
    });
  }
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      ...{ name: `steadybox_${name}`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const [labels, value] of all(read)) this.set(labels, value);
      },
    });
  }
  addHistograms(registry, watches);
  new Gauge({
    ...{ name: "steadybox_resident_memory_bytes", help: "Memory of the process.", registers },
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  if (events) addEvents(registry, events);
  return registry;
}

function addHistograms(registry: Registry, watches: MetricsOptions["watches"]): void {
  new MeterHistogram({
    name: "steadybox_stage_seconds",
    help: "From taking a frame to passing it on, by stage.",
    registry,
    meters: () =>
      watches().flatMap(({ name, stages }) =>
        stages.map(({ name: stage, meter }) => [{ source: name, stage }, meter] as const)
      ),
  });
  new MeterHistogram({
    name: "steadybox_result_age_seconds",
    help: "From a frame's arrival to its result, of live feeds.",
    registry,
    meters: () =>
      watches().filter(({ isFeed }) => isFeed)
        .map(({ name, resultAges }) => [{ source: name }, resultAges] as const),
  });
}

function addEvents(registry: Registry, events: () => OutboxStatistics): void {
  const kinds = ["published", "sent", "dropped"] as const;
  for (const kind of kinds) {
    new Counter({
      name: `steadybox_events_${kind}_total`,
      help: `Events that were ${kind}.`,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(events()[kind]);
      },
    });
  }
}
