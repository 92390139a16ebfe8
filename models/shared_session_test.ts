import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { DeviceError } from "../pipeline/errors.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { Outputs, Tensor } from "../pipeline/tensor.ts";
import { affineAnswer, affineNetwork } from "../tests/_tiny_network.ts";
import { openSession } from "./session.ts";
import { SharedSession } from "./shared_session.ts";

/** A network that gives back what it gets, when it is told to. */
class HeldNetwork implements InferenceSession {
  readonly device = "cpu";
  readonly description = "a network that gives back what it gets";
  readonly fallbacks: readonly string[] = [];
  readonly takesBatches: boolean;
  /** What went in, run by run. */
  readonly runs: number[][] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #answer: (input: Tensor) => Outputs;

  constructor({ takesBatches = false, answer = (same: Tensor): Outputs => ({ same }) } = {}) {
    this.takesBatches = takesBatches;
    this.#answer = answer;
  }

  async run(input: Tensor): Promise<Outputs> {
    this.runs.push([...input.data]);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#answer(input);
  }

  /** Lets the oldest run end, and others begin. */
  async release(count = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.#waiting.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function one(value: number): Tensor {
  return { dims: [1, 1], data: new Float32Array([value]) };
}

Deno.test("SharedSession lets a slow source go next, however much a fast one asks for", async () => {
  const network = new HeldNetwork();
  const shared = new SharedSession(network);
  const [fast, slow] = [shared.forSource(), shared.forSource()];
  const answers = Array.from({ length: 50 }, (_, i) => fast.run(one(i)));
  const wanted = slow.run(one(1000));
  await network.release(3);
  assert(network.runs.slice(0, 4).flat().includes(1000), String(network.runs));
  assertEquals((await wanted).same?.data, one(1000).data);
  await network.release(60);
  const values = (await Promise.all(answers)).map(({ same }) => same?.data[0]);
  assertEquals(values, [...answers.keys()]);
});

Deno.test("SharedSession takes turns: of three sources that all ask, each gets a third", async () => {
  const network = new HeldNetwork();
  const shared = new SharedSession(network);
  const sources = [0, 1, 2].map(() => shared.forSource());
  const answers = sources.flatMap((source, who) =>
    Array.from({ length: 20 }, () => source.run(one(who)))
  );
  await network.release(28);
  // The first source had its first two begun before the others asked.
  assertEquals(network.runs.flat().slice(2, 14), [1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
  await network.release(40);
  await Promise.all(answers);
});

Deno.test("SharedSession has inputs that wait go together, one of each source in turn", async () => {
  const network = new HeldNetwork({ takesBatches: true });
  const shared = new SharedSession(network);
  const sources = [0, 1, 2, 3].map(() => shared.forSource());
  const answers = sources.flatMap((source, who) =>
    Array.from({ length: 30 }, (_, i) => source.run(one(100 * who + i)))
  );
  await network.release(200);
  const values = (await Promise.all(answers)).map(({ same }) => same?.data[0]);
  assertEquals(
    values,
    [0, 1, 2, 3].flatMap((who) => [...Array(30).keys()].map((i) => 100 * who + i)),
  );
  // At the very end only some of them have any left.
  for (const run of network.runs.slice(0, -4).filter(({ length }) => length <= 4)) {
    assertEquals(new Set(run.map((value) => Math.floor(value / 100))).size, run.length);
  }
  const { inputs, runs } = shared.statistics();
  assertEquals([inputs, runs], [120, network.runs.length]);
  assert(network.runs.some(({ length }) => length > 1), "none went together");
});

Deno.test("SharedSession lets no input wait for others to come", async () => {
  const network = new HeldNetwork({ takesBatches: true });
  const [source] = [new SharedSession(network).forSource()];
  const answer = source.run(one(7));
  assertEquals(network.runs, [[7]]);
  await network.release();
  assertEquals((await answer).same?.data, one(7).data);
});

const BAD_BATCHES = [
  {
    what: "fails",
    answer(input: Tensor): Outputs {
      if (input.data.length > 1) throw new DeviceError("Cannot run the network: a fixed batch");
      return { same: input };
    },
  },
  {
    what: "answers for one only",
    answer: ({ data }: Tensor): Outputs => ({ same: { dims: [1, 1], data: data.slice(0, 1) } }),
  },
];

Deno.test.each(BAD_BATCHES)(
  "SharedSession has inputs go alone where the network $what when they go together",
  async ({ answer }) => {
    const network = new HeldNetwork({ takesBatches: true, answer });
    const shared = new SharedSession(network);
    const sources = [0, 1].map(() => shared.forSource());
    const answers = sources.flatMap((source, who) =>
      Array.from({ length: 20 }, (_, i) => source.run(one(100 * who + i)))
    );
    await network.release(100);
    const values = (await Promise.all(answers)).map(({ same }) => same?.data[0]);
    assertEquals(values, [0, 1].flatMap((who) => [...Array(20).keys()].map((i) => 100 * who + i)));
    // Two were on their way when the first came back.
    assert(network.runs.filter(({ length }) => length > 1).length <= 2, String(network.runs));
  },
);

Deno.test("SharedSession gives up what a source waits for when it ends, and nothing else", async () => {
  const network = new HeldNetwork();
  const shared = new SharedSession(network);
  const [leaving, staying] = [shared.forSource(), shared.forSource()];
  const lost = [1, 2, 3].map((value) => leaving.run(one(value)));
  const kept = staying.run(one(9));
  const refused = lost.slice(2).map((answer) => assertRejects(() => answer, DeviceError, "ended"));
  await leaving[Symbol.asyncDispose]();
  await network.release(10);
  await Promise.all(refused);
  assertEquals((await kept).same?.data, one(9).data);
  assertEquals(network.runs.flat().toSorted(), [1, 2, 9]);
});

Deno.test("SharedSession refuses what a source asks for after its end", async () => {
  const source = new SharedSession(new HeldNetwork()).forSource();
  await source[Symbol.asyncDispose]();
  await assertRejects(() => source.run(one(1)), DeviceError, "ended");
});

Deno.test("SharedSession tells whoever asked of a failure, and goes on with the others", async () => {
  const network = new HeldNetwork({
    answer(input) {
      if (input.data[0] === 1) throw new DeviceError("Cannot run the network: no");
      return { same: input };
    },
  });
  const shared = new SharedSession(network);
  const [bad, good] = [shared.forSource(), shared.forSource()];
  const failing = assertRejects(() => bad.run(one(1)), DeviceError, "no");
  const answer = good.run(one(2));
  await network.release(2);
  await failing;
  assertEquals((await answer).same?.data, one(2).data);
});

Deno.test("SharedSession answers each source as the network itself does, together or not", async () => {
  await using session = await openSession(affineNetwork(), { device: "cpu" });
  const shared = new SharedSession(session);
  const sources = Array.from({ length: 5 }, () => shared.forSource());
  const rowOf = (who: number, i: number) => [who + 0.5, i, who * i - 3];
  const answers = sources.flatMap((source, who) =>
    Array.from({ length: 40 }, async (_, i) => {
      const row = rowOf(who, i);
      const { doubled, sum } = await source.run({ dims: [1, 3], data: new Float32Array(row) });
      assertEquals([doubled?.dims, sum?.dims], [[1, 3], [1, 1]]);
      const expected = affineAnswer(row);
      expected.doubled.forEach((value, at) => assertAlmostEquals(doubled!.data[at]!, value, 1e-4));
      assertAlmostEquals(sum!.data[0]!, expected.sum[0]!, 1e-4);
    })
  );
  await Promise.all(answers);
  const { inputs, runs } = shared.statistics();
  assertEquals(inputs, 200);
  assert(runs < inputs, `${runs} runs`);
});
