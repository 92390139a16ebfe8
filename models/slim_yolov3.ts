import { FULL, PRUNED, type Widths } from "./_slim_yolov3_widths.ts";

/**
 * The names of the networks of Zhang, Zhong and Li, "SlimYOLOv3: Narrower, Faster and Better for
 * Real-Time UAV Applications" (2019): those that it begins with, and those that pruning left of the
 * second at half of the channels twice, at 90 % and at 95 %.
 */
export const SLIM_YOLOV3_NAMES = [
  "yolov3-tiny",
  "yolov3-spp1",
  "yolov3-spp3",
  "slimyolov3-spp3-50",
  "slimyolov3-spp3-90",
  "slimyolov3-spp3-95",
] as const;

/** The name of one of these networks. */
export type SlimYolov3Name = typeof SLIM_YOLOV3_NAMES[number];

/** Options of {@linkcode slimYolov3}. */
export interface SlimYolov3Options {
  /** Which network it is. */
  readonly name: SlimYolov3Name;
  /**
   * How many classes it tells; the paper's data set has ten.
   *
   * @default {10}
   */
  readonly classes?: number;
  /**
   * The width and height of its input, in pixels: a multiple of 32.
   *
   * @default {416}
   */
  readonly size?: number;
}

const ANCHORS = "10,13, 16,30, 33,23, 30,61, 62,45, 59,119, 116,90, 156,198, 373,326";
const TINY_ANCHORS = "10,14, 23,27, 37,58, 81,82, 135,169, 344,319";

/**
 * The `.cfg` file of a SlimYOLOv3, or of a network that it is compared with, to be trained by Darknet:
 * steadybox has no weights for it.
 *
 * Its options for training are the paper's, from the start and without a sparsity term, which
 * Darknet does not know.
 *
 * @param options Which network is wanted.
 * @returns The text of the file.
 * @throws {TypeError} If there is no such network.
 * @throws {RangeError} If a number makes no sense.
 *
 * @example How large a network is
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countsOf, readArchitecture } from "./darknet/network.ts";
 *
 * const network = readArchitecture(slimYolov3({ name: "slimyolov3-spp3-95" }));
 * assertEquals(countsOf(network).parameters, 5_082_253);
 * ```
 */
export function slimYolov3({ name, classes = 10, size = 416 }: SlimYolov3Options): string {
  if (!SLIM_YOLOV3_NAMES.includes(name)) {
    throw new TypeError(
      `Cannot make a SlimYOLOv3 as name must be one of ${SLIM_YOLOV3_NAMES.join(", ")}: current ` +
        `value is "${name}"`,
    );
  }
  if (!(Number.isInteger(size) && size > 0 && size % 32 === 0)) {
    throw new RangeError(
      `Cannot make a SlimYOLOv3 as size must be a multiple of 32: current value is ${size}`,
    );
  }
  if (!(Number.isInteger(classes) && classes > 0)) {
    throw new RangeError(
      `Cannot make a SlimYOLOv3 as classes must be a whole number from 1: current value is ${classes}`,
    );
  }
  return [net(size), ...layersOf(name, classes)].join("\n");
}

function layersOf(name: SlimYolov3Name, classes: number): string[] {
  switch (name) {
    case "yolov3-tiny":
      return tiny(classes);
    case "yolov3-spp1":
      return [...backbone(FULL), ...heads(FULL, classes, { hasThreePools: false })];
    case "yolov3-spp3":
      return [...backbone(FULL), ...heads(FULL, classes, { hasThreePools: true })];
    default: {
      const widths = PRUNED[name.slice(-2) as keyof typeof PRUNED];
      return [...backbone(widths), ...heads(widths, classes, { hasThreePools: true })];
    }
  }
}

/** Darknet-53 without its classifier: layers 0 to 74. */
function backbone({ stem, stages }: Widths): string[] {
  return [
    conv(stem, 3),
    ...stages.flatMap(([shared, blocks]) => [
      conv(shared, 3, 2),
      ...blocks.flatMap((width) => [
        conv(width, 1),
        conv(shared, 3),
        section("shortcut", {
          from: -3,
          activation: "linear",
        }),
      ]),
    ]),
  ];
}

/**
 * The heads, from layer 75 on. A spatial pyramid pooling stands in the first, and with three of them
 * in the others too: in the second in place of a convolution, in the third before one of 3x3.
 */
function heads(
  { heads: [first, second, third] }: Widths,
  classes: number,
  { hasThreePools }: { readonly hasThreePools: boolean },
): string[] {
  const detect = (mask: string) => detection({ classes, mask, anchors: ANCHORS, total: 9 });
  const [a, b, c, d, e, f, g] = second;
  const [h, i, j, k, l, m, n] = third;
  return [
    ...[conv(first[0], 1), conv(first[1], 3), conv(first[2], 1), ...pools()],
    ...[conv(first[3], 1), conv(first[4], 3), conv(first[5], 1), conv(first[6], 3)],
    ...detect("6,7,8"),
    ...[route(-4), conv(a, 1), upsample(), route(-1, 61)],
    ...[conv(b, 1), conv(c, 3), ...hasThreePools ? pools() : []],
    ...[conv(d, 1), conv(e, 3), conv(f, 1), conv(g, 3)],
    ...detect("3,4,5"),
    ...[route(-4), conv(h, 1), upsample(), route(-1, 36)],
    ...[conv(i, 1), conv(j, 3), conv(k, 1), ...hasThreePools ? pools() : []],
    ...[conv(l, 3), conv(m, 1), conv(n, 3)],
    ...detect("0,1,2"),
  ];
}

/** The smallest of the family, from Darknet's yolov3-tiny.cfg. */
function tiny(classes: number): string[] {
  const detect = (mask: string) => detection({ classes, mask, anchors: TINY_ANCHORS, total: 6 });
  return [
    ...[16, 32, 64, 128, 256].flatMap((width) => [conv(width, 3), maxpool(2, 2)]),
    ...[conv(512, 3), maxpool(2, 1), conv(1024, 3), conv(256, 1), conv(512, 3)],
    ...detect("3,4,5"),
    ...[route(-4), conv(128, 1), upsample(), route(-1, 8), conv(256, 3)],
    ...detect("0,1,2"),
  ];
}

/** Spatial pyramid pooling: windows of 5, 9 and 13, and the picture itself behind them. */
function pools(): string[] {
  return [
    maxpool(5, 1),
    route(-2),
    maxpool(9, 1),
    route(-4),
    maxpool(13, 1),
    route(-1, -3, -5, -6),
  ];
}

/** The convolution that detects, and what its numbers mean. */
function detection(
  { classes, mask, anchors, total }: {
    readonly classes: number;
    readonly mask: string;
    readonly anchors: string;
    readonly total: number;
  },
): string[] {
  const filters = 3 * (5 + classes);
  return [
    section("convolutional", { filters, size: 1, stride: 1, pad: 1, activation: "linear" }),
    section("yolo", {
      mask,
      anchors,
      classes,
      num: total,
      jitter: 0.3,
      ignore_thresh: 0.7,
      truth_thresh: 1,
      random: 1,
    }),
  ];
}

function net(size: number): string {
  return section("net", {
    batch: 64,
    subdivisions: 16,
    width: size,
    height: size,
    channels: 3,
    momentum: 0.9,
    decay: 0.0005,
    saturation: 1.5,
    exposure: 1.5,
    hue: 0.1,
    learning_rate: 0.001,
    burn_in: 1000,
    max_batches: 120200,
    policy: "steps",
    steps: "70000,100000",
    scales: ".1,.1",
  });
}

function conv(filters: number, size: number, stride = 1): string {
  return section("convolutional", {
    batch_normalize: 1,
    filters,
    size,
    stride,
    pad: 1,
    activation: "leaky",
  });
}

function maxpool(size: number, stride: number): string {
  return section("maxpool", { size, stride });
}

function route(...layers: readonly number[]): string {
  return section("route", { layers: layers.join(",") });
}

function upsample(): string {
  return section("upsample", { stride: 2 });
}

function section(name: string, options: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(options).map(([key, value]) => `${key}=${value}\n`);
  return `[${name}]\n${lines.join("")}`;
}
