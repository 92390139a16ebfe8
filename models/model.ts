import type { Detector } from "../pipeline/detector.ts";
import type { ModelCard } from "./card.ts";

/** A model ready to be run. */
export interface Model {
  /** What is to be known of it. */
  readonly card: ModelCard;
  /** How its input is made and what its outputs mean. */
  readonly detector: Detector;
  /** The network, as the bytes of an ONNX file. */
  readonly network: Uint8Array<ArrayBuffer>;
  /** As what its file was read, and what that left open, as sentences for the user. */
  readonly notes?: readonly string[];
}
