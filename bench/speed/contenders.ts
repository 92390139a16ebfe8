import { fileURLToPath } from "node:url";
import type { Size } from "../../pipeline/fit.ts";
import type { Row } from "./schema.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAMS = `${ROOT}bench/speed/programs/`;

/** What contenders work with. */
export interface Subject {
  /** The clip. */
  readonly clip: string;
  /** How many frames it has. */
  readonly frames: number;
  /** The size of its frames. */
  readonly size: Size;
  /** The model's name, or where it is. */
  readonly model: string;
  /** What runs steadybox's network. */
  readonly device: string;
  /** Where files may be written. */
  readonly folder: string;
}

/** A network by itself. */
export interface Network {
  /** Where it is, as ONNX. */
  readonly path: string;
  /** The size of its input. */
  readonly input: Size;
}

/** A command that is measured. */
export interface Contender {
  /** What it is called: no other has the same name. */
  readonly name: string;
  readonly group: Row["group"];
  /** Where it lists its boxes, for each feed that it works on: names in the folder. */
  readonly listings: readonly string[];
  /** How many feeds it works on, where it lists no boxes of them. */
  readonly feeds?: number;
  /** Writes what the command reads, if that is needed. */
  prepare?(subject: Subject): Promise<void>;
  /** The program and its arguments. */
  command(subject: Subject): string[];
}

/** The encoder's settings, which are those that steadybox has by itself. */
export const ENCODER: readonly string[] = [
  ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"],
];

function ffmpeg(clip: string, ...output: readonly string[]): string[] {
  return [
    ...["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", clip, "-map", "0:v:0"],
    ...["-fps_mode", "passthrough", ...output],
  ];
}

/**
 * The command line of `steadybox run`, which tells what it came to when it is done.
 *
 * @param subject The model and device.
 * @param options What is read and written, as `run` takes it.
 * @returns The program and its arguments.
 */
export function steadybox(
  { model, device }: Pick<Subject, "model" | "device">,
  ...options: readonly string[]
): string[] {
  return [
    ...["deno", "run", "-A", "--no-check", "--v8-flags=--max-semi-space-size=4"], // As its task.
    ...[`${ROOT}cli/main.ts`, "run", "--model", model],
    ...["--device", device, "--overwrite", ...options],
  ];
}

/**
 * The lower limits.
 *
 * @param network The network that is bare.
 * @returns What is measured.
 */
export function floorsOf({ path, input }: Network): Contender[] {
  const common = { group: "floor", listings: [] } as const;
  return [
    {
      ...common,
      name: "ffmpeg: decode",
      command: ({ clip }) => ffmpeg(clip, "-f", "null", "-"),
    },
    {
      ...common,
      name: "ffmpeg: decode, scale",
      command({ clip, size }) {
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
      ...common,
      name: "ffmpeg: decode, encode",
      command: ({ clip, folder }) => ffmpeg(clip, ...ENCODER, `${folder}/floor.mp4`),
    },
    {
      ...common,
      name: "network alone",
      command: ({ frames }) => [
        ...["deno", "run", "-A", "--no-check", `${PROGRAMS}bare_inference.ts`],
        ...[path, String(frames), String(input.width), String(input.height)],
      ],
    },
  ];
}

/**
 * Objects are not followed, as peers do not follow them either; the confidence is that in their
 * programs, at which there are three faces in a frame.
 */
const LIKE_PEERS = ["--no-track", "--conf", "0.5"];

/** Steadybox as users run it, and as peers work. */
export const OURS: readonly Contender[] = [
  { kind: "detections", options: [] },
  { kind: "detections, not followed", options: LIKE_PEERS },
  { kind: "annotated", options: [], isDrawn: true },
  { kind: "annotated, not followed", options: LIKE_PEERS, isDrawn: true },
  { kind: "annotated, wasm", options: [], isDrawn: true, device: "wasm" },
].map(({ kind, options, isDrawn, device }): Contender => {
  const file = kind.replaceAll(/\W+/g, "-");
  return {
    name: `steadybox: ${kind}`,
    group: "steadybox",
    listings: [`${file}.jsonl`],
    command: (subject) =>
      steadybox(
        { ...subject, device: device ?? subject.device },
        ...[subject.clip, "--jsonl", `${subject.folder}/${file}.jsonl`, ...options],
        ...(isDrawn ? ["--output", `${subject.folder}/${file}.mp4`] : []),
      ),
  };
});

/** Of ours, what finds boxes as peers do, to be compared with theirs. */
export const OURS_LIKE_PEERS: Contender = OURS[1]!;

/**
 * What people use instead. They know BlazeFace full range only.
 *
 * @param network BlazeFace full range.
 * @returns What is measured.
 */
export function peersOf({ path }: Network): Contender[] {
  return ["detections", "annotated"].flatMap((kind): Contender[] => {
    const isDrawn = kind === "annotated";
    const [python, plain] = [`opencv-${kind}`, `plain-${kind}`];
    return [
      {
        name: `OpenCV: ${kind}`,
        group: "peer",
        listings: [`${python}.jsonl`],
        command: ({ clip, folder }) => [
          // Debian's own Python, which finds Debian's OpenCV.
          ...["/usr/bin/python3", `${PROGRAMS}opencv_pipeline.py`, path, clip],
          `${folder}/${python}.jsonl`,
          ...(isDrawn ? [`${folder}/${python}.mp4`] : []),
        ],
      },
      {
        name: `plain loop: ${kind}`,
        group: "peer",
        listings: [`${plain}.jsonl`],
        command: ({ clip, size, folder }) => [
          ...["deno", "run", "-A", "--no-check", `${PROGRAMS}plain_loop.ts`, path, clip],
          ...[String(size.width), String(size.height), `${folder}/${plain}.jsonl`],
          ...(isDrawn ? [`${folder}/${plain}.mp4`] : []),
        ],
      },
    ];
  });
}
