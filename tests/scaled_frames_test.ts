/**
 * Frames that ffmpeg scales for the network are the frames that `letterbox` would make of the whole
 * ones: same times, same inputs, same detections, whatever the source is like.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  blend,
  decode,
  decodeBoxes,
  type DecodeOptions,
  type Detection,
  infer,
  type InputSpec,
  iouOf,
  letterbox,
  loadModel,
  openSession,
  type Tensor,
} from "../mod.ts";
import { Camera } from "../stages/tracking/camera.ts";
import { clipPath } from "./_clips.ts";
import { inputOf } from "./_input_of.ts";
import { ffmpeg, temporaryFolder } from "./_media.ts";

const FACE_CLIP = new URL("./fixtures/clips/talking_face.mp4", import.meta.url).pathname;

/** What a stream of frames comes to. */
interface Read {
  readonly times: string[];
  readonly inputs: Tensor[];
  /** The pixels of each frame's planes. */
  readonly sizes: Set<string>;
}

async function read(path: string, input: InputSpec, options: DecodeOptions): Promise<Read> {
  const found: Read = { times: [], inputs: [], sizes: new Set() };
  const prepared = decode(path, options).pipeThrough(letterbox(input));
  for await (const { frame, input, fit } of prepared) {
    using _ = frame;
    const { pts, timeBase, planes } = frame;
    found.times.push(`${pts} ${timeBase.num}/${timeBase.den} ${JSON.stringify(fit)}`);
    found.inputs.push(input!);
    found.sizes.add(`${planes.width}x${planes.height}`);
  }
  return found;
}

/** By how much inputs differ, in shades. */
function differencesOf(a: readonly Tensor[], b: readonly Tensor[]): { mean: number; far: number } {
  let [sum, far, count] = [0, 0, 0];
  for (const [at, { data }] of a.entries()) {
    for (let i = 0; i < data.length; i++) {
      const difference = Math.abs(data[i]! - b[at]!.data[i]!);
      sum += difference;
      if (difference > 3) far++;
    }
    count += data.length;
  }
  return { mean: sum / count, far: far / count };
}

/** Made sources, by what is special about them; how their pictures are made and written. */
const SOURCES: readonly { name: string; args: readonly string[]; file?: string }[] = [
  { name: "a whole ratio", args: ["-vf", "scale=640:360,setsar=1"] },
  { name: "a ratio that is not whole", args: ["-vf", "scale=428:240,setsar=1"] },
  { name: "an upright picture", args: ["-vf", "scale=180:320,setsar=1"] },
  { name: "a tiny picture", args: ["-vf", "scale=64:36,setsar=1"] },
  { name: "edges within the input's pixels", args: ["-vf", "scale=640:352,setsar=1"] },
  { name: "odd sizes", args: ["-vf", "scale=321:241,setsar=1", "-c:v", "ffv1"], file: "in.mkv" },
  { name: "pixels that are not square", args: ["-vf", "scale=320:360,setsar=2/1"] },
  {
    name: "full range",
    args: ["-vf", "scale=640:360:out_range=pc,setsar=1", "-color_range", "pc"],
  },
  {
    name: "ten bits",
    args: ["-vf", "scale=640:360,setsar=1", "-pix_fmt", "yuv420p10le", "-c:v", "ffv1"],
    file: "in.mkv",
  },
  {
    name: "a variable rate, from -1 s on",
    args: ["-vf", "scale=640:360,setsar=1,setpts='(N*N+3*N)/30/TB-1/TB'"],
    file: "in.mkv",
  },
];

const INPUTS = {
  "192x192": inputOf(192, 192),
  "160x96, grey border": inputOf(160, 96, {
    border: [114, 114, 114],
    layout: "nhwc",
    channels: "bgr",
  }),
  "stretched to 128x128": inputOf(128, 128, { resize: "stretch" }),
};

for (const { name, args, file = "in.mp4" } of SOURCES) {
  Deno.test(`scaled frames are as letterbox() makes them: ${name}`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/${file}`;
    await ffmpeg("-t", "0.5", "-i", FACE_CLIP, "-an", "-fps_mode", "passthrough", ...args, path);
    for (const [kind, input] of Object.entries(INPUTS)) {
      const whole = await read(path, input, {});
      const both = await read(path, input, { scaledFor: input });
      const scaled = await read(path, input, { scaledFor: input, isWhole: false });
      assertEquals(both.times, whole.times, kind);
      assertEquals(scaled.times, whole.times, kind);
      assertEquals(both.sizes, whole.sizes, kind);
      assertEquals(differencesOf(scaled.inputs, both.inputs), { mean: 0, far: 0 }, kind);
      const { mean, far } = differencesOf(whole.inputs, scaled.inputs);
      assert(mean < 0.5 && far < 0.02, `${kind}: ${mean} on average, ${far} by more than 3`);
    }
  });
}

Deno.test("scaled frames hold no planes unless they are asked for", async () => {
  const input = INPUTS["192x192"];
  const { sizes } = await read(FACE_CLIP, input, {
    scaledFor: input,
    isWhole: false,
    durationS: 0.2,
  });
  assertEquals([...sizes], ["0x0"]);
});

Deno.test("frames come whole where their edges lie so that ffmpeg cannot scale them", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.mp4`;
  await ffmpeg("-t", "0.2", "-i", FACE_CLIP, "-an", "-vf", "scale=640:354,setsar=1", path);
  const input = INPUTS["192x192"];
  const { sizes, inputs } = await read(path, input, { scaledFor: input, isWhole: false });
  assertEquals([...sizes], ["640x354"]);
  const { inputs: others } = await read(path, input, {});
  assertEquals(differencesOf(inputs, others), { mean: 0, far: 0 });
});

Deno.test("letterbox() refuses frames that were scaled for another input", async () => {
  const options = { scaledFor: INPUTS["192x192"], isWhole: false };
  await assertRejects(
    () => read(FACE_CLIP, inputOf(128, 128), options),
    Error,
    "Cannot letterbox a frame that was scaled for something else",
  );
});

/** What is found in a clip. */
async function detectionsIn(path: string, isScaled: boolean): Promise<Detection[][]> {
  const { detector, network } = await loadModel("blazeface-full");
  await using session = await openSession(network, { device: "cpu" });
  const found: Detection[][] = [];
  const items = decode(path, {
    durationS: 4,
    ...isScaled && { scaledFor: detector.input, isWhole: false },
  })
    .pipeThrough(letterbox(detector.input))
    .pipeThrough(infer(session))
    .pipeThrough(decodeBoxes(detector, { minConfidence: 0.3 }))
    .pipeThrough(blend());
  for await (const { frame, detections } of items) {
    using _ = frame;
    found.push([...detections]);
  }
  return found;
}

const CLIPS = [FACE_CLIP, clipPath("walkers_1080p.mp4"), clipPath("woman_60fps.mp4")];

for (const path of CLIPS) {
  const name = path?.split("/").at(-1) ?? "a clip that is not here";
  Deno.test({
    name: `detections are the same on scaled frames: ${name}`,
    ignore: path === undefined,
    async fn() {
      const [whole, scaled] = [await detectionsIn(path!, false), await detectionsIn(path!, true)];
      assertEquals(scaled.length, whole.length);
      let alone = 0;
      const ious: number[] = [];
      for (const [at, detections] of whole.entries()) {
        const others = [...scaled[at]!];
        for (const { box, confidence } of detections) {
          const twin = others.findIndex((other) => iouOf(other.box, box) > 0.7);
          if (twin < 0) {
            alone++;
            continue;
          }
          const [other] = others.splice(twin, 1);
          ious.push(iouOf(other!.box, box));
          assert(Math.abs(other!.confidence - confidence) < 0.02);
        }
        alone += others.length;
      }
      ious.sort((a, b) => a - b);
      // Where two boxes of one object are about to part, the last bit decides whether they do.
      assert(alone <= 0.02 * ious.length, `${alone} of ${ious.length} are found in one way only`);
      const low = ious[Math.floor(ious.length / 50)]!;
      assert(low > 0.98, `one in fifty overlaps by ${low} or less`);
    },
  });
}

Deno.test("decode() leaves the small grey picture out where nobody follows objects", async () => {
  const input = INPUTS["192x192"];
  for (const isWhole of [false, true]) {
    for (const hasLuma of [true, false]) {
      const frames = decode(FACE_CLIP, { scaledFor: input, isWhole, hasLuma, durationS: 0.1 });
      for await (using frame of frames) {
        assertEquals(frame.scaled?.luma !== undefined, hasLuma);
        assertEquals(frame.scaled?.picture.width, 192);
        assertEquals(frame.planes.width > 0, isWhole);
      }
    }
  }
});

Deno.test("the camera's motion is the same on scaled frames", async () => {
  const input = INPUTS["192x192"];
  await using folder = await temporaryFolder();
  const path = `${folder.path}/in.mp4`;
  // A window of a still picture, moved by 4 and 2 pixels a frame.
  await ffmpeg(
    ...["-i", FACE_CLIP, "-an", "-vf"],
    "trim=end_frame=1,scale=1440:1152,loop=12:1,setpts=N/25/TB,crop=1280:720:4*n:2*n",
    ...["-c:v", "libx264", "-crf", "12", path],
  );
  const motions = await Promise.all([{}, { scaledFor: input, isWhole: false }].map(async (how) => {
    const camera = new Camera();
    const found: (readonly number[])[] = [];
    for await (using frame of decode(path, how)) {
      const { motion } = camera.look(frame, []);
      if (motion) found.push([motion.dx, motion.dy]);
    }
    return found;
  }));
  assertEquals(motions.map((found) => found.length), [12, 12]);
  for (const [at, [dx, dy]] of motions[1]!.entries()) {
    assert(Math.abs(dx! + 4) < 0.5 && Math.abs(dy! + 2) < 0.5, `${dx}, ${dy}`);
    const [wholeX, wholeY] = motions[0]![at]!;
    assert(Math.hypot(dx! - wholeX!, dy! - wholeY!) < 0.3);
  }
});
