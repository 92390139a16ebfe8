/**
 * The program that people write first: one loop that reads a frame, runs the network in the same
 * thread, draws, writes, and only then reads on.
 *
 * @example deno run -A plain_loop.ts NETWORK.onnx CLIP WIDTH HEIGHT BOXES.jsonl [OUTPUT.mp4]
 *
 * @module
 */

import * as ort from "onnxruntime-node";

const SIZE = 192;
const CELLS = 48;
const CONFIDENCE = 0.5;
const OVERLAP = 0.3;

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

const [network = "", clip = "", widthText, heightText, listing = "", output] = Deno.args;
const [width, height] = [Number(widthText), Number(heightText)];

/** The nearest pixel of each input pixel, as RGB from -1 to 1. */
function inputFrom(rgb: Uint8Array): Float32Array {
  const data = new Float32Array(3 * SIZE * SIZE).fill(-1);
  const scale = Math.max(width, height) / SIZE;
  const left = (SIZE - width / scale) / 2;
  const top = (SIZE - height / scale) / 2;
  for (let y = Math.ceil(top); y < SIZE - top; y++) {
    const row = Math.min(height - 1, Math.floor((y + 0.5 - top) * scale));
    for (let x = Math.ceil(left); x < SIZE - left; x++) {
      const column = Math.min(width - 1, Math.floor((x + 0.5 - left) * scale));
      const from = 3 * (row * width + column);
      for (let c = 0; c < 3; c++) {
        data[c * SIZE * SIZE + y * SIZE + x] = rgb[from + c]! / 127.5 - 1;
      }
    }
  }
  return data;
}

function overlap(a: Box, b: Box): number {
  const shared = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
    Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = ([x1, y1, x2, y2]: Box) => (x2 - x1) * (y2 - y1);
  return shared / (area(a) + area(b) - shared);
}

function facesFrom(regressors: Float32Array, logits: Float32Array): Box[] {
  const scale = Math.max(width, height) / SIZE;
  const [offsetX, offsetY] = [(SIZE * scale - width) / 2, (SIZE * scale - height) / 2];
  const found: { readonly box: Box; readonly confidence: number }[] = [];
  logits.forEach((logit, i) => {
    const confidence = 1 / (1 + Math.exp(-logit));
    if (confidence < CONFIDENCE) return;
    const x = ((i % CELLS) + 0.5) * SIZE / CELLS + regressors[16 * i]!;
    const y = (Math.floor(i / CELLS) + 0.5) * SIZE / CELLS + regressors[16 * i + 1]!;
    const [w, h] = [regressors[16 * i + 2]! / 2, regressors[16 * i + 3]! / 2];
    const box: Box = [
      (x - w) * scale - offsetX,
      (y - h) * scale - offsetY,
      (x + w) * scale - offsetX,
      (y + h) * scale - offsetY,
    ];
    found.push({ box, confidence });
  });
  const kept: Box[] = [];
  for (const { box } of found.sort((a, b) => b.confidence - a.confidence)) {
    if (kept.every((other) => overlap(other, box) < OVERLAP)) kept.push(box);
  }
  return kept;
}

function draw(rgb: Uint8Array, [x1, y1, x2, y2]: Box): void {
  const [left, right] = [Math.max(0, Math.round(x1)), Math.min(width - 1, Math.round(x2))];
  const [top, bottom] = [Math.max(0, Math.round(y1)), Math.min(height - 1, Math.round(y2))];
  const dot = (x: number, y: number) => rgb.set([230, 160, 0], 3 * (y * width + x));
  for (let line = 0; line < 3; line++) {
    for (let x = left; x <= right; x++) {
      dot(x, Math.min(bottom, top + line));
      dot(x, Math.max(top, bottom - line));
    }
    for (let y = top; y <= bottom; y++) {
      dot(Math.min(right, left + line), y);
      dot(Math.max(left, right - line), y);
    }
  }
}

const session = await ort.InferenceSession.create(network);
const decoder = new Deno.Command("ffmpeg", {
  args: [
    ...["-v", "error", "-i", clip, "-fps_mode", "passthrough"],
    ...["-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
  ],
  stdout: "piped",
}).spawn();
const size = `${width}x${height}`;
const encoder = output === undefined ? undefined : new Deno.Command("ffmpeg", {
  args: [
    ...[
      "-v",
      "error",
      "-y",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgb24",
      "-s",
      size,
      "-r",
      "25",
      "-i",
      "-",
    ],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", output],
  ],
  stdin: "piped",
}).spawn();
const writer = encoder?.stdin.getWriter();
const lines: string[] = [];
const frame = new Uint8Array(3 * width * height);
let filled = 0;
for await (let part of decoder.stdout) {
  while (part.length > 0) {
    const taken = part.subarray(0, frame.length - filled);
    frame.set(taken, filled);
    filled += taken.length;
    part = part.subarray(taken.length);
    if (filled < frame.length) break;
    filled = 0;
    const input = new ort.Tensor("float32", inputFrom(frame), [1, 3, SIZE, SIZE]);
    const outputs = Object.values(await session.run({ [session.inputNames[0]!]: input }));
    const last = (length: number) =>
      outputs.find(({ dims }) => dims.at(-1) === length)!.data as Float32Array;
    const faces = facesFrom(last(16), last(1));
    lines.push(JSON.stringify(faces));
    for (const box of faces) draw(frame, box);
    await writer?.write(frame.slice());
  }
}
await writer?.close();
await encoder?.status;
Deno.writeTextFileSync(listing, `${lines.join("\n")}\n`);
