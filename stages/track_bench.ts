import { seededRandom } from "../pipeline/metrics/random.ts";
import { type Planes, planesByteLength, planesFrom } from "../pipeline/planes.ts";
import { Camera } from "./tracking/camera.ts";
import { Tracker } from "./tracking/tracker.ts";

/** Objects that wander about a 1080p frame; one in twenty is missed, one in ten is doubtful. */
function crowd(count: number, frames: number) {
  const random = seededRandom(3);
  const objects = Array.from({ length: count }, () => ({
    x: 1920 * random.uniform(),
    y: 1080 * random.uniform(),
    speedX: 4 * random.normal(),
    speedY: 4 * random.normal(),
    size: 20 + 60 * random.uniform(),
  }));
  return Array.from(
    { length: frames },
    (_, i) =>
      objects.filter(() => random.uniform() < 0.95).map(({ x, y, speedX, speedY, size }) => {
        const [x1, y1] = [x + speedX * i + random.normal(), y + speedY * i + random.normal()];
        const box = { x1, y1, x2: x1 + size, y2: y1 + size };
        const confidence = random.uniform() < 0.1 ? 0.3 : 0.9;
        return { box, confidence, classId: 0, label: "bird" };
      }),
  );
}

for (const count of [10, 200]) {
  const frames = crowd(count, 100);
  const tracker = new Tracker({ minConfidence: 0.5, maxGapS: 1, acrossClasses: false });
  let frame = 0;
  const options = { group: "track()", baseline: count === 10 };
  Deno.bench(`Tracker, ${count} objects a frame`, options, () => {
    // To and fro, so that nothing jumps.
    const place = frame % (2 * frames.length);
    tracker.advance(40_000 * frame++, undefined);
    tracker.update(frames[Math.min(place, 2 * frames.length - 1 - place)]!);
  });
}

/** A 1080p picture of waves, shifted to the left. */
function picture(shiftPx: number): Planes {
  const planes = planesFrom(new Uint8Array(planesByteLength(1920, 1080)), 1920, 1080);
  for (let i = 0; i < planes.y.length; i++) {
    const [x, y] = [i % 1920 + shiftPx, Math.floor(i / 1920)];
    planes.y[i] = 120 + 50 * Math.sin(x / 23 + Math.sin(y / 61)) + 40 * Math.sin(y / 31 - x / 97);
  }
  return planes;
}

const pictures = [picture(0), picture(5)];
const camera = new Camera();
let look = 0;
Deno.bench("reading all luma", { group: "the camera's motion, 1080p", baseline: true }, () => {
  let sum = 0;
  const { y } = pictures[look++ % 2]!;
  for (let i = 0; i < y.length; i++) sum += y[i]!;
  return void sum;
});
Deno.bench("Camera", { group: "the camera's motion, 1080p" }, () => {
  camera.look({ planes: pictures[look++ % 2]! }, []);
});
