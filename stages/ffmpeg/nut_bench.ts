import { FramePool } from "../../pipeline/frame_pool.ts";
import { ByteReader } from "./byte_reader.ts";
import { NutReader } from "./nut_reader.ts";
import { nutFrameHeader, nutHeader } from "./nut_writer.ts";

const FRAMES = 20;

/** What a pipe of this system holds, in bytes: a read gives no more. */
const PIPE_BYTES = 65_536;

/** A stream in memory, in pieces as a pipe gives them. */
function piped(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const view = controller.byobRequest?.view;
      if (position >= bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else if (view) {
        const length = Math.min(view.byteLength, PIPE_BYTES, bytes.length - position);
        const target = new Uint8Array(view.buffer, view.byteOffset, length);
        target.set(bytes.subarray(position, position += length));
        controller.byobRequest!.respond(length);
      } else {
        controller.enqueue(bytes.slice(position, position += PIPE_BYTES));
      }
    },
  });
}

for (const [width, height] of [[192, 108], [1920, 1080]] as const) {
  const byteLength = width * height * 3 / 2;
  const header = nutHeader({
    ...{ width, height },
    timeBase: { num: 1, den: 25 },
    frameRate: { num: 25, den: 1 },
  });
  const picture = new Uint8Array(byteLength).fill(100);
  const parts = Array.from({ length: FRAMES }, (_, pts) => [
    new Uint8Array(nutFrameHeader(pts, byteLength)),
    picture,
  ]);
  const stream = new Uint8Array(
    await new Blob([new Uint8Array(header), ...parts.flat()]).arrayBuffer(),
  );
  const group = `${FRAMES} frames of ${width}x${height} from memory`;

  Deno.bench("reading the bytes alone", { group, baseline: true }, async () => {
    await using input = new ByteReader(piped(stream));
    const memory = new ArrayBuffer(byteLength);
    let buffer = await input.fill(memory, 0);
    for (let frame = 1; frame < FRAMES; frame++) buffer = await input.fill(buffer, 0);
  });

  Deno.bench("NutReader", { group }, async () => {
    const pool = new FramePool(byteLength);
    await using input = new ByteReader(piped(stream));
    const reader = new NutReader(input);
    for (;;) {
      const packet = await reader.next({ pool, byteLength });
      if (!packet) break;
      packet.data[Symbol.dispose]();
    }
  });
}

const header = { group: "what stands before a frame" };
const copied = new Uint8Array(64);
Deno.bench("copying as many bytes", { ...header, baseline: true }, () => void copied.slice());
Deno.bench("nutFrameHeader()", header, () => void nutFrameHeader(1234, 3_110_400));
