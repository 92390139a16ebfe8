import type { InputPool } from "./input_pool.ts";
import type { Picture } from "./picture.ts";
import type { Outputs, Tensor } from "./tensor.ts";

/** What runs a network: a GPU, this processor natively, or this processor through WebAssembly. */
export type Device = "webgpu" | "cpu" | "wasm";

/** A network made ready on a device. */
export interface InferenceSession extends AsyncDisposable {
  /** What it runs on. */
  readonly device: Device;
  /** The device in words, such as the GPU's name. */
  readonly description: string;
  /**
   * Whether a run takes several inputs at once, stacked along the outermost dimension, and answers with
   * outputs stacked in the same way. Where it is absent, a run takes one.
   */
  readonly takesBatches?: boolean;
  /** What did not go as asked, in words: a software GPU, a device that was not to be had. */
  readonly fallbacks: readonly string[];
  /**
   * Runs the network. Several runs may be asked for at a time; each answer belongs to its question.
   *
   * @param input The input, whose memory is handed over: it must not be used afterwards.
   * @returns The outputs, by name.
   * @throws {DeviceError} If the device fails.
   */
  run(input: Tensor): Promise<Outputs>;
  /**
   * Where memory for inputs is best taken from: {@linkcode InferenceSession.run} gives it back. Absent where
   * any memory is as good.
   */
  readonly inputPool?: InputPool;
  /**
   * How large a picture may be for {@linkcode InferenceSession.runPicture}, in bytes of its planes;
   * absent where a session takes no pictures.
   */
  readonly maxPictureBytes?: number;
  /** How many runs should be asked for at a time, so that none waits for another's answer. */
  readonly inFlight?: number;
  /**
   * Makes the network's input on the device and runs the network on it, so that nothing but the
   * picture crosses; absent where inputs are made here.
   *
   * @param picture The picture, with as many fits as the network takes inputs at once.
   * @returns The outputs, by name, with the outputs of all fits stacked in their order.
   * @throws {DeviceError} If the device fails.
   */
  runPicture?(picture: Picture): Promise<Outputs>;
}
