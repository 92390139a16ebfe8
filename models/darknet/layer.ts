/** The channels, height and width of what a layer gives. */
export type PictureDims = readonly [channels: number, height: number, width: number];

/** The activations of the YOLO family. */
export const ACTIVATIONS = [
  "linear",
  "leaky",
  "relu",
  "relu6",
  "logistic",
  "mish",
  "swish",
] as const;

/** What becomes of each number behind a layer. */
export type Activation = typeof ACTIVATIONS[number];

/** What all layers have in common. */
export interface LayerFacts {
  /** The number of the line of its name in the `.cfg` file, from 1. */
  readonly line: number;
  /** The numbers of the layers that it reads, in order; -1 is the network's input. */
  readonly sources: readonly number[];
  /** The size of what it gives. */
  readonly dims: PictureDims;
}

/** A convolution, perhaps with a batch normalisation, and an activation. */
export interface ConvolutionalLayer extends LayerFacts {
  readonly kind: "convolutional";
  readonly filters: number;
  /** Channels of the input that a filter reads. */
  readonly channelsPerGroup: number;
  readonly groups: number;
  /** The width and height of its window. */
  readonly size: number;
  readonly stride: number;
  /** Rows and columns that are added on each side. */
  readonly padding: number;
  readonly hasBatchNorm: boolean;
  readonly activation: Activation;
}

/** The greatest number under a window. */
export interface MaxpoolLayer extends LayerFacts {
  readonly kind: "maxpool";
  readonly size: number;
  readonly stride: number;
  /** Rows and columns that are added in all; the odd one at the bottom or right. */
  readonly padding: number;
}

/** The channels of other layers, one behind the other. */
export interface RouteLayer extends LayerFacts {
  readonly kind: "route";
  /** In how many parts each source's channels are cut. */
  readonly groups: number;
  /** Which of these parts is taken. */
  readonly groupId: number;
}

/** The sum of the layer before and another. */
export interface ShortcutLayer extends LayerFacts {
  readonly kind: "shortcut";
  readonly activation: Activation;
}

/** Each pixel repeated. */
export interface UpsampleLayer extends LayerFacts {
  readonly kind: "upsample";
  readonly stride: number;
}

/** What the layer before tells of boxes: a head of YOLOv3. */
export interface YoloLayer extends LayerFacts {
  readonly kind: "yolo";
  readonly classes: number;
  /** The width and height of each of its anchors, in pixels of the network's input. */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  /** How far a centre reaches beyond its cell, 1 for not at all (`scale_x_y`). */
  readonly scaleXY: number;
}

/** A layer of a Darknet network. */
export type DarknetLayer =
  | ConvolutionalLayer
  | MaxpoolLayer
  | RouteLayer
  | ShortcutLayer
  | UpsampleLayer
  | YoloLayer;
