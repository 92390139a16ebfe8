import { assert, assertEquals, assertRejects } from "@std/assert";
import { FramePool } from "../../pipeline/frame_pool.ts";
import { ffprobe, temporaryFolder } from "../../tests/_media.ts";
import { ByteReader } from "./byte_reader.ts";
import { nutChecksum } from "./nut.ts";
import { NutReader } from "./nut_reader.ts";
import { nutFrameHeader, nutHeader } from "./nut_writer.ts";

const TIME_BASE = { num: 1001, den: 30000 };
const TIMES = [0, 1, 2, 70, 71, 100_000, 8_000_000_000];
const [WIDTH, HEIGHT] = [320, 240];
const FRAME_BYTES = WIDTH * HEIGHT * 3 / 2;

function written(): Uint8Array<ArrayBuffer>[] {
  return [
    new Uint8Array(
      nutHeader({
        width: WIDTH,
        height: HEIGHT,
        timeBase: TIME_BASE,
        frameRate: { num: 24, den: 1 },
      }),
    ),
    ...TIMES.flatMap((pts, i) => [
      new Uint8Array(nutFrameHeader(pts, FRAME_BYTES)),
      new Uint8Array(FRAME_BYTES).fill(i),
    ]),
  ];
}

/** The bytes as a stream that comes in pieces of a size. */
function inPieces(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (position >= bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else {
        controller.enqueue(bytes.slice(position, position += size));
      }
    },
  });
}

async function readAll(bytes: Uint8Array<ArrayBuffer>, pieceBytes: number) {
  const pool = new FramePool(FRAME_BYTES);
  await using input = new ByteReader(inPieces(bytes, pieceBytes));
  const reader = new NutReader(input);
  const found: { pts: number; tick: string; first: number; last: number }[] = [];
  for (;;) {
    const packet = await reader.next({ pool, byteLength: FRAME_BYTES });
    if (!packet) return found;
    using data = packet.data;
    const pixels = new Uint8Array(data.buffer);
    const { num, den } = packet.timeBase;
    found.push({ pts: packet.pts, tick: `${num}/${den}`, first: pixels[0]!, last: pixels.at(-1)! });
  }
}

Deno.test("nutChecksum() is the CRC-32/CKSUM polynomial from 0, as the specification has it", () => {
  // CRC-32 with polynomial 0x04C11DB7, start 0, not reflected, no final inversion, of "123456789".
  assertEquals(nutChecksum(new TextEncoder().encode("123456789")), 0x89a1897f);
});

Deno.test("ffprobe reads what the NUT writer writes, with the same times", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/out.nut`;
  await Deno.writeFile(path, new Uint8Array(await new Blob(written()).arrayBuffer()));
  const report = JSON.parse(
    await ffprobe(
      path,
      "-show_entries",
      "packet=pts,size:stream=time_base,width,height,r_frame_rate",
      "-of",
      "json",
    ),
  );
  assertEquals(report.packets.map(({ pts }: { pts: number }) => pts), TIMES);
  assertEquals(
    new Set(report.packets.map(({ size }: { size: string }) => size)),
    new Set([`${FRAME_BYTES}`]),
  );
  assertEquals(report.streams, [{
    width: WIDTH,
    height: HEIGHT,
    r_frame_rate: "24/1",
    time_base: "1001/30000",
  }]);
});

for (const pieceBytes of [100, 65536, 10_000_000]) {
  Deno.test(`NutReader reads all frames from pieces of ${pieceBytes} bytes`, async () => {
    const bytes = new Uint8Array(await new Blob(written()).arrayBuffer());
    assertEquals(
      await readAll(bytes, pieceBytes),
      TIMES.map((pts, i) => ({ pts, tick: "1001/30000", first: i, last: i })),
    );
  });
}

Deno.test("NutReader says that a stream has ended within a frame", async () => {
  const bytes = new Uint8Array(await new Blob(written()).arrayBuffer());
  await assertRejects(() => readAll(bytes.slice(0, -1), 65536), RangeError, "the stream has ended");
});

Deno.test("NutReader says that a stream is none of NUT", async () => {
  await assertRejects(() => readAll(new Uint8Array(100), 100), RangeError, "it is not NUT");
});

Deno.test("NutReader never hangs on damage, and never gives a frame of another size", async () => {
  const bytes = new Uint8Array(await new Blob(written()).arrayBuffer());
  let state = 1;
  const random = (limit: number) => (state = (state * 48271) % 2147483647) % limit;
  for (let round = 0; round < 60; round++) {
    const damaged = bytes.slice();
    for (let i = 0; i < 3; i++) damaged[random(300)] = random(256);
    try {
      for (const { first } of await readAll(damaged, 65536)) assert(first <= 255);
    } catch (error) {
      assert(error instanceof RangeError, `${error}`);
    }
  }
});
