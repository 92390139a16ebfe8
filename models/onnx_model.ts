import type { Detector, InputSpec } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import { adapted, type Wishes } from "./_adapted.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import type { ModelCard } from "./card.ts";
import { inspectOnnx, type OnnxFacts } from "./importers/onnx.ts";
import { blazefaceFor } from "./layouts/blazeface_network.ts";
import type { NetworkDescription } from "./layouts/description.ts";
import type { Layout } from "./layouts/layout.ts";
import { layoutOf } from "./layouts/layout_of.ts";
import { type PictureInput, pictureInput } from "./layouts/picture_input.ts";
import { plainNetwork } from "./layouts/plain_network.ts";
import { pythonNames } from "./layouts/python_names.ts";

/** What is known of a network besides its file. */
export interface OnnxModelOptions extends Wishes {
  /** What the model is called. */
  readonly name: string;
}

/** A network that is understood. */
export interface OnnxModel {
  /** What it finds. */
  readonly task: ModelCard["task"];
  /** How its input is made and what its outputs mean. */
  readonly detector: Detector;
  /** The network as sessions take it. */
  readonly network: Uint8Array<ArrayBuffer>;
  /** As what it was read, and what its file left open, as sentences for the user. */
  readonly notes: readonly string[];
}

/** How many classes are numbered where nothing tells how many there are. */
const NUMBERED_CLASSES = 100;

/**
 * Understands an ONNX network: the layout of its outputs is told by their shapes and names, unless a
 * card names it; docs/models.md lists the layouts.
 *
 * @param network The bytes of an ONNX file.
 * @param options What is known besides.
 * @returns What it is.
 * @throws {ModelError} If the file is damaged, or no layout fits, or labels or size do not.
 */
export function onnxModel(
  network: Uint8Array<ArrayBuffer>,
  { name, description = {}, labels, size }: OnnxModelOptions,
): OnnxModel {
  const facts = inspectOnnx(network);
  const face = description.layout === undefined ? blazefaceFor(name, facts) : undefined;
  if (face) {
    const detector = adapted(face, { labels, size, description });
    return { task: "face detection", detector, network, notes: [] };
  }
  const picture = pictureInput(facts, { name, size, given: description.input });
  const told = labels ?? description.labels ?? namesIn(facts);
  const classes = told === "coco" ? COCO_LABELS.length : told?.length;
  const { layout, reading } = layoutOf(facts, { name, description, classes, picture });
  const { classLabels, note } = labelsOf(reading.labels, told, reading.classes);
  const input = inputFor(layout, picture, description.input);
  return {
    task: reading.labels?.[0] === "face" ? "face detection" : "object detection",
    detector: {
      name,
      input,
      labels: classLabels,
      defaults: { ...layout.defaults, ...description.defaults },
      ...layout.isEndToEnd && { isEndToEnd: true },
      decode: (outputs, minConfidence) => reading.decode(outputs, minConfidence, classLabels),
      ...reading.sieves && { sieves: reading.sieves },
    },
    network: plainNetwork(network, {
      picture: picture.name,
      sizeInput: picture.sizeInput,
      size: picture.size,
    }),
    notes: notesOf(layout, input, [reading.assumption, note]),
  };
}

/** What is to be said of how the network is read. */
function notesOf(
  { title, name, isEndToEnd }: Layout,
  input: InputSpec,
  sentences: readonly (string | undefined)[],
): string[] {
  return [
    `The network is read as ${title} ("${name}"): ${inputWords(input)}`,
    ...sentences.filter((sentence) => sentence !== undefined),
    ...isEndToEnd ? ["It leaves one box an object itself: --ties and --iou change nothing"] : [],
  ];
}

/** The names of classes that a file tells. */
function namesIn({ metadata }: OnnxFacts): readonly string[] | undefined {
  const names = metadata.get("names");
  return names === undefined ? undefined : pythonNames(names);
}

/** What the classes are called, and what is to be said of it. */
function labelsOf(
  own: readonly string[] | undefined,
  told: readonly string[] | "coco" | undefined,
  classes: number | undefined,
): { classLabels: readonly string[]; note?: string } {
  if (told !== undefined) {
    const classLabels = told === "coco" ? COCO_LABELS : told;
    if (classes === undefined || classLabels.length === classes) return { classLabels };
    throw new ModelError(
      `Cannot use the names of classes: there are ${classLabels.length}, and the network has ${classes}`,
    );
  }
  if (own) return { classLabels: own };
  if (classes === COCO_LABELS.length) {
    return {
      classLabels: COCO_LABELS,
      note: "Its 80 classes, which the file does not name, are taken for those of COCO",
    };
  }
  return {
    classLabels: Array.from({ length: classes ?? NUMBERED_CLASSES }, (_, id) => `class ${id}`),
    note:
      "Its classes, which the file does not name, have numbers: --labels FILE names them, and " +
      "--labels coco as those of COCO",
  };
}

function inputFor(
  layout: Layout,
  { size, order, type }: PictureInput,
  given: NetworkDescription["input"] = {},
): InputSpec {
  return {
    ...layout.input,
    ...type === "uint8" && { mean: [0, 0, 0] as const, std: [1, 1, 1] as const },
    ...given,
    ...size,
    layout: order,
  };
}

/** How an input is made, in a few words. */
function inputWords({ width, height, resize, channels, mean, std }: InputSpec): string {
  const range = [...mean, ...std].join() === "0,0,0,255,255,255"
    ? "0 to 1"
    : [...mean, ...std].join() === "0,0,0,1,1,1"
    ? "0 to 255"
    : `less ${mean.join(", ")}, divided by ${std.join(", ")}`;
  const way = resize === "letterbox" ? "letterboxed" : "stretched";
  return `pictures ${way} to ${width}x${height}, ${channels.toUpperCase()} ${range}`;
}
