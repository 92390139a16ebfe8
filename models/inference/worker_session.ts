import type { Device, InferenceSession } from "../../pipeline/inference_session.ts";
import type { Picture } from "../../pipeline/picture.ts";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import { inputDims } from "../gpu/gpu_input.ts";
import { PictureSharer } from "../gpu/shared_picture.ts";
import { checkDims, checkInput } from "./check_input.ts";
import { DeviceLost } from "./device_lost.ts";
import { InferenceWorker } from "./inference_worker.ts";
import type { OpenedReply, OpenRequest, Question } from "./messages.ts";

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
}

/** A network in a worker, which is replaced when it loses its GPU. */
export class WorkerSession implements InferenceSession {
  readonly description: string;
  readonly takesBatches: boolean;
  readonly maxPictureBytes?: number;
  readonly inFlight?: number;
  #request: OpenRequest;
  /** The size of each dimension of the network's input, or the name of a free one. */
  readonly inputShape: OpenedReply["inputShape"];
  readonly #options: WorkerSessionOptions;
  #worker: InferenceWorker;
  readonly #sharer = new PictureSharer();
  #lossCount = 0;
  #outOfMemoryCount = 0;
  #isDisposed = false;

  private constructor(
    worker: InferenceWorker,
    { inputShape, takesBatches, maxPictureBytes }: OpenedReply,
    request: OpenRequest,
    options: WorkerSessionOptions,
  ) {
    this.#worker = worker;
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
    const worker = new InferenceWorker(request, options.workerUrl);
    try {
      return new WorkerSession(worker, await worker.opened, request, options);
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
    return said;
  }

  async run(input: Tensor): Promise<Outputs> {
    checkInput(input, this.inputShape);
    const { buffer, byteLength } = input.data;
    // Memory that holds more than the input is not handed over, as it is not all ours.
    const own = byteLength === buffer.byteLength
      ? input
      : { dims: input.dims, data: input.data.slice() };
    // A GPU may be lost, and then the input is needed again.
    const transfer = this.device === "webgpu" ? [] : [own.data.buffer];
    return await this.#answerTo({ input: own }, transfer);
  }

  async runPicture(picture: Picture): Promise<Outputs> {
    const { fits } = picture;
    if (fits.length === 0) throw new RangeError("Cannot run the network on a picture without fits");
    checkDims(inputDims(picture, fits.length), this.inputShape);
    if (fits.length > (this.#request.maxBatch ?? Infinity)) return await this.#runEach(picture);
    try {
      return await this.#sharer.sharing(picture, (one) => this.#answerTo({ picture: one }, []));
    } catch (error) {
      const isTooMuch = error instanceof DeviceLost && error.isOutOfMemory && fits.length > 1;
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

  /** Asks the worker, and again another one if it loses its GPU. */
  async #answerTo(question: Question, transfer: ArrayBuffer[]): Promise<Outputs> {
    const worker = this.#worker;
    try {
      return await worker.run(question, transfer);
    } catch (error) {
      if (!(error instanceof DeviceLost) || this.#isDisposed) throw error;
      return await this.#replaced(worker, error).run(question, transfer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#worker[Symbol.asyncDispose]();
  }

  /** The worker in the place of one that lost its GPU, the same for all runs that it held. */
  #replaced(lost: InferenceWorker, { isOutOfMemory }: DeviceLost): InferenceWorker {
    if (this.#worker === lost) {
      if (isOutOfMemory) this.#outOfMemoryCount++;
      else this.#lossCount++;
      if (isOutOfMemory) this.#request = { ...this.#request, maxBatch: 1 };
      lost[Symbol.asyncDispose]();
      this.#worker = new InferenceWorker(this.#request, this.#options.workerUrl);
    }
    return this.#worker;
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
