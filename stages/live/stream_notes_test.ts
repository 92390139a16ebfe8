import { assertEquals } from "@std/assert";
import { StreamNotesReader } from "./stream_notes.ts";

// What ffmpeg 5.1 said of such streams.
const INPUT =
  "  Stream #0:0: Video: h264 (High), 1 reference frame, yuv420p(tv, bt709, progressive, left), 1280x720 [SAR 1:1 DAR 16:9], 29.97 fps, 29.97 tbr, 90k tbn";
const OUTPUT =
  "  Stream #0:0: Video: rawvideo, 1 reference frame (I420 / 0x30323449), yuv420p(tv, bt709/bt470bg/unknown, progressive, left), 1280x720 [SAR 1:1 DAR 16:9], q=2-31, 331429 kb/s, 29.97 fps, 90k tbn";

async function notesOf(...lines: readonly string[]) {
  const reader = new StreamNotesReader(() => {});
  lines.forEach(reader.read);
  return await reader.notes(0);
}

Deno.test("StreamNotesReader reads codec, rate and colour", async () => {
  const { codec, frameRate, colour } = await notesOf(
    "Input #0, concat, from 'pipe:0':",
    INPUT,
    OUTPUT,
  );
  assertEquals({ codec, frameRate }, { codec: "h264", frameRate: { num: 30000, den: 1001 } });
  assertEquals(colour(720), {
    matrix: "bt709",
    range: "limited",
    tags: { space: "bt709", primaries: "bt470bg", range: "tv" },
  });
});

Deno.test("StreamNotesReader reads a full range, and a rate that the sender does not tell", async () => {
  const { codec, frameRate, colour } = await notesOf(
    "  Stream #0:0: Video: mjpeg (Baseline), yuvj420p(pc, bt470bg/unknown/unknown), 320x240 [SAR 1:1 DAR 4:3], 90k tbr, 90k tbn",
    "  Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuvj420p(pc, bt470bg/unknown/unknown, progressive), 320x240 [SAR 1:1 DAR 4:3], q=2-31, 200 kb/s, 90k fps, 90k tbn",
  );
  assertEquals([codec, frameRate, colour(240).range], ["mjpeg", undefined, "full"]);
});

Deno.test("StreamNotesReader makes do with what is said", async () => {
  const { codec, colour } = await notesOf(
    "Stream mapping:",
    "  Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))",
  );
  assertEquals([codec, colour(1080).matrix, colour(240).matrix], ["unknown", "bt709", "bt601"]);
});

Deno.test("StreamNotesReader tells when the pictures change their form", () => {
  let changes = 0;
  const reader = new StreamNotesReader(() => changes++);
  const say = (size: string) =>
    reader.read(
      `[graph 0 input from stream 0:0 @ 0x5] ${size} pixfmt:yuv420p tb:1/90000 fr:25/1 sar:1/1`,
    );
  say("w:320 h:240");
  say("w:320 h:240");
  assertEquals(changes, 0);
  say("w:240 h:320");
  assertEquals(changes, 1);
});

Deno.test("StreamNotesReader tells how long was decoded, and of how large a picture", () => {
  const reader = new StreamNotesReader(() => {});
  const told = (text: string) => text.split("\n").forEach(reader.read);
  assertEquals(reader.takeWork(), { decodedMs: Infinity, encodedBytes: 0 });
  told(`  Stream #0:0: Audio: aac (LC), 48000 Hz, stereo, fltp
  Stream #0:1: Video: h264 (Baseline), yuv420p(progressive), 640x360, 25 fps, 25 tbr, 90k tbn
stream #1:
  keyframe=1
  duration=0.040
  dts=0.000  pts=0.000
  size=6145
bench:     1900 user       60 sys     2012 real decode_video 0.1 
bench:        1 user        0 sys        3 real decode_video 0.1 
stream #0:
  size=90000
stream #1:
  size=402`);
  assertEquals(reader.takeWork(), { decodedMs: 2.015, encodedBytes: 6145 });
  assertEquals(reader.takeWork(), { decodedMs: 0, encodedBytes: 0 });
});
