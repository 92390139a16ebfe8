import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../pipeline/box.ts";
import type { Tracked } from "../pipeline/items.ts";
import { seededRandom } from "../pipeline/metrics/random.ts";
import type { Track } from "../pipeline/track.ts";
import { blackFrame } from "../tests/_frames.ts";
import { smooth, type SmoothOptions } from "./smooth.ts";

const METHODS: readonly (SmoothOptions & { readonly name: string })[] = [
  { name: "one-euro", method: "one-euro" },
  { name: "kalman", method: "kalman" },
  { name: "fixed-lag", method: "fixed-lag" },
  { name: "fixed-lag of 0", method: "fixed-lag", lag: 0 },
];

function square(x: number, y = 0, side = 100): Box<"frame"> {
  return { x1: x - side / 2, y1: y - side / 2, x2: x + side / 2, y2: y + side / 2 };
}

function tracked(box: Box<"frame">, rest: Partial<Track> = {}): Track {
  return { trackId: 1, classId: 0, label: "thing", confidence: 0.9, box, rawBox: box, ...rest };
}

interface Moment {
  readonly timestampUs: number;
  readonly tracks: readonly Track[];
  readonly isCut?: true;
  readonly isHeld?: true;
}

type Shown = Tracked & Pick<Moment, "tracks">;

/** What the stage makes of moments. */
async function run(moments: readonly Moment[], options: SmoothOptions): Promise<Shown[]> {
  const items = moments.map(({ timestampUs, tracks: detections, ...rest }, index): Tracked => ({
    frame: { ...blackFrame(index, { width: 2, height: 2 }), timestampUs },
    detections,
    ...rest,
  }));
  const shown = await Array.fromAsync(ReadableStream.from(items).pipeThrough(smooth(options)));
  return shown.map((item) => ({ ...item, tracks: item.detections }));
}

/** One square whose centre is somewhere else in each frame, at 25 frames a second. */
function moving(places: readonly number[]): Moment[] {
  return places.map((x, i) => ({ timestampUs: i * 40_000, tracks: [tracked(square(x))] }));
}

function centreX({ box: { x1, x2 } }: Track): number {
  return (x1 + x2) / 2;
}

function centres(items: readonly Shown[]): number[] {
  return items.map(({ tracks: [track] }) => track ? centreX(track) : NaN);
}

function noise(count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.normal());
}

function deviationOf(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** What a step differs from the one before: motion hardly counts. */
function trembling(values: readonly number[]): number {
  return deviationOf(values.slice(2).map((x, i) => x - 2 * values[i + 1]! + values[i]!));
}

Deno.test("smooth() passes all on as it is with none", async () => {
  const moments = moving(noise(5));
  const items = await run(moments, { method: "none" });
  assertEquals(items.map(({ tracks }) => tracks), moments.map(({ tracks }) => tracks));
});

Deno.test("smooth() with one-euro gives the ground truth of the filter's authors", async () => {
  const fixture = new URL("../tests/fixtures/oneeuro/groundTruth.csv", import.meta.url);
  const rows = (await Deno.readTextFile(fixture)).trim().split("\n").slice(1)
    .map((row) => row.split(",").map(Number));
  const moments = rows.map(([timestampS, , noisy]) => ({
    timestampUs: timestampS! * 1e6,
    tracks: [tracked(square(noisy!, 0, 1))], // Of size 1, in which places count.
  }));
  const items = await run(moments, { method: "one-euro", minCutoffHz: 1, beta: 0.1 });
  centres(items).forEach((x, i) => assertAlmostEquals(x, rows[i]![3]!, 1e-4));
});

Deno.test.each(METHODS)("smooth() with $name steadies what stands still", async (options) => {
  const places = noise(300).map((x) => x * 0.2);
  const shown = centres(await run(moving(places), options));
  assert(trembling(shown.slice(50, -5)) < 0.6 * trembling(places.slice(50, -5)));
});

Deno.test.each(METHODS.slice(1))(
  "smooth() with $name follows an even motion without lag",
  async (options) => {
    const intervalsUs = [8000, 33_000, 100_000, 400_000];
    let timestampUs = 0;
    const moments = Array.from({ length: 120 }, (_, i) => {
      timestampUs += intervalsUs[i % 4]!;
      const seconds = timestampUs * 1e-6;
      return {
        timestampUs,
        tracks: [tracked(square(30 * seconds, 0, 100 * Math.exp(0.1 * seconds)))],
      };
    });
    const items = await run(moments, options);
    items.slice(30).forEach(({ tracks: [shown] }, i) => {
      const { rawBox } = moments[i + 30]!.tracks[0]!;
      assertAlmostEquals(shown!.box.x1, rawBox!.x1, 0.5);
      assertAlmostEquals(shown!.box.y2, rawBox!.y2, 0.5);
    });
  },
);

Deno.test.each(METHODS)("smooth() with $name has no ghosts, and loses nothing", async (options) => {
  const random = seededRandom(5);
  const moments = Array.from({ length: 200 }, (_, i) => ({
    timestampUs: i * 40_000,
    tracks: [1, 2, 3].filter(() => random.below(3) > 0)
      .map((trackId) => tracked(square(100 * trackId + random.normal()), { trackId })),
    // A stretch of nothing, and a cut.
  })).map((moment, i) => i > 80 && i < 110 ? { ...moment, tracks: [] } : moment)
    .map((moment, i) => i === 150 ? { ...moment, isCut: true as const } : moment);
  const items = await run(moments, options);
  assertEquals(items.map(({ frame }) => frame.timestampUs), moments.map((m) => m.timestampUs));
  items.forEach(({ tracks }, i) => {
    const expected = moments[i]!.tracks;
    assertEquals(tracks.map(({ trackId }) => trackId), expected.map(({ trackId }) => trackId));
    assertEquals(tracks.map(({ rawBox }) => rawBox), expected.map(({ rawBox }) => rawBox));
    for (const track of tracks) assertAlmostEquals(centreX(track), 100 * track.trackId, 5);
  });
});

Deno.test.each(METHODS)(
  "smooth() with $name moves and grows with the picture",
  async (options) => {
    const places = noise(60).map((x, i) => x + 0.1 * i ** 1.5);
    const plain = await run(moving(places), options);
    const changed = await run(
      places.map((x, i) => ({
        timestampUs: 7_000_000 + i * 40_000,
        tracks: [tracked(square(3 * x + 500, -70, 300))],
      })),
      options,
    );
    changed.forEach(({ tracks: [shown] }, i) => {
      const box = plain[i]!.tracks[0]!.box;
      assertAlmostEquals(shown!.box.x1, 3 * box.x1 + 500, 1e-6);
      assertAlmostEquals(shown!.box.y2, 3 * box.y2 - 70, 1e-6);
    });
  },
);

const BREAKS: readonly { readonly name: string; readonly after: Partial<Moment> }[] = [
  { name: "a gap", after: { timestampUs: 40 * 40_000 + 600_000 } },
  { name: "a cut", after: { isCut: true } },
  { name: "another number", after: { tracks: [tracked(square(9), { trackId: 2 })] } },
  {
    name: "other keypoints",
    after: { tracks: [tracked(square(9), { keypoints: [{ x: 1, y: 2, label: "nose" }] })] },
  },
];

for (const { name, after } of BREAKS) {
  Deno.test.each(METHODS)(`smooth() with $name begins anew behind ${name}`, async (options) => {
    const before = moving(noise(40));
    const next = { timestampUs: 40 * 40_000, tracks: [tracked(square(9))], ...after };
    const items = await run([...before, next], options);
    const last = items.at(-1)!.tracks[0]!;
    for (const edge of ["x1", "y1", "x2", "y2"] as const) {
      assertAlmostEquals(last.box[edge], last.rawBox![edge], 1e-9);
    }
    // What was before does not know of it.
    const alone = centres(await run(before, options));
    centres(items.slice(0, -1)).forEach((x, i) => assertAlmostEquals(x, alone[i]!, 1e-9));
  });
}

Deno.test("smooth() with fixed-lag holds as many frames as it looks ahead, and no more", async () => {
  for (const lag of [0, 1, 3, 5]) {
    let taken = 0;
    const source = new ReadableStream<Tracked>({
      pull(controller) {
        controller.enqueue({ frame: blackFrame(taken++), detections: [tracked(square(0))] });
        if (taken === 20) controller.close();
      },
    }, { highWaterMark: 0 });
    let shown = 0;
    for await (const { frame } of source.pipeThrough(smooth({ method: "fixed-lag", lag }))) {
      // One more frame may wait before the stage.
      assert(taken <= frame.index + lag + 2, `${taken} were taken for number ${frame.index}`);
      shown++;
    }
    assertEquals(shown, 20);
  }
});

Deno.test("smooth() with kalman lags behind a fast turn by less than One Euro", async () => {
  const swing = Array.from({ length: 200 }, (_, i) => 40 * Math.sin(i * 2 * Math.PI / 25));
  const errorOf = async (options: SmoothOptions) => {
    const shown = centres(await run(moving(swing), options));
    return deviationOf(shown.slice(50).map((x, i) => x - swing[i + 50]!));
  };
  const kalman = await errorOf({ method: "kalman" });
  assert(
    kalman < 0.5 * await errorOf({ method: "one-euro", minCutoffHz: 1, beta: 1 }),
    `${kalman}`,
  );
});

Deno.test("smooth() with kalman trembles less where corrections are damped", async () => {
  const places = noise(300);
  const damped = async (damping: number) =>
    trembling(centres(await run(moving(places), { method: "kalman", damping })).slice(50));
  assert(await damped(0.27) < 0.7 * await damped(0));
});

Deno.test("smooth() with kalman shows the damped share of a first correction", async () => {
  // Two frames: the second is expected where the first was, so what is shown is in proportion.
  const shares = await Promise.all([0, 0.25].map(async (damping) => {
    const items = await run(moving([0, 10]), { method: "kalman", damping });
    return centres(items)[1]!;
  }));
  assertAlmostEquals(shares[1]! / shares[0]!, 0.75, 1e-9);
});

Deno.test.each(METHODS)("smooth() with $name steadies keypoints like boxes", async (options) => {
  const places = noise(80).map((x, i) => x + i);
  const items = await run(
    places.map((x, i) => ({
      timestampUs: i * 40_000,
      tracks: [tracked(square(x), { keypoints: [{ x, y: 0, label: "nose" }] })],
    })),
    options,
  );
  for (const { tracks: [track] } of items) {
    assertEquals(track!.keypoints![0]!.label, "nose");
    assertAlmostEquals(track!.keypoints![0]!.x, centreX(track!), 1e-9);
  }
});

Deno.test("smooth() leaves what was not detected where tracking expects it", async () => {
  const moments = moving(Array.from({ length: 60 }, (_, i) => 2 * i)).map((moment, i) => {
    if (i % 2 === 0) return moment;
    const { rawBox: _, ...predicted } = moment.tracks[0]!;
    return { ...moment, isHeld: true as const, tracks: [{ ...predicted, box: square(-999) }] };
  });
  for (const options of METHODS.slice(1)) {
    const items = await run(moments, options);
    items.slice(40).forEach(({ tracks: [track] }, i) => {
      if (i % 2) assertEquals(track!.box, square(-999));
      else assertAlmostEquals(centreX(track!), 2 * (i + 40), 0.1);
      assertEquals("rawBox" in track!, i % 2 === 0);
    });
  }
});

Deno.test.each(METHODS)(
  "smooth() with $name leaves boxes without an area alone",
  async (options) => {
    const flat = { x1: 5, y1: 5, x2: 5, y2: 9 };
    const broken = { x1: NaN, y1: 5, x2: 5, y2: 9 };
    const moments = moving([0, 0, 0, 0]).map((moment, i) => {
      const tracks = [...moment.tracks, tracked(i % 2 ? flat : broken, { trackId: 2 })];
      return { ...moment, tracks };
    });
    for (const [i, { tracks }] of (await run(moments, options)).entries()) {
      assertAlmostEquals(centreX(tracks[0]!), 0, 1e-9);
      assertEquals(tracks[1]!.box, i % 2 ? flat : broken);
    }
  },
);

Deno.test.each(METHODS)("smooth() with $name takes frames of the same time", async (options) => {
  const moments = noise(30).map((x, i) => ({
    timestampUs: Math.floor(i / 3) * 40_000,
    tracks: [tracked(square(x))],
  }));
  for (const x of centres(await run(moments, options))) assert(Math.abs(x) < 5, `${x}`);
});

Deno.test("smooth() throws at once if a parameter is out of range", () => {
  const wrong: SmoothOptions[] = [
    { method: "kalman", measurementSd: 0 },
    { method: "kalman", accelerationDensity: -1 },
    { method: "kalman", calmShare: 2 },
    { method: "kalman", calmSpeed: 0 },
    { method: "kalman", damping: 1 },
    { method: "kalman", maxGapS: NaN },
    { method: "fixed-lag", lag: 1.5 },
    { method: "fixed-lag", accelerationDensity: NaN },
    { method: "one-euro", minCutoffHz: 0 },
    { method: "one-euro", beta: -1 },
  ];
  for (const options of wrong) assertThrows(() => smooth(options), RangeError, "Cannot ");
  const unknown = { method: "magic" } as unknown as SmoothOptions;
  assertThrows(() => smooth(unknown), TypeError, "must be none, one-euro, kalman or fixed-lag");
});
