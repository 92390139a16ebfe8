import { assertEquals } from "@std/assert";
import { SoundBuffer } from "./sound_buffer.ts";

/** Samples whose both channels hold their own number. */
function numbered(start: number, count: number): Int16Array {
  return Int16Array.from({ length: 2 * count }, (_, i) => start + (i >> 1));
}

function left(samples: Int16Array): number[] {
  return [...samples.filter((_, i) => i % 2 === 0)];
}

Deno.test("SoundBuffer gives what it was given, over the borders of packets", () => {
  const buffer = new SoundBuffer();
  buffer.put(100, numbered(100, 50));
  buffer.put(150, numbered(150, 50));
  assertEquals(buffer.between(140, 160, 0), numbered(140, 20));
  assertEquals(buffer.between(180, 300, 0), numbered(180, 20)); // The rest has not come yet.
});

Deno.test("SoundBuffer keeps gaps silent, and waits for what may still come", () => {
  const buffer = new SoundBuffer();
  buffer.put(1000, numbered(1000, 2));
  buffer.put(2000, numbered(2000, 2));
  assertEquals(left(buffer.between(1000, 1005, 0)), [1000, 1001, 0, 0, 0]);
  assertEquals(left(buffer.between(1998, 2002, 0)), [0, 0, 2000, 2001]);
  assertEquals(left(buffer.between(2000, 2010, 2004)), [2000, 2001, 0, 0]);
  assertEquals(left(buffer.between(3000, 3010, 2900)), []);
});

Deno.test("SoundBuffer joins packets that begin a little off, and leaves out what it has", () => {
  const buffer = new SoundBuffer();
  buffer.put(0, numbered(0, 1000));
  buffer.put(1001.4, numbered(1000, 1000));
  buffer.put(1500, numbered(1500, 600));
  assertEquals(buffer.between(990, 1010, 0), numbered(990, 20));
  assertEquals(buffer.between(1990, 2100, 0), numbered(1990, 110));
});

Deno.test("SoundBuffer keeps no more than seconds", () => {
  const buffer = new SoundBuffer();
  for (let second = 0; second < 10; second++) buffer.put(48_000 * second, numbered(0, 48_000));
  assertEquals(new Set(buffer.between(0, 48_000, 48_000)), new Set([0]));
  assertEquals(buffer.between(48_000 * 9, 48_000 * 9 + 5, 0), numbered(0, 5));
});
