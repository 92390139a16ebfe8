import type { Device } from "../pipeline/inference_session.ts";
import type { Size } from "../pipeline/fit.ts";
import type { Region } from "../stages/slicing/region.ts";
import type { Outputs } from "./_outputs.ts";
import type { ServerAddress } from "./_view_address.ts";

/** What `steadybox run` does. */
export interface RunOptions extends Outputs {
  /** The command. */
  readonly command: "run";
  /** A video, a picture, a directory or glob of pictures, a URL, `-`; or several pictures. */
  readonly sources: readonly string[];
  /** The variable of the environment from which the source was taken. */
  readonly sourceEnv: string | undefined;
  /** The list of many sources, in place of one. */
  readonly sourcesFile: string | undefined;
  /** Where to begin, in seconds from the source's start. */
  readonly start: number | undefined;
  /** How much to take, in seconds. */
  readonly duration: number | undefined;
  /** What of the hardware decodes and encodes: `none`, `auto`, or a kind of ffmpeg's. */
  readonly hwaccel: string;
  /** Whether outputs that exist are replaced. */
  readonly overwrite: boolean;
  /** The name of the model, its file, card or URL. */
  readonly model: string;
  /** The SHA-256 that the model's file must have. */
  readonly modelSha256: string | undefined;
  /** The file with the names of its classes, or `coco`. */
  readonly labels: string | undefined;
  /** The size of the pictures that the network is fed, in pixels. */
  readonly imgsz: Size | undefined;
  /** What runs the network. */
  readonly device: Device | "auto";
  /** Whether a GPU computes in half precision. */
  readonly half: boolean;
  /** The lowest confidence with which an object appears, from 0 to 1; the model's own where absent. */
  readonly conf: number | undefined;
  /** Above which overlap two boxes are one object; the model's own where absent. */
  readonly iou: number | undefined;
  /** How many objects a frame may hold; the model's own where absent. */
  readonly maxDet: number | undefined;
  /** Only these classes, by name or number. */
  readonly classes: readonly (string | number)[] | undefined;
  /** What becomes of overlapping boxes. */
  readonly ties: "blend" | "blend-over-time" | "suppress";
  /** Whether objects are followed from frame to frame. */
  readonly track: boolean;
  /** How the boxes of those that are followed are kept still. */
  readonly smooth: string | undefined;
  /** Which box of a track goes to formats with room for one. */
  readonly boxes: "smoothed" | "raw";
  /** The network sees one frame in so many. */
  readonly vidStride: number;
  /** The size of the slices that it sees besides the whole frame, in pixels; none where absent. */
  readonly slice: Size | undefined;
  /** The share of a slice that the next one shows too; as usual where absent. */
  readonly overlap: number | undefined;
  /** Only objects in one of these polygons; all where there are none. */
  readonly regions: readonly Region[];
  /** Only objects at least as wide and as high, in pixels. */
  readonly minSize: number | undefined;
  /** Whether the class stands beside each box. */
  readonly showLabels: boolean;
  /** Whether the confidence stands beside each box. */
  readonly showConf: boolean;
  /** Whether it is drawn where objects that are followed were. */
  readonly showTrails: boolean;
  /** Whether keypoints are drawn. */
  readonly showKeypoints: boolean;
  /** How thick lines are, in pixels. */
  readonly lineWidth: number | undefined;
  /** How long each file of the annotated video is, in seconds; one file for all where absent. */
  readonly segment: number | undefined;
  /** How much of a playlist stays on disk, in seconds; all of it where absent. */
  readonly hlsKeep: number | undefined;
  /** The video encoder. */
  readonly codec: string | undefined;
  /** Its constant quality. */
  readonly crf: number | undefined;
  /** How the pictures of an RTSP feed travel. */
  readonly rtspTransport: "tcp" | "udp";
  /** What becomes of frames of a feed that come faster than they are worked on. */
  readonly livePolicy: "newest" | "all";
  /** Whether the sound of a feed is kept. */
  readonly sound: boolean;
  /** How old what is shown of a feed may be, in milliseconds. */
  readonly maxLatency: number;
  /** Where the page that shows the run is served. */
  readonly view: ServerAddress | undefined;
  /** Where its metrics are served. */
  readonly metrics: ServerAddress | undefined;
  /** The URL of the topic to which events are published. */
  readonly mqtt: string | undefined;
  /** The variable of the environment that holds it. */
  readonly mqttEnv: string | undefined;
  /** Whether nothing but errors is said. */
  readonly quiet: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}
