import { assert, assertEquals, assertThrows } from "@std/assert";
import { OutputError } from "../../pipeline/errors.ts";
import { broadcast } from "../broadcast.ts";
import { outputTarget, shownName } from "./output_target.ts";

const SHOWN = [
  ["rtsp://user:secret@host:8554/a/b", "rtsp://host:8554/a/b"],
  ["rtsp://user:se@cret@host/a", "rtsp://host/a"],
  ["srt://host:9000?passphrase=secret&streamid=secret", "srt://host:9000?…"],
  ["rtmp://host/live/secret", "rtmp://host/live/…"],
  ["rtmps://user:secret@host:443/app/secret/secret?key=secret", "rtmps://host:443/app/…"],
  ["udp://239.0.0.1:5000#secret", "udp://239.0.0.1:5000?…"],
  ["out/live.m3u8", "out/live.m3u8"],
] as const;

Deno.test.each(SHOWN)("shownName() shows no secret of %s", (output, shown) => {
  assertEquals(shownName(output), shown);
  assertEquals(outputTarget(output).name, shown);
});

const REFUSED = [
  "http://user:secret@host/upload",
  "file:///etc/passwd",
  "pipe://1",
  "concat://a|b",
  "tee://secret",
  "rtp://host:5000",
  "out.mp4",
  "",
];

Deno.test.each(REFUSED)("outputTarget() refuses %s, and tells no secret", (output) => {
  const { message } = assertThrows(() => outputTarget(output), OutputError);
  assert(!message.includes("user") && !message.includes("\n"), message);
});

Deno.test("outputTarget() refuses what would be taken for something else", () => {
  assertThrows(() => outputTarget("rtsp://host/a\n-y"), OutputError, "control characters");
  assertThrows(() => outputTarget("out/%03d.m3u8"), OutputError, "for a number");
});

Deno.test.each(["udp://host", "tcp://host?listen=1", "srt://[::1]/", "udp://host:x"])(
  "outputTarget() refuses %s, as it names no port",
  (output) => {
    assertThrows(() => outputTarget(output), OutputError, "it names no port");
  },
);

Deno.test("outputTarget() refuses addresses that cannot be, and takes a protocol in any case", () => {
  assertThrows(() => outputTarget("rtsp://host:99999/a"), OutputError, "from 1 to 65535");
  assertThrows(() => outputTarget("rtmp:///live/key"), OutputError, "it names no host");
  assertEquals(outputTarget("SRT://Host:9000").args(false).at(-1), "srt://Host:9000");
});

Deno.test("outputTarget() names no option, no protocol and no place but the one it is told", () => {
  for (const path of ["-y.m3u8", "udp:1.m3u8", "a:b/c.m3u8", "/tmp/a.m3u8"]) {
    const names = outputTarget(path).args(false).slice(-2);
    for (const name of names) assert(/^\.?\//.test(name), name);
  }
  assertEquals(outputTarget("rtsp://host/a").args(false).at(-1), "rtsp://host/a");
});

Deno.test("broadcast() refuses what cannot be", () => {
  for (const name of ["maxLatencyMs", "stallMs", "cardAfterMs", "keepS"]) {
    for (const value of [0, -1, NaN, Infinity]) {
      assertThrows(() => broadcast("a.m3u8", { [name]: value }), RangeError, name);
    }
  }
  for (const name of ["maxLatencyMs", "stallMs", "cardAfterMs"]) {
    assertThrows(() => broadcast("a.m3u8", { [name]: 2 ** 31 }), RangeError, "2147483647 at most");
  }
  assertThrows(() => broadcast("a.m3u8", { crf: 52 }), RangeError, "crf");
  assertThrows(() => broadcast("a.m3u8", { codec: "vp9" }), OutputError, "h264 and h265");
  assertThrows(() => broadcast("rtmp://host/a/b", { codec: "h265" }), OutputError, "h264");
});
