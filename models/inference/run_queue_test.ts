import { assertEquals } from "@std/assert";
import { rgbFromYuv } from "../../pipeline/colour.ts";
import type { Question, RunRequest } from "./messages.ts";
import { takeBatch } from "./run_queue.ts";
import { inputOf } from "../../tests/_input_of.ts";

const FIT = { scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 };

/** A picture for so many inputs, or a tensor for 0. */
function question(count: number, width = 4): Question {
  if (count === 0) return { input: { dims: [1], data: new Float32Array(1) } };
  return {
    picture: {
      pixelsId: 1,
      memory: new SharedArrayBuffer(24),
      size: { width: 4, height: 4 },
      byteLength: 24,
      rgbFromYuv: rgbFromYuv({ matrix: "bt709", range: "full" }),
      input: inputOf(width, 4, { resize: "stretch" }),
      resampler: "bilinear",
      fits: new Array(count).fill(FIT),
    },
  };
}

function queueOf(questions: readonly Question[]): RunRequest[] {
  return questions.map((question, id) => ({ kind: "run", id, question }));
}

/** The sizes of the batches that a queue falls into. */
function batchesOf(queue: RunRequest[], maxBatch?: number): number[] {
  const sizes: number[] = [];
  const ids: number[] = [];
  while (queue.length > 0) {
    const batch = takeBatch(queue, maxBatch);
    sizes.push(batch.length);
    ids.push(...batch.map(({ id }) => id));
  }
  assertEquals(ids, ids.map((_, i) => i)); // Each in its turn.
  return sizes;
}

Deno.test.each([
  { what: "one picture alone", counts: [1], expected: [1] },
  { what: "pictures by 1, 2, 4 or 8", counts: new Array(15).fill(1), expected: [8, 4, 2, 1] },
  { what: "tensors one by one", counts: [0, 0, 1, 1, 0], expected: [1, 1, 2, 1] },
  { what: "slices along with whole frames", counts: [1, 3, 1, 7], expected: [2, 2] },
  { what: "many slices by themselves", counts: [8, 8, 40, 1], expected: [1, 1, 1, 1] },
  { what: "what makes no round number", counts: [3, 3, 3], expected: [1, 1, 1] },
])("takeBatch() takes $what", ({ counts, expected }) => {
  assertEquals(batchesOf(queueOf(counts.map((count) => question(count)))), [...expected]);
});

Deno.test("takeBatch() keeps to what the network takes at once", () => {
  assertEquals(batchesOf(queueOf([1, 1, 1, 1, 1].map((count) => question(count))), 1).length, 5);
  assertEquals(batchesOf(queueOf([1, 1, 1, 1, 1].map((count) => question(count))), 3), [2, 2, 1]);
});

Deno.test("takeBatch() keeps inputs of different sizes apart", () => {
  assertEquals(batchesOf(queueOf([question(1), question(1), question(1, 8), question(1)])), [
    2,
    1,
    1,
  ]);
});

Deno.test("takeBatch() keeps apart what is asked of pictures for different sieves", () => {
  const sieved = (floor: number): Question => {
    const sieve = { output: "y", axis: 1, length: 6, from: 4, to: 6, least: 0, floor };
    const asked = question(1);
    return "picture" in asked ? { picture: { ...asked.picture, sieves: [sieve] } } : asked;
  };
  const queue = queueOf([sieved(0.5), sieved(0.5), sieved(0.2), question(1), question(1)]);
  assertEquals(batchesOf(queue), [2, 1, 2]);
});
