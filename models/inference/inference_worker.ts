import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { DeviceError, ModelError, type SteadyboxError } from "../../pipeline/errors.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import { DeviceLost } from "./device_lost.ts";
import { listen } from "./listen.ts";
import {
  messageOf,
  type OpenedReply,
  type OpenRequest,
  type Question,
  type WorkerReply,
  type WorkerRequest,
} from "./messages.ts";
import { Patience } from "./patience.ts";
import { WORKER_URL } from "./worker_url.ts";

/** How long a worker may take to end the runs that it is asked to give up, in milliseconds. */
const GRACE_MS = 2000;

/** What a worker is made of. */
interface InferenceWorkerOptions {
  /** Its code, if not the usual. */
  readonly url?: URL | undefined;
  /** For how long it is waited for. */
  readonly patience?: Patience;
}

/**
 * The main thread's end of one worker: questions out, each answer back to its question.
 *
 * Node's class is used as, unlike the web's, it tells when the thread ends, however that comes, and
 * does not keep the process alive unless asked to.
 *
 * A worker that is asked for something and says nothing for too long counts as lost: a driver may hang,
 * and a native run that does cannot be interrupted. Its thread then ends when the run does, or with
 * the process, which it does not hold.
 */
export class InferenceWorker implements AsyncDisposable {
  readonly #worker: Worker;
  /** The way to the worker. */
  readonly #port: MessagePort;
  readonly #opening = Promise.withResolvers<OpenedReply>();
  readonly #runs = new Map<number, PromiseWithResolvers<Outputs>>();
  #lastId = 0;
  /** How many runs the worker has not answered yet. */
  #unanswered = 0;
  #isOpen = false;
  readonly #patience: Patience;
  readonly #watch: ReturnType<typeof setInterval>;
  /** For how long it has said nothing while it was asked for something, in milliseconds. */
  #silentMs = 0;
  readonly #isNative: boolean;
  readonly #quiet = Promise.withResolvers<void>();
  #overflowCount = 0;
  /** Why nothing more comes from the worker. */
  #end: SteadyboxError | undefined;

  /** Starts a worker and makes it open a network. */
  constructor(
    request: OpenRequest,
    { url = WORKER_URL, patience = new Patience() }: InferenceWorkerOptions = {},
  ) {
    this.#isNative = request.device === "cpu";
    this.#opening.promise.catch(() => {}); // Whoever waits for it hears of it.
    this.#patience = patience;
    this.#watch = setInterval(() => this.#look(), patience.stepMs);
    this.#watch.unref();
    this.#worker = new Worker(url);
    this.#worker.on("error", (error) => this.#fail(new DeviceError(failing(messageOf(error)))));
    this.#worker.on("exit", () => {
      this.#fail(new DeviceError(failing("its thread ended")));
      this.#quiet.resolve();
    });
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    listen(this.#port, (reply: WorkerReply) => this.#hear(reply));
    this.#worker.postMessage(port2, [port2]);
    this.#ask(request);
  }

  /** What the worker said of the network, once it is open. */
  get opened(): Promise<OpenedReply> {
    return this.#opening.promise;
  }

  /** How many runs were read twice, as more passed the sieves than there was room for. */
  get overflowCount(): number {
    return this.#overflowCount;
  }

  /**
   * Runs the network.
   *
   * @param question What it is to read, in memory that is shared with the worker.
   */
  run(question: Question): Promise<Outputs> {
    if (this.#end) return Promise.reject(this.#end);
    const run = Promise.withResolvers<Outputs>();
    const id = ++this.#lastId;
    this.#runs.set(id, run);
    this.#unanswered++;
    this.#ask({ kind: "run", id, question });
    return run.promise;
  }

  /** Ends the thread; whatever is pending fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new DeviceError("Cannot run the network: the session was closed"));
    this.#worker.ref(); // So that its end is waited for.
    this.#port.ref();
    const hasHope = !(this.#end instanceof DeviceLost);
    if (this.#isNative && this.#unanswered > 0 && hasHope) {
      // A native run would go on without the thread, in memory that goes with it.
      const timer = setTimeout(() => this.#quiet.resolve(), GRACE_MS);
      await this.#quiet.promise;
      clearTimeout(timer);
    }
    this.#port.close();
    await this.#worker.terminate();
  }

  #ask(request: WorkerRequest): void {
    this.#worker.ref();
    this.#port.ref();
    this.#port.postMessage(request);
  }

  /** Counts how long the worker is silent, and gives it up when that is too long. */
  #look(): void {
    const { stepMs, limitMs } = this.#patience;
    this.#silentMs = this.#isOpen && this.#unanswered === 0 ? 0 : this.#silentMs + stepMs;
    if (this.#silentMs <= limitMs) return;
    const [oldest] = this.#runs.keys();
    const run = oldest === undefined ? undefined : this.#taken(oldest);
    run?.reject(silenceOf(limitMs, this.#isOpen)); // Runs follow one another: it is at work on this.
    this.#fail(silenceOf(limitMs, this.#isOpen, false));
  }

  #hear(reply: WorkerReply): void {
    this.#patience.record(this.#silentMs, reply.kind === "answer");
    this.#silentMs = 0;
    switch (reply.kind) {
      case "opened":
        this.#isOpen = true;
        this.#opening.resolve(reply);
        break;
      case "refused":
        this.#fail(refusalFrom(reply));
        break;
      case "answer":
        this.#answered();
        this.#taken(reply.id)?.resolve(reply.outputs);
        break;
      case "failed":
        this.#answered();
        this.#taken(reply.id)?.reject(new DeviceError(failing(reply.message)));
        break;
      case "lost":
        this.#fail(lossFrom(reply));
        break;
      case "overflow":
        this.#overflowCount++;
        break;
      case "crashed":
        this.#fail(new DeviceError(failing(reply.message)));
        this.#quiet.resolve(); // It answers no more.
    }
    if (this.#runs.size === 0 && this.#unanswered === 0) this.#rest();
  }

  #answered(): void {
    this.#unanswered--;
    if (this.#end && this.#unanswered === 0) this.#quiet.resolve();
  }

  /** Lets the process end, as nothing is waited for. */
  #rest(): void {
    this.#worker.unref();
    this.#port.unref();
  }

  #taken(id: number): PromiseWithResolvers<Outputs> | undefined {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    return run;
  }

  #fail(error: SteadyboxError): void {
    this.#end ??= error;
    clearInterval(this.#watch);
    this.#opening.reject(error);
    for (const run of this.#runs.values()) run.reject(error);
    this.#runs.clear();
    this.#rest();
  }
}

function failing(reason: string): string {
  return `Cannot run the network: ${reason}`;
}

function refusalFrom({ fault, message }: WorkerReply & { kind: "refused" }): SteadyboxError {
  return fault === "model"
    ? new ModelError(`Cannot open the network: ${message}`)
    : new DeviceError(`Cannot open the device: ${message}`);
}

function lossFrom({ message, isOutOfMemory = false }: WorkerReply & { kind: "lost" }): DeviceLost {
  const what = isOutOfMemory ? "the GPU ran out of memory" : "the GPU was lost";
  return new DeviceLost(failing(`${what}: ${message}`), isOutOfMemory ? "outOfMemory" : "gone");
}

function silenceOf(limitMs: number, isOpen: boolean, isBlamed?: boolean): DeviceLost {
  const action = isOpen ? "run" : "open";
  const message = `Cannot ${action} the network: it gave no answer for ${limitMs / 1000} s`;
  return new DeviceLost(message, "silent", isBlamed);
}
