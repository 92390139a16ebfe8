import type { Device, InferenceSession } from "../../pipeline/inference_session.ts";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import { checkInput } from "./check_input.ts";
import { DeviceLost } from "./device_lost.ts";
import { InferenceWorker } from "./inference_worker.ts";
import type { OpenedReply, OpenRequest } from "./messages.ts";

/** What a session knows besides its network. */
interface WorkerSessionOptions {
  /** The device in words. */
  readonly description: string;
  /** What is to be said of the choice of the device. */
  readonly fallbacks?: readonly string[];
  /** The worker's code, if not the usual. */
  readonly workerUrl?: URL;
}

/** A network in a worker, which is replaced when it loses its GPU. */
export class WorkerSession implements InferenceSession {
  readonly description: string;
  readonly takesBatches: boolean;
  readonly #request: OpenRequest;
  readonly #inputShape: OpenedReply["inputShape"];
  readonly #options: WorkerSessionOptions;
  #worker: InferenceWorker;
  #lossCount = 0;
  #isDisposed = false;

  private constructor(
    worker: InferenceWorker,
    { inputShape, takesBatches }: OpenedReply,
    request: OpenRequest,
    options: WorkerSessionOptions,
  ) {
    this.#worker = worker;
    this.#inputShape = inputShape;
    this.takesBatches = takesBatches;
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
    if (this.#lossCount === 0) return fallbacks;
    const times = this.#lossCount === 1 ? "once" : `${this.#lossCount} times`;
    return [...fallbacks, `The GPU was lost ${times}: the frames it held were repeated`];
  }

  async run(input: Tensor): Promise<Outputs> {
    checkInput(input, this.#inputShape);
    const { buffer, byteLength } = input.data;
    // Memory that holds more than the input is not handed over, as it is not all ours.
    const own = byteLength === buffer.byteLength
      ? input
      : { dims: input.dims, data: input.data.slice() };
    // A GPU may be lost, and then the input is needed again.
    const transfer = this.device === "webgpu" ? [] : [own.data.buffer];
    const worker = this.#worker;
    try {
      return await worker.run(own, transfer);
    } catch (error) {
      if (!(error instanceof DeviceLost) || this.#isDisposed) throw error;
      return await this.#replaced(worker).run(own, transfer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#worker[Symbol.asyncDispose]();
  }

  /** The worker in the place of one that lost its GPU, the same for all runs that it held. */
  #replaced(lost: InferenceWorker): InferenceWorker {
    if (this.#worker === lost) {
      this.#lossCount++;
      lost[Symbol.asyncDispose]();
      this.#worker = new InferenceWorker(this.#request, this.#options.workerUrl);
    }
    return this.#worker;
  }
}
