import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SourceError } from "../../pipeline/errors.ts";
import { feedInput } from "./feed_input.ts";

Deno.test("feedInput() keeps credentials out of the process's arguments and of the name", () => {
  for (
    const url of [
      "rtsp://guard:s3cret@host/camera",
      "rtsp://host/camera?user=guard&password=s3cret",
      "srt://host:9000?passphrase=s3cret",
      "https://guard:s3cret@host/live.m3u8?token=s3cret",
    ]
  ) {
    const { name, args, script } = feedInput(url, "tcp");
    assert(![name, ...args].some((text) => /s3cret|guard/.test(text)), name);
    assertStringIncludes(script!, `file '${url}'\n`);
  }
});

Deno.test("feedInput() lets no URL add to the list that ffmpeg reads", () => {
  const { script } = feedInput("rtsp://host/a'\\''b c#file '/etc/passwd'", "tcp");
  const lines = script!.split("\n");
  assertEquals(lines.filter((line) => line.startsWith("file")).length, 1);
  // Within quotes, ffmpeg's lists know no escapes: a quote is closed, escaped and opened again.
  assertEquals(
    unquoted(lines[1]!.slice("file ".length)),
    "rtsp://host/a'\\''b c#file '/etc/passwd'",
  );
  for (const url of ["rtsp://host/a\nfile /etc/passwd", "rtsp://host/\r", "rtsp://host/\0"]) {
    assertThrows(() => feedInput(url, "tcp"), SourceError, "control characters");
  }
});

/** Reads a word as ffmpeg's av_get_token does: quotes hold all but quotes, a backslash one character. */
function unquoted(text: string): string {
  return text.replace(/'([^']*)'|\\(.)/g, (_, quoted = "", escaped = "") => quoted + escaped);
}

Deno.test.each([
  "file:///etc/passwd",
  "/etc/passwd",
  "concat:rtsp://a|b",
  "subfile,,start,0,end,9,,:///etc/passwd",
  "-i",
  "/dev/video0/../../etc/passwd",
  "pipe:0",
  "ftp://host/x",
])("feedInput() does not open %s", (source) => {
  assertThrows(() => feedInput(source, "tcp"), SourceError, "Cannot receive");
});

Deno.test("feedInput() asks for a port where there is no usual one", () => {
  for (const url of ["udp://host", "tcp://host?listen=1", "srt://[::1]", "rtp://host/"]) {
    assertThrows(() => feedInput(url, "tcp"), SourceError, "it names no port");
  }
  for (const url of ["udp://@:5000", "srt://[::1]:9000?mode=listener", "rtmp://host/a/b"]) {
    assertStringIncludes(feedInput(url, "tcp").script!, `file '${url}'`);
  }
});

Deno.test("feedInput() refuses addresses that cannot be", () => {
  for (const url of ["rtsp://host:99999/a", "srt://0.0.0.0:70000", "udp://host:0"]) {
    assertThrows(() => feedInput(url, "tcp"), SourceError, "its port is none from 1 to 65535");
  }
  for (const url of ["rtsp://", "rtsp:///a", "rtmp://user:key@/a/b", "http://:80/live.m3u8"]) {
    assertThrows(() => feedInput(url, "tcp"), SourceError, "it names no host");
  }
  for (const url of ["udp://:5000", "rtsp://[::1]:8554/a", "rtsp://u:p@host:65535/a:b@c"]) {
    assertStringIncludes(feedInput(url, "tcp").script!, `file '${url}'`);
  }
});

Deno.test("feedInput() takes a protocol in any case, which ffmpeg does not", () => {
  assertStringIncludes(feedInput("RTSP://Host/A", "tcp").script!, "file 'rtsp://Host/A'\n");
});

Deno.test("feedInput() lets what a feed refers to be opened by the protocols of its kind only", () => {
  const { script } = feedInput("http://host/list.m3u8", "tcp");
  assertStringIncludes(script!, "option protocol_whitelist http,https,tcp,tls,crypto,data\n");
});

Deno.test("feedInput() opens RTSP over TCP unless UDP is asked for, and a camera as such", () => {
  assertStringIncludes(feedInput("rtsp://host/a", "tcp").script!, "option rtsp_transport tcp\n");
  assertStringIncludes(feedInput("RTSP://host/a", "udp").script!, "option rtsp_transport udp\n");
  assertEquals(feedInput("/dev/video2", "tcp").args.slice(-4), ["-f", "v4l2", "-i", "/dev/video2"]);
});

Deno.test("feedInput() lets a slow camera answer later, at an RTSP server alone", () => {
  const { script, patientScript } = feedInput("rtsp://h/a", "udp");
  assertEquals(patientScript, script?.replace("timeout 3000000", "timeout 8000000"));
  assertEquals(patientScript === script, false);
  assertEquals(feedInput("srt://h:9", "udp").patientScript, undefined);
});
