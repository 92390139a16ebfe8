import { fileURLToPath } from "node:url";
import type { Size } from "../../pipeline/fit.ts";
import type { Row } from "./schema.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAMS = `${ROOT}bench/speed/programs/`;

/** What contenders work with. */
export interface Subject {
  /** The clip: all of it, or its first frame alone. */
  readonly clip: string;
  /** How many frames it has. */
  readonly frames: number;
  /** The size of its frames. */
  readonly size: Size;
  /** The network as ONNX. */
  readonly network: string;
  /** The size of the network's input. */
  readonly input: Size;
  /** The model's name. */
  readonly model: string;
  /** What runs steadybox's network. */
  readonly device: string;
  /** How many feeds there are where several are worked on at a time. */
  readonly feeds: number;
  /** Where files may be written. */
  readonly folder: string;
}

/** A command that is measured. */
export interface Contender {
  readonly name: string;
  readonly group: Row["group"];
  /** Where it lists its boxes, if it does: a name in the folder. */
  readonly listing?: string;
  /** Set if it works on all feeds at a time. */
  readonly isMany?: true;
  /** The program and its arguments. */
  command(subject: Subject): string[];
}

/** The encoder's settings, which are those that steadybox has by itself. */
export const ENCODER: readonly string[] = [
  "-c:v",
  "libx264",
  "-preset",
  "veryfast",
  "-crf",
  "20",
  "-pix_fmt",
  "yuv420p",
];

function ffmpeg(clip: string, ...output: readonly string[]): string[] {
  return [
    ...["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", clip, "-map", "0:v:0"],
    ...["-fps_mode", "passthrough", ...output],
  ];
}

function steadybox(
  { clip, model, folder, device }: Subject,
  listing: string,
  ...options: readonly string[]
): string[] {
  return [
    ...["deno", "run", "-A", "--no-check", `${ROOT}cli/main.ts`, "run", clip, "--model", model],
    ...["--device", device, "--quiet", "--overwrite", "--jsonl", `${folder}/${listing}`],
    ...options,
  ];
}

/** Several runs at a time, as one command. */
function together(commands: readonly (readonly string[])[]): string[] {
  const quoted = commands.map((command) =>
    command.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(" ")
  );
  return ["sh", "-c", `${quoted.map((command) => `${command} &`).join(" ")} wait`];
}

/** The lower limits. */
const FLOORS: readonly Contender[] = [
  {
    name: "ffmpeg: decode",
    group: "floor",
    command: ({ clip }) => ffmpeg(clip, "-f", "null", "-"),
  },
  {
    name: "ffmpeg: decode, scale",
    group: "floor",
    command({ clip, size, input }) {
      const scale = Math.max(size.width / input.width, size.height / input.height);
      const width = Math.round(size.width / scale);
      const height = Math.round(size.height / scale);
      return ffmpeg(
        clip,
        ...["-vf", `scale=${width}:${height}:flags=bilinear`, "-pix_fmt", "rgb24"],
        ...["-f", "rawvideo", "/dev/null"],
      );
    },
  },
  {
    name: "ffmpeg: decode, encode",
    group: "floor",
    command: ({ clip, folder }) => ffmpeg(clip, ...ENCODER, `${folder}/floor.mp4`),
  },
  {
    name: "network alone",
    group: "floor",
    command: ({ network, frames, input: { width, height } }) => [
      ...["deno", "run", "-A", "--no-check", `${PROGRAMS}bare_inference.ts`],
      ...[network, String(frames), String(width), String(height)],
    ],
  },
];

/** Steadybox as users run it, and as peers work: without following objects. */
const OURS: readonly Contender[] = [
  {
    name: "steadybox: detections",
    group: "steadybox",
    command: (subject) => steadybox(subject, "followed.jsonl"),
  },
  {
    name: "steadybox: detections, not followed",
    group: "steadybox",
    listing: "ours.jsonl",
    command: (subject) => steadybox(subject, "ours.jsonl", "--no-track"),
  },
  {
    name: "steadybox: annotated",
    group: "steadybox",
    command: (subject) =>
      steadybox(subject, "drawn.jsonl", "--output", `${subject.folder}/ours.mp4`),
  },
  {
    name: "steadybox: annotated, not followed",
    group: "steadybox",
    command: (subject) =>
      steadybox(subject, "plain.jsonl", "--no-track", "--output", `${subject.folder}/plain.mp4`),
  },
  {
    name: "steadybox: annotated, wasm",
    group: "steadybox",
    command: (subject) =>
      steadybox(
        { ...subject, device: "wasm" },
        "wasm.jsonl",
        ...["--output", `${subject.folder}/wasm.mp4`],
      ),
  },
  {
    name: "steadybox: detections, several feeds",
    group: "steadybox",
    isMany: true,
    command: (subject) =>
      together(
        Array.from({ length: subject.feeds }, (_, feed) => steadybox(subject, `feed${feed}.jsonl`)),
      ),
  },
];

/** What people use instead. They know BlazeFace full range only. */
const PEERS: readonly Contender[] = [false, true].flatMap((isDrawn): Contender[] => {
  const kind = isDrawn ? "annotated" : "detections";
  return [
    {
      name: `Python with OpenCV: ${kind}`,
      group: "peer",
      listing: `opencv-${kind}.jsonl`,
      command: ({ network, clip, folder }) => [
        // Debian's own Python, which finds Debian's OpenCV.
        ...["/usr/bin/python3", `${PROGRAMS}opencv_pipeline.py`, network, clip],
        `${folder}/opencv-${kind}.jsonl`,
        ...(isDrawn ? [`${folder}/opencv.mp4`] : []),
      ],
    },
    {
      name: `plain Deno loop: ${kind}`,
      group: "peer",
      listing: `plain-${kind}.jsonl`,
      command: ({ network, clip, size, folder }) => [
        ...["deno", "run", "-A", "--no-check", `${PROGRAMS}plain_loop.ts`, network, clip],
        ...[String(size.width), String(size.height), `${folder}/plain-${kind}.jsonl`],
        ...(isDrawn ? [`${folder}/plain-loop.mp4`] : []),
      ],
    },
  ];
});

/** All that can be measured, in the order of the table. */
export const CONTENDERS: readonly Contender[] = [...FLOORS, ...OURS, ...PEERS];
