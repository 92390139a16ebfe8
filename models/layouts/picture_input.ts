import type { InputSpec } from "../../pipeline/detector.ts";
import { ModelError } from "../../pipeline/errors.ts";
import type { Size } from "../../pipeline/fit.ts";
import type { OnnxFacts, TypedOnnxValue } from "../importers/onnx.ts";

/** What a network must be fed. */
export interface PictureInput {
  /** The name of the input that takes the picture. */
  readonly name: string;
  /** The order of its dimensions. */
  readonly order: InputSpec["layout"];
  /** Its size, in pixels. */
  readonly size: Size;
  /** Whether another size would do too. */
  readonly isSizeFree: boolean;
  /** What its numbers are, in ONNX's words. */
  readonly type: string;
  /** The name of the input for the size to which boxes refer, where there is one. */
  readonly sizeInput?: string;
}

/** What is known of a network's input. */
export interface PictureInputOptions {
  /** What the model is called. */
  readonly name: string;
  /** The size that the user asks for. */
  readonly size: Size | undefined;
  /** What its card tells. */
  readonly given: Partial<InputSpec> | undefined;
}

/** The input that RT-DETR and D-FINE have besides the picture. */
const SIZE_INPUT = "orig_target_sizes";

/** The types of numbers from which and to which pictures are converted. */
const TYPES = ["float", "float16", "uint8", "double"];

/** The size of a network that leaves it free, where nothing tells: that of nearly all projects. */
const USUAL_SIZE = 640;

/** The largest side of a picture that is fed to a network, in pixels. */
const MAX_SIDE = 8192;

/**
 * How a picture is fed to a network: in which order of dimensions, and in which size, if it leaves that
 * free.
 *
 * @param facts What its file tells.
 * @param options What the user and its card tell.
 * @returns The input.
 * @throws {ModelError} If it has no use for one picture in colour, or not in the size asked for.
 */
export function pictureInput(
  { inputs, metadata }: OnnxFacts,
  { name, size, given = {} }: PictureInputOptions,
): PictureInput {
  const pictures = inputs.filter((one) => one.name !== SIZE_INPUT);
  const [picture] = pictures;
  if (!picture || pictures.length > 1) {
    const names = inputs.slice(0, 8).map((one) => `"${one.name.slice(0, 60)}"`).join(", ") ||
      "none";
    throw refused(name, `it takes ${inputs.length} inputs (${names}), and one picture is known`);
  }
  if (!TYPES.includes(picture.type)) {
    throw refused(name, `its input holds ${picture.type}, not ${TYPES.join(", ")}`);
  }
  const order = orderOf(picture, given.layout);
  if (!order) {
    const dims = picture.dims.map((length) => length ?? "?");
    throw refused(name, `its input is [${dims}], not one picture of three colours`);
  }
  return {
    name: picture.name,
    order,
    type: picture.type,
    isSizeFree: picture.dims.filter((length) => length === undefined).length > 1,
    size: sizeOf(picture.dims, { name, order, metadata, given, size }),
    ...inputs.length > 1 && { sizeInput: SIZE_INPUT },
  };
}

function refused(name: string, reason: string): ModelError {
  return new ModelError(`Cannot use the model "${name}": ${reason}`);
}

function orderOf(
  { dims }: TypedOnnxValue,
  given: InputSpec["layout"] | undefined,
): InputSpec["layout"] | undefined {
  const [batch, first, , last] = dims;
  if (dims.length !== 4 || (batch ?? 1) !== 1) return undefined;
  const orders = (["nchw", "nhwc"] as const).filter((order) =>
    ((order === "nchw" ? first : last) ?? 3) === 3 && (given ?? order) === order
  );
  // A size that is told beats one that is free.
  return orders.find((order) => (order === "nchw" ? first : last) === 3) ?? orders[0];
}

/** What the size depends on. */
interface Asked {
  readonly name: string;
  readonly order: InputSpec["layout"];
  readonly metadata: OnnxFacts["metadata"];
  readonly given: Partial<InputSpec>;
  readonly size: Size | undefined;
}

function sizeOf(
  dims: TypedOnnxValue["dims"],
  { name, order, metadata, given, size }: Asked,
): Size {
  const [height, width] = order === "nchw" ? dims.slice(2) : dims.slice(1);
  const noted = /^\[(\d{1,5}), ?(\d{1,5})\]$/.exec(metadata.get("imgsz") ?? ""); // Height first.
  const free = {
    width: size?.width ?? given.width ?? (noted ? Number(noted[2]) : USUAL_SIZE),
    height: size?.height ?? given.height ?? (noted ? Number(noted[1]) : USUAL_SIZE),
  };
  const found = { width: width ?? free.width, height: height ?? free.height };
  const asked = size ?? (given.width || given.height ? free : undefined);
  if (asked && (asked.width !== found.width || asked.height !== found.height)) {
    throw new ModelError(
      `Cannot use the model "${name}" at ${asked.width}x${asked.height}: its input is fixed at ` +
        `${width ?? "any"}x${height ?? "any"}`,
    );
  }
  const stride = Number(/^\d{1,3}$/.exec(metadata.get("stride") ?? "")?.[0] ?? 32) || 32;
  const isFree = width === undefined || height === undefined;
  const sides = [found.width, found.height];
  if (isFree && sides.some((side) => side % stride !== 0)) {
    throw new ModelError(
      `Cannot use the model "${name}" at ${found.width}x${found.height}: its input must be a ` +
        `multiple of ${stride} pixels wide and high`,
    );
  }
  if (sides.every((side) => side > 0 && side <= MAX_SIDE)) return found;
  throw refused(name, `its input is ${found.width}x${found.height} pixels`);
}
