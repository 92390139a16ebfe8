import { assertEquals } from "@std/assert";
import { outputErrorFrom } from "./output_error.ts";

Deno.test.each([
  { code: "ENOSPC", says: 'Cannot write "d/a": no space is left on the device' },
  { code: "EACCES", says: 'Cannot write "d/a": no permission to write in "d"' },
  { code: "EPIPE", says: 'Cannot write "d/a": its reader has closed the pipe' },
  { code: "EROFS", says: 'Cannot write "d/a": the file system is read-only' },
])("outputErrorFrom() puts $code in words", ({ code, says }) => {
  const cause = Object.assign(new Error(`${code} (os error 1)`), { code });
  assertEquals(outputErrorFrom("d/a", cause).message, says);
  assertEquals(outputErrorFrom("d/a", cause).cause, cause);
});

Deno.test.each([
  ["a", "."],
  ["/a", "/"],
  ["d/e/a", "d/e"],
  ["../a", ".."],
])("outputErrorFrom() names the directory of %s", (target, directory) => {
  const cause = Object.assign(new Error("no"), { code: "ENOENT" });
  assertEquals(
    outputErrorFrom(target, cause).message,
    `Cannot write "${target}": the directory "${directory}" does not exist`,
  );
});
