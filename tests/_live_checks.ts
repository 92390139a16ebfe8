import { assert, assertEquals } from "@std/assert";
import type { FeedStatistics } from "../mod.ts";
import type { Sighting } from "./_rtsp_server.ts";

/** Fails unless frames are numbered from 0 and their times rise, over all connections. */
export function assertContinuous(sightings: readonly Sighting[]): void {
  assertEquals(sightings.map(({ index }) => index), [...sightings.keys()]);
  for (const [i, { timestampUs, drawnAtMs }] of sightings.slice(1).entries()) {
    const before = sightings[i]!;
    assert(timestampUs > before.timestampUs, `the time of frame ${i + 1} does not rise`);
    assert(drawnAtMs > before.drawnAtMs, `frame ${i + 1} shows an older picture than ${i}`);
  }
}

/** Fails if a connection shows a picture that was made before the one before it was cut. */
export function assertNothingStale(
  sightings: readonly Sighting[],
  losses: readonly { readonly connection: number; readonly atMs: number }[],
): void {
  for (const { connection, atMs } of losses) {
    const first = sightings.find(({ source }) => source.connection === connection);
    assert(first, `connection ${connection} was never seen`);
    assert(first.drawnAtMs >= atMs, `connection ${connection} begins before its outage`);
  }
}

/** Fails unless all frames that came are accounted for. */
export function assertAddsUp({ received, delivered, dropped, waiting }: FeedStatistics): void {
  const droppedInAll = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  assertEquals(received, delivered + droppedInAll);
  assertEquals(waiting, 0);
}
