import { assertAlmostEquals, assertEquals } from "@std/assert";
import { madeReport, madeTraces } from "../../../tests/_made_report.ts";
import { flickerLeft, liveliestStretch, shownMethod, tellingTracks } from "./_telling_tracks.ts";

const REPORT = madeReport();
const BASELINE = REPORT.methods[0]!;

Deno.test("flickerLeft() is the geometric mean of those coordinates that have a ratio", () => {
  const [track] = BASELINE.perTrack;
  const before = { centreX: 4, centreY: 0, width: 2, height: null };
  const after = { centreX: 1, centreY: 3, width: 2, height: 1 };
  const left = flickerLeft({ ...track!, flickerPercent: after }, {
    ...track!,
    flickerPercent: before,
  });
  assertAlmostEquals(left!, 0.5); // Of 1/4 and 1.
});

Deno.test("shownMethod() is that of the verdict, else the first that smooths", () => {
  assertEquals(shownMethod(REPORT)!.id, "blend+kalman");
  const none = { ...REPORT, verdict: { ...REPORT.verdict, method: null } };
  assertEquals(shownMethod(none)!.id, "blend+kalman");
  const fixedLag = { ...REPORT, verdict: { ...REPORT.verdict, method: "blend+fixed-lag" } };
  assertEquals(shownMethod(fixedLag)!.id, "blend+fixed-lag");
  assertEquals(shownMethod({ ...REPORT, methods: [BASELINE] }), undefined);
});

/** The report's method with these shares of flicker left, a track each. */
function withLeft(left: readonly number[]) {
  const method = REPORT.methods[1]!;
  const perTrack = left.map((share, at) => {
    const flicker = BASELINE.perTrack[at]!.flickerPercent.width! * share;
    return {
      ...BASELINE.perTrack[at]!,
      flickerPercent: { centreX: flicker, centreY: flicker, width: flicker, height: flicker },
    };
  });
  return { ...method, perTrack };
}

const RANKED = [
  { left: [0.5, 0.1, 0.9, 0.3, 0.7], ranks: [["best", 0.1], ["median", 0.5], ["worst", 0.9]] },
  { left: [0.5, 0.1], ranks: [["best", 0.1], ["worst", 0.5]] },
  { left: [0.5], ranks: [["only", 0.5]] },
  { left: [], ranks: [] },
];

for (const { left, ranks } of RANKED) {
  Deno.test(`tellingTracks() finds best, median and worst of ${left.length} tracks`, () => {
    const found = tellingTracks(withLeft(left), BASELINE, madeTraces(REPORT));
    assertEquals(found.map(({ rank }) => rank), ranks.map(([rank]) => rank));
    found.forEach((track, at) => assertAlmostEquals(track.left, Number(ranks[at]![1])));
  });
}

Deno.test("liveliestStretch() is the part in which the reference travels most", () => {
  const reference = Array.from({ length: 100 }, (_, at) => {
    const x = at >= 40 && at < 60 ? 5 * (at - 40) : at < 40 ? 0 : 100;
    return { x1: x, y1: 0, x2: x + 10, y2: 10 };
  });
  const segment = {
    timesUs: reference.map((_, at) => at * 40_000),
    reference,
    methods: new Map([["raw", reference]]),
  };
  const track = { trackId: 1, label: "face", sizePx: 10, confidences: [], segments: [segment] };
  const { from, to } = liveliestStretch(track, 1);
  assertEquals([from <= 40, to >= 60, to - from], [true, true, 26]);
  const whole = liveliestStretch(track, 60);
  assertEquals([whole.from, whole.to], [0, 100]);
});
