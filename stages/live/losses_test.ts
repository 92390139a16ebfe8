import { assertEquals } from "@std/assert";
import { lossReasonFrom } from "./losses.ts";

// What ffmpeg 5.1 said when it was sent to such servers.
Deno.test.each(
  [
    [
      "authentication",
      "[rtsp @ 0x5] method DESCRIBE failed: 401 Unauthorized\npipe:0: Server returned 401 Unauthorized (authorization failed)",
    ],
    [
      "notFound",
      "[rtsp @ 0x5] method DESCRIBE failed: 404 Not Found\npipe:0: Server returned 404 Not Found",
    ],
    [
      "noDevice",
      "[video4linux2,v4l2 @ 0x5] Cannot open video device /dev/video7: No such file or directory",
    ],
    ["noDevice", "/dev/video0: Device or resource busy"],
    [
      "noDevice",
      "[video4linux2,v4l2 @ 0x5] Cannot open video device /dev/video0: Permission denied",
    ],
    [
      "refused",
      "[tcp @ 0x5] Connection to tcp://127.0.0.1:9?timeout=3000000 failed: Connection refused\npipe:0: Connection refused",
    ],
    [
      "unresolved",
      "[tcp @ 0x5] Failed to resolve hostname a.invalid: Name or service not known\npipe:0: Input/output error",
    ],
    ["unreachable", "[tcp @ 0x5] Connection to tcp://10.0.0.1:9 failed: No route to host"],
    ["inUse", "[udp @ 0x5] bind failed: Address already in use\npipe:0: Input/output error"],
    ["security", "[tls @ 0x5] An unexpected TLS packet was received.\npipe:0: Input/output error"],
    [
      "timeout",
      "[rtmp @ 0x5] Cannot read RTMP handshake response\nrtmp://127.0.0.1:9/a: Connection timed out",
    ],
    [
      "authentication",
      "00:45:58.200992/SRT:RcvQ:w1!W:SRT.cn: processAsyncConnectRequest: REJECT reported from HS processing: Password required or unexpected - not processing further\n[srt @ 0x5] Connection to srt://127.0.0.1:9 failed: Input/output error",
    ],
    ["timeout", "[srt @ 0x5] Connection to srt://127.0.0.1:9 failed: Input/output error"],
    [
      "codec",
      "[rtp @ 0x5] Unable to receive RTP payload type 96 without an SDP file describing it\npipe:0: Invalid data found when processing input",
    ],
    ["protocol", "pipe:0: Invalid data found when processing input"],
    ["protocol", "[http @ 0x5] Protocol 'file' not on whitelist 'http,https,tcp,tls,crypto,data'!"],
    ["unsupported", "pipe:0: Protocol not found"],
    ["codec", "Stream map '0:v:0' matches no streams."],
    ["ended", ""],
  ] as const,
)("lossReasonFrom() tells %s", (reason, complaint) => {
  assertEquals(lossReasonFrom({ complaint, hadPictures: false, wasSilent: false }), reason);
});

Deno.test("lossReasonFrom() takes a server for silent that said nothing for long", () => {
  const complaint = "pipe:0: Invalid data found when processing input";
  assertEquals(lossReasonFrom({ complaint, hadPictures: false, wasSilent: true }), "timeout");
});

Deno.test("lossReasonFrom() blames no complaint of a decoder's for the end of a feed", () => {
  const complaint = "[h264 @ 0x5] Invalid data found when processing input";
  assertEquals(lossReasonFrom({ complaint, hadPictures: true, wasSilent: true }), "ended");
});
