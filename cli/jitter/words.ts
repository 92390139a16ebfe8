import type {
  JitterReport,
  Measured,
  MethodResult,
} from "../../bench/jitter/report/report_types.ts";
import { table } from "../_table.ts";

/** A report in short: what is steadier by how much, and at which price. */
export function jitterWords({ verdict, methods, controls, truth }: JitterReport): string {
  const rows = methods.map(rowOf);
  const wrong = controls.filter(({ isRight }) => !isRight);
  return [
    `${verdict.text}\n`,
    "\n",
    table([
      { title: "Method" },
      { title: "Flicker", align: "right" },
      { title: "95 % interval", align: "right" },
      { title: "Error, fast", align: "right" },
      { title: "Lag, frames", align: "right" },
      { title: "Ahead", align: "right" },
      { title: "Guard" },
    ], rows),
    ...truth
      ? [
        "\n",
        table([
          { title: "Against the truth" },
          ...["IoU", "Recall", "HOTA", "MOTA", "IDF1", "Delay, frames"].map((title) => (
            { title, align: "right" as const }
          )),
        ], truth.methods.map(truthRowOf)),
      ]
      : [],
    ...wrong.map(({ id, expected, got }) => `Control ${id}: expected ${expected}, got ${got}\n`),
  ].join("");
}

function rowOf({ id, overBaseline, temporal, lag, guard }: MethodResult): string[] {
  const { flicker, fastError } = overBaseline ?? {};
  const isKnown = guard.fastErrorPercent !== null;
  return [
    id,
    flicker ? changeText(flicker.estimate) : amountText(temporal.flickerPercent),
    flicker?.interval
      ? `${changeText(flicker.interval.low)} to ${changeText(flicker.interval.high)}`
      : "",
    fastError ? text(fastError.estimate) : isKnown ? "1.00" : "?",
    text(lag.frames.estimate),
    lag.lookAheadFrames === null ? "all" : String(lag.lookAheadFrames),
    guard.isValid
      ? isKnown ? "kept" : "?"
      : [...new Set(guard.failed.map(({ part }) => part))].join(" "),
  ];
}

function truthRowOf(
  { method, meanIou, clear, hota, identity, averageDelayFrames }: NonNullable<
    JitterReport["truth"]
  >["methods"][number],
): string[] {
  return [
    method,
    text(meanIou, 4),
    text(clear.recall, 4),
    text(hota?.hota ?? null, 4),
    text(clear.mota, 4),
    text(identity.idf1, 4),
    text(averageDelayFrames),
  ];
}

function text(value: number | null, digits = 2): string {
  return value === null ? "?" : value.toFixed(digits);
}

function changeText(ratio: number | null): string {
  if (ratio === null) return "?";
  const change = 100 * (ratio - 1);
  return `${change > 0 ? "+" : ""}${change.toFixed(1)} %`;
}

/** How much of its size a raw box flickers by: the root of the mean square over coordinates. */
function amountText(flicker: MethodResult["temporal"]["flickerPercent"]): string {
  const values = Object.values(flicker).map(({ estimate }: Measured) => estimate);
  if (values.some((value) => value === null)) return "?";
  const square = values.reduce<number>((sum, value) => sum + value! ** 2, 0) / values.length;
  return `${Math.sqrt(square).toPrecision(2)} % of size`;
}
