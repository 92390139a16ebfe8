import type { Question, RunRequest } from "./messages.ts";

/** How many inputs a network gets at once, at most: with more, all would wait for the last of them. */
const MAX_BATCH = 8;

/**
 * Takes from the front of a queue what goes through the network at once: pictures that wait together
 * go together, in 1, 2, 4 or 8 inputs, as the runtime makes itself ready for each number of them. A
 * tensor goes alone, and so does what is more than that by itself.
 *
 * @param queue What waits, oldest first; it must not be empty.
 * @param maxBatch How many inputs the network takes at once.
 * @returns What was taken.
 */
export function takeBatch(queue: RunRequest[], maxBatch: number = MAX_BATCH): RunRequest[] {
  const limit = Math.min(maxBatch, MAX_BATCH);
  const shape = shapeOf(queue[0]!.question);
  let length = 1;
  let count = 0;
  for (const [i, { question }] of queue.entries()) {
    if (!shape || shapeOf(question) !== shape) break;
    count += inputCountOf(question);
    if (count > limit) break;
    if (Number.isInteger(Math.log2(count))) length = i + 1;
  }
  return queue.splice(0, length);
}

/** How many inputs are made of a question. */
export function inputCountOf(question: Question): number {
  return "picture" in question ? question.picture.fits.length : 1;
}

/** The inputs that are made of pictures can go together if this is the same. */
function shapeOf(question: Question): string | undefined {
  if (!("picture" in question)) return undefined;
  const { input: { layout, width, height }, sieves } = question.picture;
  return JSON.stringify([layout, width, height, sieves]);
}
