import { group, merge, object } from "@optique/core/constructs";
import type { Parser } from "@optique/core/parser";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, constant, flag, negatableFlag, option } from "@optique/core/primitives";
import { choice, float } from "@optique/core/valueparser";
import type { RunOptions } from "./_run_options.ts";
import {
  classes,
  codecName,
  hwaccelName,
  pictureSize,
  place,
  region,
  sha256,
  smoothing,
  timeS,
  variableName,
  wholeNumber,
} from "./_values.ts";
import { serverAddress } from "./_view_address.ts";

const sources = object({
  command: constant("run"),
  sources: multiple(
    argument(place("SOURCE"), {
      description:
        message`A video, a picture, a directory or glob of pictures, a URL that ffmpeg reads, or - for standard input, which is stored until the end.`,
    }),
  ),
  sourceEnv: optional(option("--source-env", variableName(), {
    description:
      message`Take SOURCE from this variable of the environment, where a password in it stands in no list of processes.`,
  })),
  sourcesFile: optional(option("--sources", place("FILE"), {
    description:
      message`Watch many feeds at once, as this list (YAML) has them; it may be edited meanwhile. The other options hold for all that it does not say.`,
  })),
  start: optional(option("--start", timeS({ min: "zero" }), {
    description: message`Where to begin, in seconds or as h:mm:ss.`,
  })),
  duration: optional(option("--duration", timeS({ min: "above zero" }), {
    description: message`How much to take, in seconds or as h:mm:ss.`,
  })),
  hwaccel: withDefault(
    option("--hwaccel", hwaccelName(), {
      description:
        message`What of the hardware decodes files and encodes the annotated video: none, auto, or a kind that ffmpeg -hwaccels lists; the software does where it is not to be had.`,
    }),
    "none",
  ),
});

const outputs = object({
  output: optional(option("-o", "--output", place("FILE"), {
    description:
      message`The annotated video or picture; a directory where SOURCE is several pictures; of a live feed also a playlist (.m3u8), or a URL to send it to (rtsp, rtmp, srt, udp, tcp).`,
  })),
  segment: optional(option("--segment", timeS({ min: "above zero" }), {
    description:
      message`Write the annotated video in files of this length, named after the time, that can be played whatever happens.`,
  })),
  hlsKeep: optional(option("--hls-keep", timeS({ min: "above zero" }), {
    description: message`How much of a playlist stays on disk (default: all of it).`,
  })),
  jsonl: optional(option("--jsonl", place("FILE"), {
    description: message`Detections as JSON lines, one a frame (DL Streamer's schema).`,
  })),
  mot: optional(option("--mot", place("FILE"), {
    description: message`Detections as MOT Challenge text.`,
  })),
  coco: optional(option("--coco", place("FILE"), {
    description: message`Detections as COCO results, with a list of images beside it.`,
  })),
  csv: optional(option("--csv", place("FILE"), {
    description: message`Detections as CSV (supervision's columns).`,
  })),
  overwrite: withDefault(
    flag("--overwrite", { description: message`Replace outputs that exist.` }),
    false,
  ),
});

const detection = object({
  model: withDefault(
    option("-m", "--model", place("NAME"), {
      description:
        message`A name that steadybox models lists, a file, a card (JSON) of one, or the URL of one.`,
    }),
    "blazeface-full",
  ),
  modelSha256: optional(option("--model-sha256", sha256(), {
    description:
      message`The SHA-256 that the model's file must have; a URL needs one, here or in its card.`,
  })),
  labels: optional(option("--labels", place("FILE"), {
    description:
      message`The names of the model's classes, one a line, or coco for COCO's (default: the model's own).`,
  })),
  imgsz: optional(option("--imgsz", pictureSize(), {
    description:
      message`The size of the pictures that the network is fed, such as 640 or 640x384, where it leaves that free.`,
  })),
  device: withDefault(
    option("--device", choice(["auto", "webgpu", "cpu", "wasm"], { metavar: "DEVICE" }), {
      description: message`What runs the network: auto, webgpu, cpu or wasm.`,
    }),
    "auto",
  ),
  half: withDefault(
    flag("--half", {
      description:
        message`Compute in half precision on a GPU that knows it; the summary tells by how much that differs.`,
    }),
    false,
  ),
  conf: optional(option("--conf", float({ min: 0, max: 1, metavar: "NUMBER" }), {
    description:
      message`The lowest confidence with which an object appears, from 0 to 1; one that is followed may fall to half of it (default: the model's own).`,
  })),
  iou: optional(option("--iou", float({ min: 0, max: 1, metavar: "NUMBER" }), {
    description:
      message`Above which overlap two boxes are one object, from 0 to 1 (default: the model's own).`,
  })),
  maxDet: optional(option("--max-det", wholeNumber({ min: 1 }), {
    description: message`How many objects a frame may hold (default: the model's own).`,
  })),
  classes: optional(option("--classes", classes(), {
    description: message`Only these classes, by name or number, separated by commas.`,
  })),
  ties: withDefault(
    option("--ties", choice(["blend", "blend-over-time", "suppress"], { metavar: "WAY" }), {
      description:
        message`What becomes of overlapping boxes: blend by confidence, blend-over-time with those of the frames before as well, or suppress all but the best.`,
    }),
    "blend",
  ),
  vidStride: withDefault(
    option("--vid-stride", wholeNumber({ min: 1 }), {
      description:
        message`Run the network on every NUMBERth frame only; between, boxes are predicted where objects are followed, else kept.`,
    }),
    1,
  ),
});

const places = object({
  slice: optional(option("--slice", pictureSize(), {
    description:
      message`Look at overlapping slices of this size too, besides the whole frame: finds small objects, and takes as much longer as there are slices. In pixels, 640 or 640x480.`,
  })),
  overlap: optional(option("--overlap", float({ min: 0, max: 0.9, metavar: "NUMBER" }), {
    description:
      message`The share of a slice that the next one shows too, from 0 to 0.9 (default: 0.2).`,
  })),
  regions: multiple(option("--region", region(), {
    description:
      message`Only objects whose middle lies in this polygon, or in one of several; corners in pixels or %, such as 0,50%,100%,50%,100%,100%,0,100%.`,
  })),
  minSize: optional(option("--min-size", wholeNumber({ min: 1, metavar: "PIXELS" }), {
    description: message`Only objects at least as wide and as high as this.`,
  })),
});

const steadiness = object({
  track: withDefault(
    negatableFlag({ positive: "--track", negative: "--no-track" }, {
      description:
        message`Follow objects from frame to frame: each keeps its number, and one that was sure before may be less so for a while (default: yes).`,
    }),
    true,
  ),
  smooth: optional(
    option(
      "--smooth",
      smoothing(),
      {
        description:
          message`What keeps the boxes of followed objects still: fixed-lag looks three frames ahead, kalman and one-euro wait for nothing, offline sees the whole video first and then decodes it again; or none. With parameters if need be, as in kalman:damping=0.4:calm-speed=0.2 (default: fixed-lag for files, kalman for live feeds).`,
      },
    ),
  ),
  boxes: withDefault(
    option("--boxes", choice(["smoothed", "raw"], { metavar: "WHICH" }), {
      description:
        message`Which boxes MOT and COCO get, smoothed or raw; the other formats have both.`,
    }),
    "smoothed",
  ),
});

const live = object({
  rtspTransport: withDefault(
    option("--rtsp-transport", choice(["tcp", "udp"], { metavar: "PROTOCOL" }), {
      description: message`How the pictures of an RTSP feed travel: tcp or udp.`,
    }),
    "tcp",
  ),
  livePolicy: withDefault(
    option("--live-policy", choice(["newest", "all"], { metavar: "POLICY" }), {
      description:
        message`What becomes of frames that come faster than the network: newest drops older ones, all keeps them and falls behind.`,
    }),
    "newest",
  ),
  maxLatency: withDefault(
    option("--max-latency", wholeNumber({ min: 1, max: 86_400_000, metavar: "MS" }), {
      description:
        message`How old what is shown of a feed may be; older frames are dropped, unless the network is so slow that all are.`,
    }),
    500,
  ),
  sound: withDefault(
    negatableFlag({ positive: "--sound", negative: "--no-sound" }, {
      description:
        message`Keep the sound of a feed in the annotated video; pictures wait for it a little (default: no).`,
    }),
    false,
  ),
});

const watching = object({
  view: optional(
    option("--view", serverAddress(), {
      description:
        message`Show the run on a page for browsers on this machine, at port 8080 unless another is named; for others with a host, such as 0.0.0.0:8080, and a token, which is printed.`,
    }),
  ),
  metrics: optional(
    option("--metrics", serverAddress(), {
      description:
        message`Serve metrics for Prometheus at /metrics, at port 9464 unless another is named.`,
    }),
  ),
  mqtt: optional(option("--mqtt", place("URL"), {
    description:
      message`Publish who appears and who leaves to a topic, such as mqtt://broker/cameras/gate, or mqtts with TLS.`,
  })),
  mqttEnv: optional(option("--mqtt-env", variableName(), {
    description: message`Take that URL from this variable of the environment.`,
  })),
});

const drawing = object({
  showLabels: withDefault(
    negatableFlag({ positive: "--show-labels", negative: "--no-show-labels" }, {
      description: message`Write the class beside each box (default: yes).`,
    }),
    true,
  ),
  showConf: withDefault(
    negatableFlag({ positive: "--show-conf", negative: "--no-show-conf" }, {
      description: message`Write the confidence beside each box (default: yes).`,
    }),
    true,
  ),
  showKeypoints: withDefault(
    negatableFlag({ positive: "--show-keypoints", negative: "--no-show-keypoints" }, {
      description: message`Draw keypoints, such as eyes (default: yes).`,
    }),
    true,
  ),
  showTrails: withDefault(
    negatableFlag({ positive: "--show-trails", negative: "--no-show-trails" }, {
      description: message`Draw where followed objects were in the last second (default: yes).`,
    }),
    true,
  ),
  lineWidth: optional(option("--line-width", wholeNumber({ min: 1, max: 100, metavar: "PIXELS" }), {
    description: message`How thick lines are (default: as suits the frame).`,
  })),
  codec: optional(option("--codec", codecName(), {
    description:
      message`The video codec, such as h264, h265, vp9 or av1 (default: as suits the file).`,
  })),
  crf: optional(option("--crf", wholeNumber({ min: 0, max: 63 }), {
    description: message`The encoder's constant quality: less is better and larger.`,
  })),
});

const speech = object({
  quiet: withDefault(
    flag("-q", "--quiet", { description: message`Say nothing but errors.` }),
    false,
  ),
  debug: withDefault(flag("--debug", { hidden: true }), false),
});

/** Reads the arguments of `steadybox run`. */
export const runArguments: Parser<"sync", RunOptions, unknown> = merge(
  group("Source", sources),
  group("Outputs", outputs),
  group("Detection", detection),
  group("Small objects, and places", places),
  group("Steadiness", steadiness),
  group("Live feeds", live),
  group("Watching a run", watching),
  group("Annotated video", drawing),
  group("Messages", speech),
);
