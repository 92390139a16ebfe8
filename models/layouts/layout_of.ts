import { ModelError } from "../../pipeline/errors.ts";
import { COCO_LABELS } from "../coco_labels.ts";
import type { OnnxFacts, TypedOnnxValue } from "../importers/onnx.ts";
import type { NetworkDescription } from "./description.ts";
import type { Layout, NetworkShape, Reading } from "./layout.ts";
import { LAYOUTS } from "./layouts.ts";
import type { PictureInput } from "./picture_input.ts";

/** More classes than any detector knows. */
const MAX_CLASSES = 50_000;

/** How many values are shown where none fits: as many as SCRFD has outputs. */
const MAX_SHOWN = 15;

/** How much of a name is shown. */
const MAX_NAME = 60;

/** The tasks, in Ultralytics' words, in which there are upright boxes. */
const TASKS = ["detect", "segment", "pose"];

/** What is known of a network besides its file. */
export interface Subject {
  /** What the model is called. */
  readonly name: string;
  /** What its card tells. */
  readonly description: NetworkDescription;
  /** How many names its classes have, where somebody named them. */
  readonly classes: number | undefined;
  /** How it is fed. */
  readonly picture: PictureInput;
}

/** A layout, and what it makes of a network. */
export interface ReadLayout {
  /** The layout. */
  readonly layout: Layout;
  /** What it makes of it. */
  readonly reading: Reading;
}

/**
 * The layout of a network's outputs: the one that its card names, or else the first that fits; where
 * several do, one that has as many classes as there are names.
 *
 * @param facts What its file tells.
 * @param subject What is known besides.
 * @returns The layout.
 * @throws {ModelError} If none fits, with the shapes that were seen.
 */
export function layoutOf(facts: OnnxFacts, subject: Subject): ReadLayout {
  const { name, description, classes = COCO_LABELS.length } = subject;
  const { layout: wanted, anchors, scaleXY } = description;
  checkTask(facts, name);
  checkParts(facts, subject);
  const shape = shapeOf(facts, subject);
  const possible = LAYOUTS.filter(({ name }) => wanted === undefined || name === wanted)
    .flatMap((layout) => {
      const reading = layout.read(shape);
      return reading && (reading.classes ?? 1) <= MAX_CLASSES ? [{ layout, reading }] : [];
    });
  // A YOLOX for two classes has the shape of a turned YOLOv8 for three: the names decide.
  const found = possible.find(({ reading }) => (reading.classes ?? subject.classes) === classes) ??
    possible[0];
  if (!found) throw noLayout(facts, subject);
  if ((anchors || scaleXY) && !found.reading.hasAnchors) {
    throw new ModelError(
      `Cannot use the model "${name}": its card tells anchors, and "${found.layout.name}" has none`,
    );
  }
  return found;
}

function shapeOf(
  { outputs, metadata }: OnnxFacts,
  { description, classes, picture: { size, isSizeFree } }: Subject,
): NetworkShape {
  const title = metadata.get("description");
  const task = metadata.get("task");
  const { layout, outputs: parts, anchors, scaleXY } = description;
  return {
    outputs,
    size,
    isSizeFree,
    isNamed: layout !== undefined,
    ...classes !== undefined && { classes },
    ...title !== undefined && { title },
    ...task !== undefined && { task },
    ...parts && { parts },
    ...anchors && { anchors },
    ...scaleXY && { scaleXY },
  };
}

function checkTask({ metadata }: OnnxFacts, name: string): void {
  const task = metadata.get("task");
  if (task === undefined || TASKS.includes(task)) return;
  throw new ModelError(
    `Cannot use the model "${name}": it is made for the task "${
      task.slice(0, MAX_NAME)
    }", and finds no upright boxes`,
  );
}

/** Throws if a card names outputs that are not there, or parts that no output plays. */
function checkParts(
  { outputs }: OnnxFacts,
  { name, description: { layout: wanted, outputs: parts = {} } }: Subject,
): void {
  const layout = LAYOUTS.find((one) => one.name === wanted);
  for (const [part, output] of Object.entries(parts)) {
    if (layout && !layout.parts.includes(part)) {
      throw new ModelError(
        `Cannot use the model "${name}": its card gives the part "${part}", and "${wanted}" has ` +
          (layout.parts.join(", ") || "none"),
      );
    }
    if (outputs.some((one) => one.name === output)) continue;
    throw new ModelError(
      `Cannot use the model "${name}": its card names the output "${output}", and there are ` +
        shapesOf(outputs),
    );
  }
}

function noLayout(
  { inputs, outputs }: OnnxFacts,
  { name, description: { layout: wanted } }: Subject,
): ModelError {
  const seen = `inputs of ${shapesOf(inputs)} and outputs of ${shapesOf(outputs)}`;
  return new ModelError(
    wanted === undefined
      ? `Cannot use the model "${name}": no known layout has ${seen}; if it is one of those in ` +
        `docs/models.md, a card can say so: {"file": "…", "layout": "yolov8"}`
      : `Cannot use the model "${name}": the layout "${wanted}" does not have ${seen}`,
  );
}

/** Names and shapes in words, of which a hostile file may have many. */
function shapesOf(values: readonly TypedOnnxValue[]): string {
  const shown = values.slice(0, MAX_SHOWN).map(({ name, dims, type }) =>
    `"${name.slice(0, MAX_NAME)}" [${dims.slice(0, MAX_SHOWN).map((size) => size ?? "?")}]` +
    (type === "float" ? "" : ` of ${type}`)
  );
  const rest = values.length - shown.length;
  return [...shown, ...rest > 0 ? [`${rest} more`] : []].join(", ") || "nothing";
}
