import { assertEquals } from "@std/assert";
import { type BroadcastEvent, type BroadcastStatistics, decode } from "../mod.ts";
import { drawnNumber } from "./_live_frames.ts";

/** Fails unless all frames that came are accounted for. */
export function assertAddsUp({ received, sent, dropped }: BroadcastStatistics): void {
  const droppedInAll = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  assertEquals(received, sent + droppedInAll);
}

/** The numbers drawn in a video's pictures, `undefined` for cards, in the order in which they are shown. */
export async function numbersIn(path: string): Promise<(number | undefined)[]> {
  const numbers: (number | undefined)[] = [];
  for await (using frame of decode(path)) numbers.push(drawnNumber(frame));
  return numbers;
}

/** Collects events, and lets a test wait for one. */
export interface BroadcastListener {
  /** All that came, in order. */
  readonly events: readonly BroadcastEvent[];
  /** Takes an event in. */
  readonly onEvent: (event: BroadcastEvent) => void;
  /** Waits for the nth (from 1) event of a kind. */
  readonly until: (kind: BroadcastEvent["kind"], count: number) => Promise<void>;
}

/** Makes a listener. */
export function listener(): BroadcastListener {
  const events: BroadcastEvent[] = [];
  const waits = new Set<() => void>();
  return {
    events,
    onEvent(event) {
      events.push(event);
      for (const check of waits) check();
    },
    until: (kind, count) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (events.filter((event) => event.kind === kind).length < count) return;
          waits.delete(check);
          resolve();
        };
        waits.add(check);
        check();
      }),
  };
}
