import type { Detector } from "../pipeline/detector.ts";
import { blazeface, type BlazefaceVariant } from "./blazeface.ts";
import type { ModelCard } from "./card.ts";

/** A model whose file comes with an npm package. */
export interface Builtin {
  /** What is to be known of it. */
  readonly card: ModelCard;
  /** How its input is made and what its outputs mean. */
  readonly detector: Detector;
  /** Tells where its file lies, as a URL. */
  locate(): string;
}

/** What differs between the face detectors of one npm package. */
interface FaceFile extends
  Required<
    Pick<ModelCard, "name" | "parameters" | "multiplyAccumulates" | "sizeBytes" | "sha256">
  > {
  readonly variant: BlazefaceVariant;
  readonly file: string;
}

function faceDetector({ variant, file, ...facts }: FaceFile): Builtin {
  const detector = blazeface({ variant, name: facts.name });
  return {
    detector,
    locate: () => import.meta.resolve(`@mediapipe/face_detection/${file}`),
    card: {
      ...facts,
      task: "face detection",
      labels: detector.labels,
      input: detector.input,
      licence: "Apache-2.0",
      origin: { package: "@mediapipe/face_detection@0.4.1657300184", file },
      defaults: detector.defaults,
    },
  };
}

/**
 * The models that come along. Their parameters and multiply-accumulates are what `inspectOnnx`
 * counts in the imported networks, kept here so that a list takes no reading; a test compares them.
 */
export const BUILTINS: readonly Builtin[] = [
  faceDetector({
    name: "blazeface-short",
    variant: "short",
    file: "face_detection_short_range.tflite",
    sha256: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    sizeBytes: 229_032,
    parameters: 101_390,
    multiplyAccumulates: 30_760_960,
  }),
  faceDetector({
    name: "blazeface-full",
    variant: "full",
    file: "face_detection_full_range.tflite",
    sha256: "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
    sizeBytes: 1_083_984,
    parameters: 514_069,
    multiplyAccumulates: 105_671_232,
  }),
  faceDetector({
    name: "blazeface-full-sparse",
    variant: "full",
    file: "face_detection_full_range_sparse.tflite",
    sha256: "671dd2f9ed11a78436fc21cc42357a803dfc6f73e9fb86541be942d5716c2dce",
    sizeBytes: 680_736,
    parameters: 508_308,
    multiplyAccumulates: 117_188_352,
  }),
];
