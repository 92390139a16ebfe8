import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { discard } from "../pipeline/discard.ts";
import { DeviceError, StageError } from "../pipeline/errors.ts";
import type { Frame } from "../pipeline/frame.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Inferred, Prepared } from "../pipeline/items.ts";
import { type MeteredStage, stage } from "../pipeline/stage.ts";
import type { Picture } from "../pipeline/picture.ts";
import type { Sieve } from "../pipeline/sieve.ts";
import type { Outputs, Tensor } from "../pipeline/tensor.ts";
import { blackFrame, blackFrames } from "../tests/_frames.ts";
import { infer } from "./infer.ts";

const FIT = { scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 };

/** A session whose runs are answered when the test says so, by the number that was asked with. */
class ManualSession implements InferenceSession {
  readonly device = "cpu";
  readonly description = "made";
  readonly fallbacks: readonly string[] = [];
  readonly #runs = new Map<number, PromiseWithResolvers<Outputs>>();
  #asked = Promise.withResolvers<void>();
  /** How many runs were pending at a time, at most. */
  mostPending = 0;

  run({ data }: Tensor): Promise<Outputs> {
    const run = Promise.withResolvers<Outputs>();
    this.#runs.set(data[0]!, run);
    this.mostPending = Math.max(this.mostPending, this.#runs.size);
    this.#asked.resolve();
    this.#asked = Promise.withResolvers();
    return run.promise;
  }

  /** The numbers that wait for an answer. */
  get pending(): readonly number[] {
    return [...this.#runs.keys()];
  }

  /** Waits until that number was asked with. */
  async asked(number: number): Promise<void> {
    while (!this.#runs.has(number)) await this.#asked.promise;
  }

  answer(number: number): void {
    const { dims, data } = { dims: [1], data: Float32Array.of(10 * number) };
    this.#runs.get(number)!.resolve({ output: { dims, data } });
    this.#runs.delete(number);
  }

  fail(number: number, error: Error): void {
    this.#runs.get(number)!.reject(error);
    this.#runs.delete(number);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A session that makes its input of pictures, and tells what else it is asked. */
class PictureSession extends ManualSession {
  readonly sieves: Picture["sieves"][] = [];

  runPicture({ sieves }: Picture): Promise<Outputs> {
    this.sieves.push(sieves);
    return Promise.resolve({ output: { dims: [1], data: Float32Array.of(0) } });
  }
}

/** Gives each frame its own number as input, except those that are passed over. */
function preparing(stride = 1): MeteredStage<Frame, Prepared> {
  return stage("prepare", async function* (frames: AsyncIterable<Frame>) {
    for await (const frame of frames) {
      const input = { dims: [1], data: Float32Array.of(frame.index) };
      yield frame.index % stride ? { frame, fit: FIT } : { frame, fit: FIT, input };
    }
  });
}

/** Until all that can happen without further prompting has happened. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

function resultOf({ frame, outputs }: Inferred): [number, number | undefined] {
  return [frame.index, outputs?.output?.data[0]];
}

async function read(reader: ReadableStreamDefaultReader<Inferred>): Promise<Inferred> {
  const { done, value } = await reader.read();
  assert(!done);
  return value;
}

Deno.test("infer() keeps the order when runs end out of order", async () => {
  const session = new ManualSession();
  const { frames, counts } = blackFrames(6);
  const results: [number, number | undefined][] = [];
  const done = frames.pipeThrough(preparing()).pipeThrough(infer(session, { inFlight: 3 }))
    .pipeTo(
      new WritableStream<Inferred>({
        write(item) {
          results.push(resultOf(item));
          item.frame[Symbol.dispose]();
        },
      }),
    );
  for (const numbers of [[2, 1, 0], [5, 3, 4]]) {
    for (const number of numbers) {
      await session.asked(number);
      session.answer(number);
    }
  }
  await done;
  assertEquals(results, [0, 1, 2, 3, 4, 5].map((number) => [number, 10 * number]));
  assertEquals({ mostPending: session.mostPending, open: counts.open }, {
    mostPending: 3,
    open: 0,
  });
});

Deno.test.each([{ inFlight: 1 }, { inFlight: 2 }, { inFlight: 4 }])(
  "infer() holds no more than $inFlight frames",
  async ({ inFlight }) => {
    const session = new ManualSession();
    const { frames, counts } = blackFrames(100);
    const reader = frames.pipeThrough(preparing()).pipeThrough(infer(session, { inFlight }))
      .getReader();
    const first = read(reader);
    await idle();
    assertEquals(session.pending, Array.from({ length: inFlight }, (_, index) => index));
    session.answer(0);
    (await first).frame[Symbol.dispose]();
    await idle();
    // Nobody reads on, so nothing more was taken in. Two wait in front of the stage.
    assert(session.pending.length <= inFlight, `${session.pending.length} runs are pending`);
    assert(counts.made <= inFlight + 3, `${counts.made} frames were made`);
    const cancelled = reader.cancel();
    for (const number of session.pending) session.answer(number);
    await cancelled;
    await idle();
    assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
  },
);

Deno.test("infer() passes a frame on before the next one comes", async () => {
  const session = new ManualSession();
  const inference = infer(session, { inFlight: 2 });
  const writer = inference.writable.getWriter();
  const reader = inference.readable.getReader();
  const first = read(reader);
  const input = { dims: [1], data: Float32Array.of(7) };
  const written = writer.write({ frame: blackFrame(0), fit: FIT, input });
  await session.asked(7);
  session.answer(7);
  assertEquals(resultOf(await first), [0, 70]);
  await Promise.all([written, writer.close(), reader.read()]);
});

Deno.test("infer() lets frames through that are passed over, in order and without outputs", async () => {
  const session = new ManualSession();
  const { frames } = blackFrames(7);
  const results = Array.fromAsync(
    frames.pipeThrough(preparing(3)).pipeThrough(infer(session)),
    resultOf,
  );
  for (const number of [0, 3, 6]) {
    await session.asked(number);
    session.answer(number);
  }
  assertEquals(await results, [
    [0, 0],
    [1, undefined],
    [2, undefined],
    [3, 30],
    [4, undefined],
    [5, undefined],
    [6, 60],
  ]);
});

Deno.test("infer() passes a failed run on once, after what came before, and gives all back", async () => {
  const session = new ManualSession();
  const { frames, counts } = blackFrames(100);
  const seen: number[] = [];
  const failure = new DeviceError("Cannot run the network: gone");
  const done = frames.pipeThrough(preparing()).pipeThrough(infer(session, { inFlight: 3 }))
    .pipeTo(
      new WritableStream<Inferred>({
        write({ frame }) {
          seen.push(frame.index);
          frame[Symbol.dispose]();
        },
      }),
    );
  const rejected = assertRejects(() => done, DeviceError);
  await session.asked(2);
  session.fail(1, failure);
  session.fail(2, new Error("a consequence"));
  session.answer(0);
  assertEquals(await rejected, failure);
  assertEquals(seen, [0]);
  await idle();
  assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
});

Deno.test("infer() gives every frame back when it is cancelled while runs are pending", async () => {
  const session = new ManualSession();
  const { frames, counts } = blackFrames(100);
  const reader = frames.pipeThrough(preparing()).pipeThrough(infer(session, { inFlight: 4 }))
    .getReader();
  const reading = reader.read();
  await session.asked(3);
  const cancelled = reader.cancel();
  assertEquals((await reading).done, true);
  for (const number of session.pending) session.fail(number, new DeviceError("closed"));
  await cancelled;
  await idle();
  assertEquals({ open: counts.open, isClosed: counts.isClosed }, { open: 0, isClosed: true });
});

Deno.test("infer() names the frame at which a run was refused", async () => {
  const session = new ManualSession();
  const { frames } = blackFrames(3);
  const rejected = assertRejects(
    () => frames.pipeThrough(preparing()).pipeThrough(infer(session)).pipeTo(discard()),
    StageError,
    "a wrong shape",
  );
  await session.asked(0);
  session.fail(0, new RangeError("a wrong shape"));
  assertEquals((await rejected).stage, "infer");
});

Deno.test.each([0, -1, 1.5, NaN, Infinity])("infer() refuses inFlight %s", (inFlight) => {
  assertThrows(() => infer(new ManualSession(), { inFlight }), RangeError, String(inFlight));
});

Deno.test("infer() asks of pictures and of slices only for what passes its sieves", async () => {
  const sieves: Sieve[] = [
    { output: "output", axis: 1, length: 6, from: 4, to: 6, least: 0, floor: 0.5 },
  ];
  for (const asked of [sieves, undefined]) {
    const session = new PictureSession();
    const frame = blackFrame(0);
    const picture = { planes: frame.planes, fits: [FIT] } as unknown as Picture;
    const slices = { fits: [FIT, FIT], make: () => ({ dims: [], data: new Float32Array() }) };
    const item = { frame, picture, fit: FIT, slices: { ...slices, picture } };
    await ReadableStream.from([item])
      .pipeThrough(infer(session, asked && { sieves: asked }))
      .pipeTo(discard());
    assertEquals(session.sieves, [asked, asked, asked]);
  }
});
