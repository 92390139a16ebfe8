import { cfgError, type CfgSection } from "./cfg.ts";
import {
  type Activation,
  ACTIVATIONS,
  type ConvolutionalLayer,
  type DarknetLayer,
  type MaxpoolLayer,
  type PictureDims,
  type RouteLayer,
  type ShortcutLayer,
  type UpsampleLayer,
  type YoloLayer,
} from "./layer.ts";
import { Options } from "./options.ts";

/** What a layer is read from. */
interface Place {
  readonly section: CfgSection;
  readonly options: Options;
  readonly index: number;
  /** The size of what a layer gives, or the input at -1. */
  readonly dimsOf: (index: number) => PictureDims;
}

/** No network that is run here has more channels, rows or columns. */
const MAX_SIZE = 65536;

const READERS: Readonly<Record<string, (place: Place) => DarknetLayer>> = {
  convolutional,
  maxpool,
  route,
  shortcut,
  upsample,
  yolo,
};

/**
 * The layers of a Darknet network, with their sizes.
 *
 * @param sections The sections of its `.cfg` file, the first of which is `[net]`.
 * @param input The size of the network's input.
 * @returns The layers, in order.
 * @throws {ModelError} If a layer is not supported or does not fit the others; it names the line.
 */
export function readLayers(sections: readonly CfgSection[], input: PictureDims): DarknetLayer[] {
  const layers: DarknetLayer[] = [];
  const dimsOf = (index: number) => layers[index]?.dims ?? input;
  for (const [index, section] of sections.slice(1).entries()) {
    const read = Object.hasOwn(READERS, section.name) ? READERS[section.name] : undefined;
    if (!read) throw cfgError(section.line, `layer [${section.name}] is not supported`);
    const layer = read({ section, options: new Options(section), index, dimsOf });
    if (layer.dims.some((size) => !(size >= 1 && size <= MAX_SIZE))) {
      throw cfgError(section.line, `a result of ${layer.dims.join("x")} is not possible`);
    }
    layers.push(layer);
  }
  return layers;
}

/** The number of the layer that another names, counted from itself where below 0. */
function sourceFrom(named: number, { index, options }: Place, key: string): number {
  const source = named < 0 ? index + named : named;
  if (source >= 0 && source < index) return source;
  return options.fail(key, `there is no layer ${named} before layer ${index}`);
}

function activationOf(options: Options, otherwise: Activation): Activation {
  const text = options.text("activation") ?? otherwise;
  return ACTIVATIONS.find((one) => one === text) ??
    options.fail("activation", `activation "${text}" is not supported`);
}

function convolutional({ section, options, index, dimsOf }: Place): ConvolutionalLayer {
  options.refuse({ flipped: "0", binary: "0", xnor: "0", dilation: "1", antialiasing: "0" });
  options.refuse({ stride_x: "", stride_y: "", share_index: "", deform: "0" });
  const [channels, height, width] = dimsOf(index - 1);
  const filters = options.whole("filters", { min: 1, max: MAX_SIZE, otherwise: 1 });
  const size = options.whole("size", { min: 1, max: 255, otherwise: 1 });
  const stride = options.whole("stride", { min: 1, max: 255, otherwise: 1 });
  const groups = options.whole("groups", { min: 1, max: MAX_SIZE, otherwise: 1 });
  const isPadded = options.whole("pad", { min: 0, max: 1, otherwise: 0 }) === 1;
  const padding = isPadded
    ? Math.floor(size / 2)
    : options.whole("padding", { min: 0, max: 255, otherwise: 0 });
  if (channels % groups !== 0 || filters % groups !== 0) {
    options.fail("groups", `${channels} channels and ${filters} filters are not ${groups} groups`);
  }
  const moved = (side: number) => Math.floor((side + 2 * padding - size) / stride) + 1;
  return {
    kind: "convolutional",
    line: section.line,
    sources: [index - 1],
    dims: [filters, moved(height), moved(width)],
    filters,
    channelsPerGroup: channels / groups,
    groups,
    size,
    stride,
    padding,
    hasBatchNorm: options.whole("batch_normalize", { min: 0, max: 1, otherwise: 0 }) === 1,
    activation: activationOf(options, "logistic"),
  };
}

function maxpool({ section, options, index, dimsOf }: Place): MaxpoolLayer {
  options.refuse({ maxpool_depth: "0", antialiasing: "0", stride_x: "", stride_y: "" });
  const [channels, height, width] = dimsOf(index - 1);
  const stride = options.whole("stride", { min: 1, max: 255, otherwise: 1 });
  const size = options.whole("size", { min: 1, max: 255, otherwise: stride });
  const padding = options.whole("padding", { min: 0, max: 2 * size - 2, otherwise: size - 1 });
  const moved = (side: number) => Math.floor((side + padding - size) / stride) + 1;
  return {
    kind: "maxpool",
    line: section.line,
    sources: [index - 1],
    dims: [channels, moved(height), moved(width)],
    size,
    stride,
    padding,
  };
}

function route(place: Place): RouteLayer {
  const { section, options, dimsOf } = place;
  const groups = options.whole("groups", { min: 1, max: MAX_SIZE, otherwise: 1 });
  const groupId = options.whole("group_id", { min: 0, max: groups - 1, otherwise: 0 });
  const sources = options.wholes("layers").map((named) => sourceFrom(named, place, "layers"));
  const all = sources.map(dimsOf);
  const [[, height, width] = [0, 0, 0]] = all;
  if (all.some(([, otherHeight, otherWidth]) => otherHeight !== height || otherWidth !== width)) {
    const sizes = all.map((dims) => dims.join("x")).join(" and ");
    options.fail("layers", `layers of ${sizes} cannot be joined`);
  }
  if (all.some(([channels]) => channels % groups !== 0)) {
    options.fail("groups", `the channels of its layers are not ${groups} groups`);
  }
  const channels = all.reduce((sum, [channels]) => sum + channels / groups, 0);
  return {
    kind: "route",
    line: section.line,
    sources,
    dims: [channels, height, width],
    groups,
    groupId,
  };
}

function shortcut(place: Place): ShortcutLayer {
  const { section, options, index, dimsOf } = place;
  options.refuse({ weights_type: "none", alpha: "1", beta: "1" });
  const [named, ...more] = options.wholes("from");
  if (named === undefined || more.length > 0) {
    return options.fail("from", "a shortcut from several layers is not supported");
  }
  const source = sourceFrom(named, place, "from");
  const [dims, other] = [dimsOf(index - 1), dimsOf(source)];
  if (dims.join() !== other.join()) {
    options.fail("from", `layers of ${dims.join("x")} and ${other.join("x")} cannot be added`);
  }
  const activation = activationOf(options, "linear");
  return { kind: "shortcut", line: section.line, sources: [index - 1, source], dims, activation };
}

function upsample({ section, options, index, dimsOf }: Place): UpsampleLayer {
  options.refuse({ scale: "1" });
  const stride = options.whole("stride", { min: 1, max: 255, otherwise: 2 });
  const [channels, height, width] = dimsOf(index - 1);
  return {
    kind: "upsample",
    line: section.line,
    sources: [index - 1],
    dims: [channels, height * stride, width * stride],
    stride,
  };
}

function yolo({ section, options, index, dimsOf }: Place): YoloLayer {
  options.refuse({ new_coords: "0" });
  const classes = options.whole("classes", { min: 1, max: MAX_SIZE, otherwise: 20 });
  const total = options.whole("num", { min: 1, max: MAX_SIZE, otherwise: 1 });
  const sizes = options.numbers("anchors");
  if (sizes.length !== 2 * total || sizes.some((size) => !(size > 0))) {
    options.fail("anchors", `"anchors" must be ${total} widths and heights above 0`);
  }
  const mask = options.text("mask") === undefined
    ? Array.from({ length: total }, (_, i) => i)
    : options.wholes("mask");
  const anchors = mask.map((i): [number, number] => {
    const [width, height] = [sizes[2 * i], sizes[2 * i + 1]];
    if (width !== undefined && height !== undefined) return [width, height];
    return options.fail("mask", `there is no anchor ${i}`);
  });
  const dims = dimsOf(index - 1);
  const wanted = anchors.length * (5 + classes);
  if (dims[0] !== wanted) {
    throw cfgError(
      section.line,
      `${anchors.length} anchors of ${classes} classes take ${wanted} channels, not ${dims[0]}`,
    );
  }
  return {
    kind: "yolo",
    line: section.line,
    sources: [index - 1],
    dims,
    classes,
    anchors,
    scaleXY: options.positive("scale_x_y", 1),
  };
}
