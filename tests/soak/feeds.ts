/**
 * The long test of many feeds in one run, by `deno task soak`. It needs GStreamer's RTSP server, and a
 * machine that is busy with little else.
 *
 * SOAK_ROUNDS says how often the runs with and without bad feeds are repeated: 3 unless it is set.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../_program.ts";
import { encodedClip, Replays } from "../_rtsp_replays.ts";
import { freePort } from "../_rtsp_server.ts";
import { inTempDir } from "../_temp_dir.ts";

const ROUNDS = Number(Deno.env.get("SOAK_ROUNDS") ?? 3);

/** How long one run is, in seconds: in the first minute, bad feeds are tried more often than ever after. */
const DURATION_S = 200;

/** How much less the good feeds may have beside bad ones. */
const LOSS = 0.1;

/** What one run gave to the good feeds. */
interface Measured {
  /** The frames a second, of each. */
  readonly fps: readonly number[];
  /** The 95th percentile of the age at the result, of each, in milliseconds. */
  readonly p95Ms: readonly number[];
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The rate at which a feed's frames were written, by their own times. */
async function rateOf(path: string): Promise<number> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  const timeS = (line: string) => JSON.parse(line).timestamp / 1e9;
  return (lines.length - 1) / (timeS(lines.at(-1)!) - timeS(lines[0]!));
}

async function measured(
  dir: string,
  good: readonly { readonly name: string; readonly url: string }[],
  bad: readonly { readonly name: string; readonly url: string }[],
): Promise<Measured> {
  const defaults = {
    device: "cpu",
    model: "blazeface-short",
    jsonl: "{name}.jsonl",
    overwrite: true,
    duration: DURATION_S,
  };
  const feeds = [...bad, ...good];
  await Deno.writeTextFile(`${dir}/feeds.yaml`, JSON.stringify({ defaults, feeds }));
  const { code, stderr } = await runProgram(["run", "--sources", "feeds.yaml"], { dir });
  assertEquals(code, bad.length > 0 ? 3 : 0, stderr);
  const p95Ms = good.map(({ name }) => {
    const [, p95] = new RegExp(`^${name}: rtsp:.*?p95 ([\\d.]+)`, "ms").exec(stderr) ?? [];
    assert(p95 !== undefined, stderr);
    return Number(p95);
  });
  const fps = await Promise.all(good.map(({ name }) => rateOf(`${dir}/${name}.jsonl`)));
  return { fps, p95Ms };
}

Deno.test("two dead feeds and a garbled one take nothing from five others", () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/tmp`);
    const clip = `${dir}/clip.h264`;
    await encodedClip(clip);
    const [port, badPort] = [freePort(), freePort()];
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using _good = await Replays.start({ port, clip, count: 5 });
    await using _bad = await Replays.start({ port: badPort, clip, garble: 100 });
    const good = [0, 1, 2, 3, 4].map((i) => (
      { name: `good${i}`, url: `rtsp://127.0.0.1:${port}/${i}` }
    ));
    const bad = [
      { name: "dead", url: `rtsp://127.0.0.1:${freePort()}/x` },
      { name: "silent", url: `rtsp://127.0.0.1:${silent.addr.port}/x` },
      { name: "garbled", url: `rtsp://127.0.0.1:${badPort}/0` },
    ];
    const [alone, beside]: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      alone.push(await measured(dir, good, []));
      beside.push(await measured(dir, good, bad));
    }
    const median = (runs: readonly Measured[]) => ({
      fps: medianOf(runs.flatMap(({ fps }) => fps)),
      p95Ms: medianOf(runs.flatMap(({ p95Ms }) => p95Ms)),
    });
    // deno-lint-ignore no-console -- It is for whoever runs this.
    console.log(
      JSON.stringify({ alone: median(alone), beside: median(beside), runs: { alone, beside } }),
    );
    assert(median(beside).fps >= (1 - LOSS) * median(alone).fps, "the rate fell");
    assert(median(beside).p95Ms <= (1 + LOSS) * median(alone).p95Ms, "the latency rose");
  }));
