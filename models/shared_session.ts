import { DeviceError } from "../pipeline/errors.ts";
import type { InferenceSession } from "../pipeline/inference_session.ts";
import type { InputPool } from "../pipeline/input_pool.ts";
import type { Outputs, Tensor } from "../pipeline/tensor.ts";
import { BatchChoice } from "./inference/batch_choice.ts";

/** How many runs are asked for at a time where the session does not tell: the next one is at hand. */
const IN_FLIGHT = 2;

/** What waits for the network. */
interface Waiting {
  readonly answer: PromiseWithResolvers<Outputs>;
  /** The input, if it may go through the network with others. */
  readonly input: Tensor | undefined;
  /** Has it go alone. */
  readonly run: () => Promise<Outputs>;
}

/** What went through a shared network so far. */
export interface SharedStatistics {
  /** How many inputs. */
  readonly inputs: number;
  /** In how many runs: fewer, where inputs of several sources went together. */
  readonly runs: number;
}

/**
 * One network for several sources, each of which gets a session of its own from
 * {@linkcode SharedSession.forSource}.
 *
 * They take turns, so that a fast source never keeps a slow one waiting for more than a round. Inputs
 * of several sources that wait at the same time go through the network at once, if it takes batches and
 * as long as that measures faster; none ever waits for others to come.
 *
 * It owns no session: whoever opened it closes it, when all sources have ended.
 *
 * @example Two sources
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { Tensor } from "../pipeline/tensor.ts";
 *
 * const session = {
 *   device: "cpu",
 *   description: "a network that returns what it gets",
 *   fallbacks: [],
 *   run: (input: Tensor) => Promise.resolve({ same: input }),
 *   [Symbol.asyncDispose]: () => Promise.resolve(),
 * } as const;
 * const shared = new SharedSession(session);
 * const [gate, yard] = [shared.forSource(), shared.forSource()];
 * const inputs = [1, 2].map((value) => ({ dims: [1, 1], data: new Float32Array([value]) }));
 * const answers = await Promise.all([gate.run(inputs[0]!), yard.run(inputs[1]!)]);
 * assertEquals(answers.map(({ same }) => same?.data[0]), [1, 2]);
 * ```
 */
export class SharedSession {
  readonly #session: InferenceSession;
  readonly #choice = new BatchChoice();
  /** What waits of each source; whose turn it is comes first. */
  #queues: Waiting[][] = [];
  #running = 0;
  #inputs = 0;
  #runs = 0;
  #lastEndMs = 0;

  /** Makes it of an open session. */
  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** What went through the network so far. */
  statistics(): SharedStatistics {
    return { inputs: this.#inputs, runs: this.#runs };
  }

  /**
   * The network as one source sees it.
   *
   * @returns A session; disposing of it gives up what it waits for, and closes nothing.
   */
  forSource(): InferenceSession {
    const session = this.#session;
    const queue: Waiting[] = [];
    this.#queues.push(queue);
    const { takesBatches, maxPictureBytes, inFlight, inputPool } = session;
    let hasEnded = false;
    const ended = () => new DeviceError("Cannot run the network: the source has ended");
    const ask = (waiting: Omit<Waiting, "answer">) =>
      hasEnded ? Promise.reject(ended()) : this.#ask(queue, waiting);
    return {
      device: session.device,
      description: session.description,
      get fallbacks() {
        return session.fallbacks;
      },
      ...takesBatches !== undefined && { takesBatches },
      ...maxPictureBytes !== undefined && { maxPictureBytes },
      ...inFlight !== undefined && { inFlight },
      ...inputPool && { inputPool },
      run(input) {
        const isOne = takesBatches && input.dims[0] === 1;
        return ask({ input: isOne ? input : undefined, run: () => session.run(input) });
      },
      ...session.runPicture && {
        // The session itself has pictures go together.
        runPicture: (picture) => ask({ input: undefined, run: () => session.runPicture!(picture) }),
      },
      [Symbol.asyncDispose]: () => {
        hasEnded = true;
        this.#queues = this.#queues.filter((other) => other !== queue);
        for (const { answer } of queue.splice(0)) answer.reject(ended());
        return Promise.resolve();
      },
    };
  }

  #ask(queue: Waiting[], waiting: Omit<Waiting, "answer">): Promise<Outputs> {
    const answer = Promise.withResolvers<Outputs>();
    queue.push({ ...waiting, answer });
    this.#advance();
    return answer.promise;
  }

  /** Starts as many runs as are to be asked for at a time. */
  #advance(): void {
    while (this.#running < (this.#session.inFlight ?? IN_FLIGHT)) {
      const group = this.#take();
      if (group.length === 0) return;
      this.#running++;
      this.#start(group);
    }
  }

  /** Takes what goes next: one of each source in turn, and again from the first if there is room. */
  #take(): Waiting[] {
    const first = this.#takeFirst(() => true);
    if (!first) return [];
    const { input } = first;
    if (!input) return [first];
    const shape = input.dims.join();
    const isLike = (waiting: Waiting) => waiting.input?.dims.join() === shape;
    const group = [first];
    const size = this.#choice.sizeFor(1 + this.#queues.flat().filter(isLike).length);
    while (group.length < size) {
      const next = this.#takeFirst(isLike);
      if (!next) break;
      group.push(next);
    }
    return group;
  }

  /** Takes what has waited longest of the first source in turn for which it suits. */
  #takeFirst(suits: (waiting: Waiting) => boolean): Waiting | undefined {
    const at = this.#queues.findIndex(([first]) => first && suits(first));
    const [queue] = at < 0 ? [] : this.#queues.splice(at, 1);
    if (!queue) return undefined;
    this.#queues.push(queue); // Its next turn is behind all others.
    return queue.shift();
  }

  async #start(group: readonly Waiting[]): Promise<void> {
    const startedAtMs = performance.now();
    try {
      const answers = group.length === 1
        ? [await group[0]!.run()]
        : await this.#runTogether(group.map(({ input }) => input!));
      if (!answers) return await this.#startOneByOne(group);
      const nowMs = performance.now();
      // Runs follow one another: one that was asked for before the last one's end began there.
      if (group[0]!.input) {
        this.#choice.record(group.length, nowMs - Math.max(startedAtMs, this.#lastEndMs));
      }
      this.#lastEndMs = nowMs;
      this.#inputs += group.length;
      this.#runs++;
      for (const [i, { answer }] of group.entries()) answer.resolve(answers[i]!);
    } catch (error) {
      for (const { answer } of group) answer.reject(error);
    } finally {
      this.#running--;
      this.#advance();
    }
  }

  /** The outputs for each input; nothing if the network turns out to take one at a time. */
  async #runTogether(inputs: readonly Tensor[]): Promise<Outputs[] | undefined> {
    try {
      const { inputPool } = this.#session;
      const outputs = await this.#session.run(stacked(inputs, inputPool));
      for (const { data } of inputs) inputPool?.give(data);
      return outputsOfEach(outputs, inputs.length);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#choice.forbid();
      return undefined;
    }
  }

  /** Runs what did not go together. */
  async #startOneByOne(group: readonly Waiting[]): Promise<void> {
    await Promise.all(group.map(async ({ run, answer }) => {
      try {
        answer.resolve(await run());
        this.#inputs++;
        this.#runs++;
      } catch (error) {
        answer.reject(error);
      }
    }));
  }
}

/** Inputs one behind the other. */
function stacked(inputs: readonly Tensor[], pool: InputPool | undefined): Tensor {
  const [{ dims, data }] = inputs as [Tensor];
  const length = inputs.length * data.length;
  const stack = pool?.take(length) ?? new Float32Array(length);
  for (const [i, input] of inputs.entries()) stack.set(input.data, i * data.length);
  return { dims: [inputs.length, ...dims.slice(1)], data: stack };
}

/** The outputs that belong to each input of a batch. */
function outputsOfEach(outputs: Outputs, count: number): Outputs[] {
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, { dims, data }]) => {
        if (dims[0] !== count) {
          throw new DeviceError(
            `Cannot run the network on ${count} inputs: "${name}" is of another`,
          );
        }
        const length = data.length / count;
        const own = data.slice(i * length, (i + 1) * length);
        return [name, { dims: [1, ...dims.slice(1)], data: own }];
      }),
    ));
}
