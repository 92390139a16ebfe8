import { assertEquals } from "@std/assert";
import {
  DeviceError,
  ModelError,
  OutputError,
  SourceError,
  StageError,
  SteadyboxError,
} from "../pipeline/errors.ts";
import { complaintAbout, exitCodeOf } from "./_exit.ts";
import { UsageError } from "./_usage_error.ts";

Deno.test.each([
  [new UsageError("x"), 2],
  [new SourceError("x"), 3],
  [new OutputError("x"), 4],
  [new ModelError("x"), 5],
  [new DeviceError("x"), 6],
  [new SteadyboxError("x"), 1],
  [new TypeError("x"), 1],
  ["x", 1],
])("exitCodeOf() tells what kind of error %s is", (error, code) => {
  assertEquals(exitCodeOf(error), code);
  assertEquals(exitCodeOf(new StageError("infer", 0, error)), code);
});

Deno.test("complaintAbout() is one line, whatever stands in a file's name", () => {
  const error = new SourceError('Cannot read "a\r\nb\x1b[31m": no such file');
  assertEquals(complaintAbout(error), 'Cannot read "a b�[31m": no such file');
});

Deno.test("complaintAbout() shows no credentials of a URL that somebody quotes", () => {
  const error = new UsageError('--region: Expected corners, but got "rtsp://me:s3cret@host/a@b"');
  const line = '--region: Expected corners, but got "rtsp://host/a@b"';
  assertEquals(complaintAbout(error), line);
  const told = "run it as mod.ts run 'rtsp://…@host/a'";
  assertEquals(complaintAbout(new SteadyboxError(told)), told);
});

Deno.test("complaintAbout() leaves a stage out that only passed the error on", () => {
  const error = new StageError("encode", 5, new OutputError('Cannot write "a": it is full'));
  assertEquals(complaintAbout(error), 'Cannot write "a": it is full');
});

Deno.test("complaintAbout() tells how to see more of what nobody foresaw", () => {
  assertEquals(
    complaintAbout(new TypeError("x is not a function")),
    "x is not a function\nThis was not foreseen: add --debug to see where it happened",
  );
});

Deno.test("complaintAbout() names the flag that is missing", () => {
  const denied = new Deno.errors.NotCapable(
    'Requires read access to "in.mp4", run again with the --allow-read flag',
  );
  const line = 'Cannot go on without permission: add --allow-read="in.mp4" before mod.ts';
  assertEquals(complaintAbout(denied), line);
  assertEquals(complaintAbout(new StageError("decode", undefined, denied)), line);
});

Deno.test("complaintAbout() says that devices take all permissions, and names another way", () => {
  const denied = new Deno.errors.NotCapable(
    'Requires all access to "/dev/full", run again with the --allow-all flag',
  );
  assertEquals(
    complaintAbout(denied),
    'Cannot go on without permission: Deno opens "/dev/full" only with --allow-all; ' +
      '"-" is standard input and output',
  );
});
