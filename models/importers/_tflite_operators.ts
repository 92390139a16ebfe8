import type { Graph, Value } from "../graph.ts";
import {
  add,
  conv,
  type HeightWidth,
  maxPool,
  NO_PADDING,
  type Padding,
  relu,
  samePadding,
  type Window,
} from "../layers.ts";
import {
  concat,
  depthToSpace,
  pad,
  type PixelMapping,
  reshape,
  resizeBilinear,
} from "../rearrangements.ts";
import type { Constants } from "./_tflite_constants.ts";
import type { TfliteOperator } from "./_tflite_schema.ts";
import type { Values } from "./_tflite_values.ts";

/** What an operator is converted with. */
interface Context {
  readonly graph: Graph;
  readonly values: Values;
  readonly constants: Constants;
}

/** Adds what one operator does to the graph. The numbers of options are those of TFLite's schema. */
type Converter = (operator: TfliteOperator, context: Context) => void;

/** The operators that are understood, by TFLite's name. */
export const CONVERTERS: ReadonlyMap<string, Converter> = new Map([
  ["CONV_2D", (operator, context) => convolve(operator, context, convolution(operator, context))],
  ["DEPTHWISE_CONV_2D", (operator, context) => convolve(operator, context, depthwise(operator))],
  ["MAX_POOL_2D", pool],
  ["ADD", sum],
  ["PAD", enlarge],
  ["CONCATENATION", join],
  ["RESHAPE", rearrange],
  ["RESIZE_BILINEAR", resize],
  ["DEPTH_TO_SPACE", spread],
  ["RELU", (operator, context) => rectify(operator, context, 1)],
  ["RELU6", (operator, context) => rectify(operator, context, 3)],
  ["DEQUANTIZE", ({ inputs, outputs }, { constants }) => constants.copy(at(inputs), at(outputs))],
  ["DENSIFY", ({ inputs, outputs }, { constants }) => constants.densify(at(inputs), at(outputs))],
]);

function at(tensors: readonly number[], index = 0): number {
  const tensor = tensors[index];
  if (tensor !== undefined && tensor >= 0) return tensor;
  throw new RangeError(`Cannot find tensor ${index} of the operator`);
}

/** The activation that is fused into an operator (`ActivationFunctionType`). */
function activated(graph: Graph, value: Value, activation: number): Value {
  switch (activation) {
    case 0:
      return value;
    case 1:
      return relu(graph, value);
    case 3:
      return relu(graph, value, 6);
    default:
      throw new RangeError(`Cannot apply the fused activation ${activation}: it is not supported`);
  }
}

function paddingFrom(code: number, value: Value, window: Omit<Window, "padding">): Padding {
  const [, height = 0, width = 0] = value.dims;
  return code === 1 ? NO_PADDING : samePadding({ height, width }, window);
}

function strideFrom({ options }: TfliteOperator): HeightWidth {
  return { width: options?.int32(1) ?? 0, height: options?.int32(2) ?? 0 };
}

/** How the two kinds of convolution differ. */
interface Convolution {
  /** The order of TFLite's dimensions of the weights that gives ONNX's. */
  readonly order: readonly number[];
  /** In how many parts the channels are; left out, each is one of its own. */
  readonly groups?: number;
  /** The number of the option that names the activation. */
  readonly activationField: number;
  /** The number of the option that holds the dilation. */
  readonly dilationField: number;
}

/** TFLite's weights are [out, height, width, in]. */
function convolution({ inputs }: TfliteOperator, { values, constants }: Context): Convolution {
  const channels = values.picture(at(inputs)).dims[0] ?? 0;
  const groups = channels / (constants.dimsOf(at(inputs, 1))[3] ?? 0);
  return { order: [0, 3, 1, 2], groups, activationField: 3, dilationField: 4 };
}

/** TFLite's weights are [1, height, width, out]. */
function depthwise(_operator: TfliteOperator): Convolution {
  return { order: [3, 0, 1, 2], activationField: 4, dilationField: 5 };
}

function convolve(operator: TfliteOperator, context: Context, convolution: Convolution): void {
  const { inputs, outputs, options } = operator;
  const { graph, values, constants } = context;
  const { order, activationField, dilationField } = convolution;
  const picture = values.picture(at(inputs));
  const weights = permuted(constants.floats(at(inputs, 1)), constants.dimsOf(at(inputs, 1)), order);
  const [out = 0, , height = 0, width = 0] = weights.dims;
  const hasBias = (inputs[2] ?? -1) >= 0;
  const window = {
    kernel: { height, width },
    stride: strideFrom(operator),
    dilation: {
      width: options?.int32(dilationField, 1) ?? 1,
      height: options?.int32(dilationField + 1, 1) ?? 1,
    },
  };
  const result = conv(graph, picture, {
    ...window,
    weights: graph.constant(weights.data, weights.dims),
    bias: graph.constant(hasBias ? constants.floats(at(inputs, 2)) : new Float32Array(out)),
    groups: convolution.groups ?? picture.dims[0] ?? 0,
    padding: paddingFrom(options?.int8(0) ?? 0, picture, window),
  });
  values.setPicture(
    at(outputs),
    activated(graph, result, options?.int8(activationField) ?? 0),
  );
}

/** Numbers in another order of their dimensions, of which there are four. */
function permuted(data: Float32Array, dims: readonly number[], order: readonly number[]) {
  if (dims.length !== 4) throw new RangeError(`Cannot use weights of [${dims}]`);
  const strides = dims.map((_, i) =>
    dims.slice(i + 1).reduce((product, size) => product * size, 1)
  );
  const [a = 0, b = 0, c = 0, d = 0] = order.map((axis) => dims[axis] ?? 0);
  const [strideA = 0, strideB = 0, strideC = 0, strideD = 0] = order.map((axis) => strides[axis]);
  const result = new Float32Array(data.length);
  let target = 0;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        const row = i * strideA + j * strideB + k * strideC;
        for (let l = 0; l < d; l++) result[target++] = data[row + l * strideD] ?? 0;
      }
    }
  }
  return { data: result, dims: [a, b, c, d] };
}

function pool(operator: TfliteOperator, { graph, values }: Context): void {
  const { inputs, outputs, options } = operator;
  const picture = values.picture(at(inputs));
  const window = {
    kernel: { width: options?.int32(3) ?? 0, height: options?.int32(4) ?? 0 },
    stride: strideFrom(operator),
    dilation: { height: 1, width: 1 },
  };
  const padding = paddingFrom(options?.int8(0) ?? 0, picture, window);
  const result = maxPool(graph, picture, { ...window, padding });
  values.setPicture(at(outputs), activated(graph, result, options?.int8(5) ?? 0));
}

function sum({ inputs, outputs, options }: TfliteOperator, { graph, values }: Context): void {
  const [a, b] = [at(inputs), at(inputs, 1)];
  const activation = options?.int8(0) ?? 0;
  if (values.arePictures([a, b])) {
    const result = add(graph, values.picture(a), values.picture(b));
    values.setPicture(at(outputs), activated(graph, result, activation));
  } else {
    const result = add(graph, values.plain(a), values.plain(b));
    values.setPlain(at(outputs), activated(graph, result, activation));
  }
}

function rectify({ inputs, outputs }: TfliteOperator, context: Context, activation: number): void {
  const { graph, values } = context;
  const input = at(inputs);
  if (values.arePictures([input])) {
    values.setPicture(at(outputs), activated(graph, values.picture(input), activation));
  } else values.setPlain(at(outputs), activated(graph, values.plain(input), activation));
}

/** The amounts are [[batch], [rows], [columns], [channels]], each before and behind. */
function enlarge({ inputs, outputs }: TfliteOperator, { graph, values, constants }: Context): void {
  const amounts = Array.from(constants.integers(at(inputs, 1)));
  const [
    batchBefore,
    batchBehind,
    top = 0,
    bottom = 0,
    left = 0,
    right = 0,
    before = 0,
    behind = 0,
  ] = amounts;
  if (amounts.length !== 8 || batchBefore !== 0 || batchBehind !== 0) {
    throw new RangeError(`Cannot pad by [${amounts}]: it must be a picture's sides and channels`);
  }
  const picture = values.picture(at(inputs));
  values.setPicture(
    at(outputs),
    pad(graph, picture, { top, left, bottom, right }, [before, behind]),
  );
}

function join({ inputs, outputs, options }: TfliteOperator, { graph, values }: Context): void {
  const rank = values.dimsOf(at(outputs)).length + 1;
  const told = options?.int32(0) ?? 0;
  const axis = (told < 0 ? told + rank : told) - 1;
  if (options?.int8(1)) throw new RangeError("Cannot join with a fused activation");
  if (values.arePictures(inputs)) {
    const pictures = inputs.map((input) => values.picture(input));
    values.setPicture(at(outputs), concat(graph, pictures, [1, 2, 0][axis] ?? -1));
  } else {
    values.setPlain(at(outputs), concat(graph, inputs.map((input) => values.plain(input)), axis));
  }
}

function rearrange({ inputs, outputs }: TfliteOperator, { graph, values }: Context): void {
  const output = at(outputs);
  values.setPlain(output, reshape(graph, values.plain(at(inputs)), values.dimsOf(output)));
}

function resize(operator: TfliteOperator, { graph, values, constants }: Context): void {
  const { inputs, outputs, options } = operator;
  const [height = 0, width = 0] = constants.integers(at(inputs, 1));
  const mapping: PixelMapping = options?.int8(2)
    ? "align_corners"
    : options?.int8(3)
    ? "half_pixel"
    : "asymmetric";
  const picture = values.picture(at(inputs));
  values.setPicture(at(outputs), resizeBilinear(graph, picture, { height, width }, mapping));
}

function spread({ inputs, outputs, options }: TfliteOperator, { graph, values }: Context): void {
  const picture = values.picture(at(inputs));
  values.setPicture(at(outputs), depthToSpace(graph, picture, options?.int32(0) ?? 0));
}
