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
  /** Which kind of layer it is. */
  readonly kind: "convolutional";
  /** How many channels it gives. */
  readonly filters: number;
  /** Channels of the input that a filter reads. */
  readonly channelsPerGroup: number;
  /** In how many parts the channels are, which do not see each other. */
  readonly groups: number;
  /** The width and height of its window. */
  readonly size: number;
  /** How far it moves at a time. */
  readonly stride: number;
  /** Rows and columns that are added on each side. */
  readonly padding: number;
  /** Whether a batch normalisation stands before the activation. */
  readonly hasBatchNorm: boolean;
  /** What becomes of each number behind it. */
  readonly activation: Activation;
}

/** The greatest number under a window. */
export interface MaxpoolLayer extends LayerFacts {
  /** Which kind of layer it is. */
  readonly kind: "maxpool";
  /** The width and height of its window. */
  readonly size: number;
  /** How far it moves at a time. */
  readonly stride: number;
  /** Rows and columns that are added in all; the odd one at the bottom or right. */
  readonly padding: number;
}

/** The channels of other layers, one behind the other. */
export interface RouteLayer extends LayerFacts {
  /** Which kind of layer it is. */
  readonly kind: "route";
  /** In how many parts each source's channels are cut. */
  readonly groups: number;
  /** Which of these parts is taken. */
  readonly groupId: number;
}

/** The sum of the layer before and another. */
export interface ShortcutLayer extends LayerFacts {
  /** Which kind of layer it is. */
  readonly kind: "shortcut";
  /** What becomes of each number behind it. */
  readonly activation: Activation;
}

/** Each pixel repeated. */
export interface UpsampleLayer extends LayerFacts {
  /** Which kind of layer it is. */
  readonly kind: "upsample";
  /** How often each pixel stands in a row, and each row in a column. */
  readonly stride: number;
}

/** What the layer before tells of boxes: a head of YOLOv3. */
export interface YoloLayer extends LayerFacts {
  /** Which kind of layer it is. */
  readonly kind: "yolo";
  /** How many classes it tells. */
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
