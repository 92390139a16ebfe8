import type { Detector } from "../pipeline/detector.ts";
import { blazeface, type BlazefaceVariant } from "./blazeface.ts";
import { type Part, readModelFile } from "./model_file.ts";
import { packedPart } from "./_packed_part.ts";
import type { ModelCard } from "./card.ts";
import { SLIM_YOLOV3_NAMES } from "./slim_yolov3.ts";
import { ssdMobilenetV2 } from "./ssd_mobilenet_v2.ts";
import { tinySsd } from "./tiny_ssd.ts";
import { packageFile } from "./_package_file.ts";

/** A model whose file comes along, or with an npm package. */
export interface Builtin {
  /** What is to be known of it. */
  readonly card: ModelCard;
  /** How its input is made and what its outputs mean. */
  readonly detector: Detector;
  /** Tells where its file lies, as a URL. */
  locate(): string;
  /** Tells which part of that file it is, where the file holds more. */
  part?(): Promise<Part>;
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
    locate: () => packageFile(`@mediapipe/face_detection/${file}`),
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

function skyDetector(): Builtin {
  const name = "tiny-ssd-sky";
  const untuned = tinySsd({ name, labels: ["airplane", "bird", "drone", "helicopter"] });
  // At 0.4 recall and precision balance best on clips that it was not trained with: tests/sky_test.ts.
  const detector = { ...untuned, defaults: { ...untuned.defaults, confidence: 0.4 } };
  return {
    detector,
    locate: () => import.meta.resolve("./weights/tiny-ssd-sky.safetensors"),
    card: {
      name,
      task: "object detection",
      labels: detector.labels,
      input: detector.input,
      parameters: 711_721,
      multiplyAccumulates: 402_710_031,
      sizeBytes: 1_431_498,
      licence: "MIT",
      sha256: "f731f0f76433c3fa3b64fc5abfaa353290a0850218df54f2ef8240dc353e6496",
      origin: { file: "models/weights/tiny-ssd-sky.safetensors" },
      defaults: detector.defaults,
    },
  };
}

function objectDetector(): Builtin {
  const detector = ssdMobilenetV2();
  const packed = "@mediapipe/objectron/objectron_solution_packed_assets";
  const file = "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite";
  return {
    detector,
    locate: () => packageFile(`${packed}.data`),
    part: async () => {
      const { bytes } = await readModelFile(new URL(packageFile(`${packed}_loader.js`)));
      return packedPart(new TextDecoder().decode(bytes), file);
    },
    card: {
      name: detector.name,
      task: "object detection",
      labels: detector.labels,
      input: detector.input,
      parameters: 4_951_996,
      multiplyAccumulates: 672_993_008,
      sizeBytes: 9_987_728,
      licence: "Apache-2.0",
      sha256: "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
      origin: {
        package: "@mediapipe/objectron@0.4.1675468480",
        file: `objectron_solution_packed_assets.data/${file}`,
      },
      defaults: detector.defaults,
    },
  };
}

/**
 * The architectures that can be built but have no weights that come along: for each, what a user can
 * do.
 */
export const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  [
    "tiny-ssd",
    "train it and give its weights as a .safetensors file, or use tiny-ssd-sky, which comes trained",
  ],
  ...SLIM_YOLOV3_NAMES.map((name): [string, string] => [
    name,
    "train it with Darknet, and give its .cfg file, with its .weights file beside it",
  ]),
]);

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
  objectDetector(),
  skyDetector(),
];
