import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { discard } from "../../pipeline/discard.ts";
import { OutputError } from "../../pipeline/errors.ts";
import type { Detected } from "../../pipeline/items.ts";
import { sink } from "../../pipeline/sink.ts";
import { source } from "../../pipeline/source.ts";
import { detected, found } from "../../tests/_detected.ts";
import { inTempDir, namesIn } from "../../tests/_temp_dir.ts";
import { writeCoco } from "../write_coco.ts";
import { writeCsv } from "../write_csv.ts";
import { writeJsonLines } from "../write_json_lines.ts";
import { writeMot } from "../write_mot.ts";

const WRITERS = [
  { name: "writeJsonLines()", write: writeJsonLines<Detected>, file: "out.jsonl" },
  { name: "writeMot()", write: writeMot<Detected>, file: "out.txt" },
  { name: "writeCsv()", write: writeCsv<Detected>, file: "out.csv" },
  { name: "writeCoco()", write: writeCoco<Detected>, file: "out.json" },
];

/** The width or the right edge of the face, which every format tells. */
const FACE = /\b(29|30)\b/;

/** Frames with a face each, counted as they are made and given back. */
function faces(howMany: number, atEnd: () => void = () => {}) {
  const made = { count: 0, open: new Set<number>() };
  const items = source<Detected>("made", async function* () {
    while (made.count < howMany) {
      const index = made.count++;
      made.open.add(index);
      const detections = [found({ x1: 1, y1: 2, x2: 30, y2: 40 })];
      yield detected({ index, detections, onDispose: () => made.open.delete(index) });
    }
    atEnd();
  });
  return { made, items };
}

/** A sink that fails on its third item. */
function failing() {
  return sink<Detected>("fail", async (items) => {
    let count = 0;
    for await (const _ of items) if (++count === 3) throw new Error("The sink has had enough");
  });
}

/** A target that takes nothing until it is told to. */
function stuckTarget() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: written, resolve: write } = Promise.withResolvers<void>();
  const target = new WritableStream<Uint8Array>({
    write() {
      write();
      return released;
    },
  });
  return { target, written, release };
}

/** Whether there is such a device, and it may be written to. */
function canOpen(path: string): boolean {
  try {
    Deno.openSync(path, { write: true }).close();
    return true;
  } catch {
    return false;
  }
}

/** Lets all that can happen without new input happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}

Deno.test.each(WRITERS)(
  "$name passes every item on untouched and in order",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      const items = Array.from({ length: 5 }, (_, index) => detected({ index }));
      const passed = await Array.fromAsync(
        ReadableStream.from(items).pipeThrough(write(`${dir}/${file}`)),
      );
      assertEquals(passed.length, 5);
      passed.forEach((item, index) => assert(item === items[index]));
    }),
);

Deno.test.each(WRITERS)(
  "$name leaves no file when the source fails",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      const { items, made } = faces(3, () => {
        throw new Error("The source is broken");
      });
      const run = () => items.pipeThrough(write(`${dir}/${file}`)).pipeTo(discard());
      await assertRejects(run, Error, "The source is broken");
      assertEquals(await namesIn(dir), []);
      assertEquals(made.open.size, 0);
    }),
);

Deno.test.each(WRITERS)(
  "$name leaves no file when the sink fails",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      const { items, made } = faces(9);
      const run = () => items.pipeThrough(write(`${dir}/${file}`)).pipeTo(failing());
      await assertRejects(run, Error, "The sink has had enough");
      assertEquals(await namesIn(dir), []);
      assertEquals(made.open.size, 0);
    }),
);

Deno.test.each(WRITERS)(
  "$name leaves the old file when it is stopped",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      await Deno.writeTextFile(`${dir}/${file}`, "old");
      const { items } = faces(9);
      const readable = items.pipeThrough(write(`${dir}/${file}`, { overwrite: true }));
      for await (const { frame } of readable) {
        using _ = frame;
        assertEquals((await namesIn(dir)).length, file === "out.json" ? 3 : 2);
        break;
      }
      assertEquals(await namesIn(dir), [file]);
      assertEquals(await Deno.readTextFile(`${dir}/${file}`), "old");
    }),
);

Deno.test.each(WRITERS.filter(({ file }) => file !== "out.json"))(
  "$name writes a followed file under its name, each item at once, and lets it stay",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      await Deno.writeTextFile(`${dir}/${file}`, "a longer text of an older run\n".repeat(99));
      const { items } = faces(9);
      const options = { overwrite: true, isFollowed: true };
      let count = 0;
      let text = "";
      for await (const { frame } of items.pipeThrough(write(`${dir}/${file}`, options))) {
        using _ = frame;
        const grown = await Deno.readTextFile(`${dir}/${file}`);
        assert(grown.startsWith(text) && FACE.test(grown.slice(text.length)), grown);
        assert(grown.endsWith("\n"));
        text = grown;
        if (++count === 3) break;
      }
      assertEquals(await namesIn(dir), [file]);
      assertEquals(await Deno.readTextFile(`${dir}/${file}`), text);
      assert(!text.includes("older run"));
      await assertRejects(
        () => items.pipeThrough(write(`${dir}/${file}`, { isFollowed: true })).pipeTo(discard()),
        OutputError,
        "exists already",
      );
    }),
);

Deno.test.each(WRITERS.filter(({ file }) => file !== "out.json"))(
  "$name leaves no followed file where all fails before the first item",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      const failing = new ReadableStream({ pull: () => Promise.reject(new Error("no source")) });
      const writing = failing.pipeThrough(write(`${dir}/${file}`, { isFollowed: true }));
      await assertRejects(() => writing.pipeTo(discard()), Error, "no source");
      assertEquals(await namesIn(dir), []);
    }),
);

Deno.test.each(WRITERS)("$name refuses an existing file before it takes a frame", (
  { write, file },
) =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/${file}`, "old");
    const { items, made } = faces(9);
    const run = () => items.pipeThrough(write(`${dir}/${file}`)).pipeTo(discard());
    const { message } = await assertRejects(run, OutputError, "exists already");
    assert(!message.includes("\n"));
    assertEquals(made.open.size, 0);
    assertEquals(await namesIn(dir), [file]);
    assertEquals(await Deno.readTextFile(`${dir}/${file}`), "old");
  }));

Deno.test.each(WRITERS)(
  "$name replaces a file if it may",
  ({ write, file }) =>
    inTempDir(async (dir) => {
      await Deno.writeTextFile(`${dir}/${file}`, "old");
      const { items } = faces(1);
      await items.pipeThrough(write(`${dir}/${file}`, { overwrite: true })).pipeTo(discard());
      assertMatch(await Deno.readTextFile(`${dir}/${file}`), FACE);
    }),
);

Deno.test.each(WRITERS)("$name says in one line that the disk is full", {
  ignore: !canOpen("/dev/full"),
}, async ({ write }) => {
  const { items, made } = faces(9);
  const run = () => items.pipeThrough(write("/dev/full")).pipeTo(discard());
  const { message } = await assertRejects(run, OutputError);
  assertEquals(message, 'Cannot write "/dev/full": no space is left on the device');
  assertEquals(made.open.size, 0);
});

Deno.test.each(WRITERS)("$name writes the same to a stream as to a file, and leaves it open", (
  { write, file },
) =>
  inTempDir(async (dir) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const text = new Response(readable).text();
    await faces(3).items.pipeThrough(write(writable)).pipeTo(discard());
    await faces(3).items.pipeThrough(write(`${dir}/${file}`)).pipeTo(discard());
    await writable.close(); // It would fail, had it been closed or were it still locked.
    assertEquals(await text, await Deno.readTextFile(`${dir}/${file}`));
  }));

Deno.test.each(WRITERS)("$name closes a stream if asked to", async ({ write }) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  await faces(3).items.pipeThrough(write(writable, { closeTarget: true })).pipeTo(discard());
  assertMatch(await text, FACE);
});

Deno.test.each(WRITERS)("$name aborts a stream that it was to close when the source fails", async (
  { write },
) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  const { items } = faces(3, () => {
    throw new Error("The source is broken");
  });
  const run = () => items.pipeThrough(write(writable, { closeTarget: true })).pipeTo(discard());
  await Promise.all([
    assertRejects(run, Error, "The source is broken"),
    assertRejects(() => text),
  ]);
});

Deno.test.each(WRITERS)("$name hands a frame's text over before it passes the frame on", async (
  { write },
) => {
  let text = "";
  const decoder = new TextDecoder();
  const target = new WritableStream<Uint8Array>({
    write: (chunk) => void (text += decoder.decode(chunk)),
  });
  let before = "";
  for await (const { frame } of faces(3).items.pipeThrough(write(target))) {
    using _ = frame;
    assert(text.length > before.length);
    before = text;
  }
});

Deno.test.each(WRITERS)("$name holds the source while the target is slow", async ({ write }) => {
  const { target, written, release } = stuckTarget();
  const { items, made } = faces(50);
  const end = items.pipeThrough(write(target)).pipeTo(discard());
  await written;
  await settled();
  assert(made.count <= 2, `${made.count} frames were made for a target that takes nothing`);
  release();
  await end;
  assertEquals(made, { count: 50, open: new Set() });
});

Deno.test.each(WRITERS)(
  "$name can be stopped while the target takes nothing",
  async ({ write }) => {
    const { target, written } = stuckTarget();
    const { items, made } = faces(50);
    const stopping = new AbortController();
    const { signal } = stopping;
    const end = items.pipeThrough(write(target)).pipeTo(discard(), { signal });
    await written;
    stopping.abort(new Error("The user has had enough"));
    await assertRejects(() => end, Error, "The user has had enough");
    assertEquals(made.open.size, 0);
  },
);

Deno.test.each(WRITERS)("$name ends the run in one line when its reader closes the pipe", {
  ignore: Deno.permissions.querySync({ name: "run", command: "true" }).state !== "granted",
}, async ({ write }) => {
  const child = new Deno.Command("true", { stdin: "piped" }).spawn();
  await child.status;
  const { items, made } = faces(Infinity);
  const run = () => items.pipeThrough(write(child.stdin)).pipeTo(discard());
  const { message, cause } = await assertRejects(run, OutputError);
  assertEquals(message, "Cannot write to the stream: its reader has closed the pipe");
  assert(cause instanceof Deno.errors.BrokenPipe);
  assertEquals(made.open.size, 0);
});
