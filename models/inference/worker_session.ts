import type { Device, InferenceSession } from "../../pipeline/inference_session.ts";
import { InputPool } from "../../pipeline/input_pool.ts";
import type { Picture } from "../../pipeline/picture.ts";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import { inputDims } from "../gpu/gpu_input.ts";
import { PictureSharer } from "../gpu/shared_picture.ts";
import { checkDims, checkInput } from "./check_input.ts";
import { DeviceLost } from "./device_lost.ts";
import { InferenceWorker } from "./inference_worker.ts";
import type { OpenedReply, OpenRequest, Question } from "./messages.ts";
import { Patience } from "./patience.ts";

/** What a session knows besides its network. */
interface WorkerSessionOptions {
  /** The device in words. */
  readonly description: string;
  /** What is to be said of the choice of the device. */
  readonly fallbacks?: readonly string[];
  /** How many runs to ask for at a time, if that is not to be left to whoever asks. */
  readonly inFlight?: number;
  /** The worker's code, if not the usual. */
  readonly workerUrl?: URL;
  /** For how long a worker may be silent in any case, in milliseconds, if not the usual. */
  readonly silenceMs?: number;
}

/** A network in a worker, which is replaced when it loses its GPU or gives no answer any more. */
export class WorkerSession implements InferenceSession {
  readonly description: string;
  readonly takesBatches: boolean;
  readonly maxPictureBytes?: number;
  readonly inFlight?: number;
  readonly inputPool: InputPool = new InputPool();
  #request: OpenRequest;
  /** The size of each dimension of the network's input, or the name of a free one. */
  readonly inputShape: OpenedReply["inputShape"];
  readonly #options: WorkerSessionOptions;
  #worker: InferenceWorker;
  readonly #patience: Patience;
  readonly #sharer = new PictureSharer();
  #lossCount = 0;
  #outOfMemoryCount = 0;
  /** How often a worker was silent, and for how long it was waited for the last time. */
  #silences = { count: 0, limitMs: 0 };
  /** Of workers that were replaced. */
  #overflowCount = 0;
  #isDisposed = false;

  private constructor(
    worker: InferenceWorker,
    { inputShape, takesBatches, maxPictureBytes }: OpenedReply,
    request: OpenRequest,
    options: WorkerSessionOptions,
    patience: Patience,
  ) {
    this.#worker = worker;
    this.#patience = patience;
    this.inputShape = inputShape;
    this.takesBatches = takesBatches;
    if (maxPictureBytes !== undefined) this.maxPictureBytes = maxPictureBytes;
    if (options.inFlight !== undefined) this.inFlight = options.inFlight;
    this.#request = request;
    this.#options = options;
    this.description = options.description;
  }

  /** Opens a network in a new worker. */
  static async open(request: OpenRequest, options: WorkerSessionOptions): Promise<WorkerSession> {
    const patience = new Patience(options.silenceMs);
    const worker = new InferenceWorker(request, { url: options.workerUrl, patience });
    try {
      return new WorkerSession(worker, await worker.opened, request, options, patience);
    } catch (error) {
      await worker[Symbol.asyncDispose]();
      throw error;
    }
  }

  get device(): Device {
    return this.#request.device;
  }

  get fallbacks(): readonly string[] {
    const { fallbacks = [] } = this.#options;
    const times = (count: number) => count === 1 ? "once" : `${count} times`;
    const said = [...fallbacks];
    if (this.#lossCount) {
      said.push(`The GPU was lost ${times(this.#lossCount)}: the frames it held were repeated`);
    }
    if (this.#outOfMemoryCount) {
      const count = times(this.#outOfMemoryCount);
      said.push(`The GPU ran out of memory ${count}: its frames were repeated, and go one by one`);
    }
    const { count, limitMs } = this.#silences;
    if (count) {
      const silence = `The network gave no answer for ${limitMs / 1000} s ${times(count)}`;
      said.push(`${silence}: it was opened anew, and the frames it held were repeated`);
    }
    const overflows = this.#overflowCount + this.#worker.overflowCount;
    if (overflows) {
      const count = times(overflows);
      said.push(`The GPU found more than was expected ${count}: all that it gave was read, then`);
    }
    return said;
  }

  async run(input: Tensor): Promise<Outputs> {
    checkInput(input, this.inputShape);
    const data = this.inputPool.shared(input.data);
    try {
      return await this.#answerTo({ input: { dims: input.dims, data } });
    } finally {
      this.inputPool.give(data);
    }
  }

  async runPicture(picture: Picture): Promise<Outputs> {
    const { fits } = picture;
    if (fits.length === 0) throw new RangeError("Cannot run the network on a picture without fits");
    checkDims(inputDims(picture, fits.length), this.inputShape);
    if (fits.length > (this.#request.maxBatch ?? Infinity)) return await this.#runEach(picture);
    try {
      return await this.#sharer.sharing(
        picture,
        (shared) => this.#answerTo({ picture: shared }),
      );
    } catch (error) {
      const isTooMuch = error instanceof DeviceLost && error.kind === "outOfMemory" &&
        fits.length > 1;
      if (!isTooMuch || this.#isDisposed) throw error;
      return await this.#runEach(picture);
    }
  }

  /** Runs the network on one input after the other, where there is no room for all of them. */
  async #runEach(picture: Picture): Promise<Outputs> {
    const all: Outputs[] = [];
    for (const fit of picture.fits) all.push(await this.runPicture({ ...picture, fits: [fit] }));
    return stacked(all);
  }

  /** Asks the worker, and another one in its place if it is lost: once more, if this may be why. */
  async #answerTo(question: Question): Promise<Outputs> {
    for (let blames = 0;;) {
      const worker = this.#worker;
      try {
        return await worker.run(question);
      } catch (error) {
        if (!(error instanceof DeviceLost) || this.#isDisposed) throw error;
        if (error.isBlamed && ++blames > 1) throw error;
        this.#replace(worker, error);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#worker[Symbol.asyncDispose]();
  }

  /** Puts another worker in the place of one that was lost, once for all runs that it held. */
  #replace(lost: InferenceWorker, { kind }: DeviceLost): void {
    if (this.#worker !== lost) return;
    if (kind === "gone") this.#lossCount++;
    if (kind === "outOfMemory") {
      this.#outOfMemoryCount++;
      this.#request = { ...this.#request, maxBatch: 1 };
    }
    if (kind === "silent") {
      this.#silences = { count: this.#silences.count + 1, limitMs: this.#patience.limitMs };
    }
    this.#overflowCount += lost.overflowCount;
    lost[Symbol.asyncDispose]();
    const [url, patience] = [this.#options.workerUrl, this.#patience];
    this.#worker = new InferenceWorker(this.#request, { url, patience });
  }
}

/** The outputs of several inputs, one behind the other. */
function stacked(all: readonly Outputs[]): Outputs {
  return Object.fromEntries(
    Object.entries(all[0]!).map(([name, { dims: [, ...inner], data }]) => {
      const stack = new Float32Array(all.length * data.length);
      all.forEach((outputs, place) => stack.set(outputs[name]!.data, place * data.length));
      return [name, { dims: [all.length, ...inner], data: stack }];
    }),
  );
}
