import { assertEquals, assertThrows } from "@std/assert";
import { SourceError } from "../../pipeline/errors.ts";
import {
  complaintAbout,
  inputArguments,
  isRereadable,
  isUrl,
  withoutCredentials,
} from "./input.ts";

Deno.test("inputArguments() takes a path for nothing but a file", () => {
  for (
    const path of ["in.mp4", "-version", "concat:a|b", "http:/x", "pipe:0", "C:\\in.mp4", "a\nb"]
  ) {
    assertEquals(inputArguments(path), ["-protocol_whitelist", "file", "-i", `file:${path}`]);
  }
});

Deno.test("inputArguments() takes %d in the name of a picture for what it is", () => {
  const args = inputArguments("shot%03d.png");
  assertEquals(args.slice(2, 6), ["-f", "image2", "-pattern_type", "none"]);
});

Deno.test("inputArguments() lets a URL open nothing but its own kind, and wait for a limited time", () => {
  const args = inputArguments("HTTPS://example.org/in.m3u8");
  assertEquals(args.slice(-2), ["-i", "https://example.org/in.m3u8"]);
  assertEquals(args[1], "http,https,tcp,tls,crypto,data");
  assertEquals(args[2], "-rw_timeout");
  assertEquals(inputArguments("rtsp://example.org/feed")[2], "-timeout");
});

Deno.test("inputArguments() refuses a protocol that is not on the list, without the password", () => {
  for (const scheme of ["file", "gopher", "concat", "subfile", "pipe", "data", "ftps"]) {
    const error = assertThrows(() => inputArguments(`${scheme}://me:secret@host/x`), SourceError);
    assertEquals(error.message.includes("secret"), false);
  }
});

Deno.test("withoutCredentials() hides user, password and query, and keeps the rest", () => {
  assertEquals(withoutCredentials("rtsp://me:p%40ss@host:554/a?b=c@d"), "rtsp://host:554/a?…");
  assertEquals(withoutCredentials("rtsp://host:554/a@b"), "rtsp://host:554/a@b");
  assertEquals(withoutCredentials("rtsp://[::1]:554/a@b"), "rtsp://[::1]:554/a@b");
  assertEquals(withoutCredentials("rtsp://host/a:b@c"), "rtsp://host/a:b@c");
  assertEquals(withoutCredentials("rtsp://me:p@ss@host/a"), "rtsp://host/a");
  assertEquals(withoutCredentials("http://host/a@b"), "http://host/a@b");
  assertEquals(withoutCredentials("me:secret@file.mp4"), "me:secret@file.mp4");
});

Deno.test("isUrl() and isRereadable() tell files, downloads and feeds apart", () => {
  assertEquals(["a.mp4", "http://a/b", "rtsp://a"].map(isUrl), [false, true, true]);
  assertEquals(["a.mp4", "http://a/b", "rtsp://a"].map(isRereadable), [true, true, false]);
});

Deno.test.each(["p/ss", "p#ss", "p?ss", "12a/3", "p/s:s", "p/s@s", "p\nss"])(
  "withoutCredentials() hides a password that should have been escaped: %s",
  (password) => {
    assertEquals(withoutCredentials(`rtsp://me:${password}@host:554/a`), "rtsp://host:554/a");
  },
);

Deno.test("complaintAbout() shows no password of a source, in whichever case its protocol is", () => {
  for (const source of ["http://me:secret@h/a", "HTTP://me:secret@h/a"]) {
    assertEquals(complaintAbout(source, "http://me:secret@h/a: refused"), "refused");
    assertEquals(complaintAbout(source, `no ${source}`).includes("secret"), false);
  }
});
