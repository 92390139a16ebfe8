import { assert, assertEquals } from "@std/assert";
import { SOUND, SoundBuffer } from "../live/sound_buffer.ts";
import { SoundPackets } from "./sound_packets.ts";

const CLOCK = { num: 1, den: 90_000 };

/** How many bytes the samples take of so many seconds. */
function bytesOf(durationS: number): number {
  return 2 * SOUND.channels * SOUND.rateHz * durationS;
}

Deno.test("SoundPackets are a second long at most, however long a gap was, and leave nothing out", () => {
  const sound = new SoundBuffer();
  const packets = new SoundPackets({ sound, timeBase: CLOCK, firstPts: 0, ptsOffset: 0 });
  const gapS = 600;
  let [samplesLength, count] = [0, 0];
  for (const part of packets.upTo(gapS * CLOCK.den)) {
    if (count++ % 2 === 0) continue; // A header.
    assert(part.length <= bytesOf(1), `${part.length} bytes`);
    samplesLength += part.length;
  }
  assertEquals(samplesLength, bytesOf(gapS - 0.5)); // The last of it may still be under way.
  assertEquals([...packets.upTo(gapS * CLOCK.den)], []);
});
