import { type GpuOutput, GpuReader } from "./gpu_reader.ts";
import type { Question } from "../inference/messages.ts";
import { inputCountOf } from "../inference/run_queue.ts";
import type { Sieve } from "../../pipeline/sieve.ts";
import type { Outputs } from "../../pipeline/tensor.ts";
import { GpuInput } from "./gpu_input.ts";
import type { LetterboxTarget } from "./gpu_letterbox.ts";

/** What a runtime does on the same GPU. */
export interface GpuRuntime<Input> {
  /** What the network's input holds. */
  readonly inputType: LetterboxTarget["type"];
  /** Makes an input of numbers, in memory of its own. */
  inputOf(data: Float32Array, dims: readonly number[]): Input;
  /** Makes an input of what is in the GPU's memory. */
  inputIn(buffer: GPUBuffer, dims: readonly number[]): Input;
  /** Runs the network, and leaves its outputs in the GPU's memory. */
  run(input: Input): Promise<Readonly<Record<string, GpuOutput>>>;
  /** Hears of it when a run was read twice, as more passed its sieves than there was room for. */
  onOverflow(): void;
}

/** Runs a network on a GPU: the pictures go up, the outputs come down, and nothing between. */
export class GpuRuns<Input> {
  readonly #runtime: GpuRuntime<Input>;
  readonly #input: GpuInput;
  readonly #reader: GpuReader;

  /**
   * Makes ready what runs need.
   *
   * @param device The GPU.
   * @param runtime What runs the network on it.
   */
  constructor(device: GPUDevice, runtime: GpuRuntime<Input>) {
    this.#runtime = runtime;
    this.#input = new GpuInput(device, runtime.inputType);
    this.#reader = new GpuReader(device, () => runtime.onOverflow());
  }

  /**
   * Starts a run.
   *
   * @param questions What goes through the network at once: a tensor, or pictures.
   * @returns What waits for the outputs, one for each question; meanwhile another run may start.
   */
  async start(questions: readonly Question[]): Promise<() => Promise<Outputs[]>> {
    const outputs = await this.#runtime.run(this.#inputFor(questions));
    const sieves = sievesOf(questions[0]); // What goes through the network together has the same.
    return this.#reader.start(outputs, {
      counts: questions.map(inputCountOf),
      ...sieves && { sieves },
    });
  }

  #inputFor(questions: readonly Question[]): Input {
    const [first] = questions;
    if (first && "input" in first) return this.#runtime.inputOf(first.input.data, first.input.dims);
    const { buffer, dims } = this.#input.make(
      questions.flatMap((question) => "picture" in question ? [question.picture] : []),
    );
    return this.#runtime.inputIn(buffer, dims);
  }
}

function sievesOf(question: Question | undefined): readonly Sieve[] | undefined {
  return question && "picture" in question ? question.picture.sieves : undefined;
}
