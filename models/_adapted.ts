import type { Detector } from "../pipeline/detector.ts";
import { ModelError } from "../pipeline/errors.ts";
import type { Size } from "../pipeline/fit.ts";
import { COCO_LABELS } from "./coco_labels.ts";
import type { NetworkDescription } from "./layouts/description.ts";

/** What a user or a card wants otherwise than a model has it. */
export interface Wishes {
  /** The names of the classes, or `coco` for those of COCO. */
  readonly labels?: readonly string[] | "coco" | undefined;
  /** The size of the pictures that the network is fed, in pixels. */
  readonly size?: Size | undefined;
  /** What a card tells of the network. */
  readonly description?: NetworkDescription | undefined;
}

/**
 * A detector as it is wanted, where the model itself tells what its outputs mean: other names of
 * classes, other defaults.
 *
 * @throws {ModelError} If its input has not the size that is asked for, the number of names is not
 * that of its classes, or a card describes what the model itself tells.
 */
export function adapted(
  detector: Detector,
  { labels, size, description: { defaults, labels: told, ...layout } = {} }: Wishes,
): Detector {
  const [field] = Object.keys(layout);
  if (field !== undefined) {
    throw new ModelError(
      `Cannot use the model "${detector.name}": its card tells "${field}", which its file tells`,
    );
  }
  checkFixedSize(detector, size);
  const names = labels ?? told;
  const named = names ? relabelled(detector, names === "coco" ? COCO_LABELS : names) : detector;
  return defaults ? { ...named, defaults: { ...named.defaults, ...defaults } } : named;
}

/** Throws if a network with a fixed input is asked for another size. */
function checkFixedSize(
  { name, input: { width, height } }: Pick<Detector, "name" | "input">,
  size: Size | undefined,
): void {
  if (!size || (size.width === width && size.height === height)) return;
  throw new ModelError(
    `Cannot use the model "${name}" at ${size.width}x${size.height}: its input is fixed at ` +
      `${width}x${height}`,
  );
}

/** A detector whose classes have other names. */
function relabelled(detector: Detector, labels: readonly string[]): Detector {
  if (labels.length !== detector.labels.length) {
    throw new ModelError(
      `Cannot use the model "${detector.name}": the number of names is ${labels.length}, and ` +
        `that of its classes ${detector.labels.length}`,
    );
  }
  return {
    ...detector,
    labels,
    decode: (outputs, minConfidence) =>
      detector.decode(outputs, minConfidence)
        .map((found) => ({ ...found, label: labels[found.classId] ?? found.label })),
  };
}
