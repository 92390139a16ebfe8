import { assert, assertEquals } from "@std/assert";
import { FramePool } from "./frame_pool.ts";

Deno.test("FramePool uses memory again once it was given back", () => {
  const pool = new FramePool(16);
  const [first, second] = [pool.lend(pool.take()), pool.lend(pool.take())];
  assert(first.buffer !== second.buffer);
  first[Symbol.dispose]();
  assertEquals(pool.take(), first.buffer);
});

Deno.test("FramePool takes memory back only once", () => {
  const pool = new FramePool(16);
  const loan = pool.lend(pool.take());
  loan[Symbol.dispose]();
  loan[Symbol.dispose]();
  assert(pool.take() !== pool.take());
});

Deno.test("FramePool lends memory that a reader has detached and handed back", () => {
  const pool = new FramePool(16);
  const filled = pool.take().transfer();
  pool.lend(filled)[Symbol.dispose]();
  assert(pool.take() === filled);
});
