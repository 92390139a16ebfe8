import type { Device } from "../../pipeline/inference_session.ts";
import type { Outputs, Tensor } from "../../pipeline/tensor.ts";
import type { SharedPicture } from "../gpu/shared_picture.ts";

/** What the main thread asks of a worker: first to open a network, once, then to run it. */
export type WorkerRequest = OpenRequest | RunRequest;

/** What the network is to read, in shared memory: a tensor, or what the worker makes one of. */
export type Question = { readonly input: Tensor } | { readonly picture: SharedPicture };

/** Asks for a network to be made ready. */
export interface OpenRequest {
  readonly kind: "open";
  readonly device: Device;
  /** The network as ONNX. */
  readonly network: Uint8Array<ArrayBuffer>;
  /** How many threads of this processor may compute. */
  readonly threads: number;
  /** How many pictures may go through the network at once, if not as many as it can take. */
  readonly maxBatch?: number;
}

/** Asks for a run. */
export interface RunRequest {
  readonly kind: "run";
  /** What the answer will carry. */
  readonly id: number;
  readonly question: Question;
}

/** What a worker says. */
export type WorkerReply =
  | OpenedReply
  /** The network cannot be opened: by the network's fault, or the device's. */
  | { readonly kind: "refused"; readonly fault: "model" | "device"; readonly message: string }
  | { readonly kind: "answer"; readonly id: number; readonly outputs: Outputs }
  /** One run failed; the worker is still of use. */
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** The GPU went away or ran out of memory, and nothing more will come from this worker. */
  | { readonly kind: "lost"; readonly message: string; readonly isOutOfMemory?: boolean }
  /** A run was read twice, as more of it passed the sieves than there was room for. */
  | { readonly kind: "overflow" }
  /** Something went wrong that belongs to no run. */
  | { readonly kind: "crashed"; readonly message: string };

/** The network is ready. */
export interface OpenedReply {
  readonly kind: "opened";
  /** The size of each dimension of the input, or the name of a free one. */
  readonly inputShape: readonly (number | string)[];
  /** Whether a run takes several inputs, stacked along the outermost dimension. */
  readonly takesBatches: boolean;
  /** How large a picture it takes, in bytes of its planes; absent where it takes tensors alone. */
  readonly maxPictureBytes?: number;
}

/** An error's message as one line of a bearable length. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").trim().slice(0, 300);
}
