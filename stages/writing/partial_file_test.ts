import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { OutputError } from "../../pipeline/errors.ts";
import { createPartialFile, partialPathFor } from "./partial_file.ts";
import { inTempDir, namesIn } from "../../tests/_temp_dir.ts";

/** Whether the tests may start a program. */
function mayRun(command: string): boolean {
  return Deno.permissions.querySync({ name: "run", command }).state === "granted";
}

Deno.test.each([
  { target: "a/b.tar.gz", wanted: /^a.b\.tar\.partial-[0-9a-f]{8}\.gz$/ },
  { target: "b", wanted: /^b\.partial-[0-9a-f]{8}$/ },
  { target: ".b", wanted: /^\.b\.partial-[0-9a-f]{8}$/ },
  { target: "-b.mp4", wanted: /^-b\.partial-[0-9a-f]{8}\.mp4$/ },
])("partialPathFor() keeps directory and extension of $target", ({ target, wanted }) => {
  assert(wanted.test(partialPathFor(target)), partialPathFor(target));
  assert(partialPathFor(target) !== partialPathFor(target));
});

Deno.test("createPartialFile() shows the file under its name only when it is committed", () =>
  inTempDir(async (dir) => {
    await using partial = await createPartialFile(`${dir}/a.txt`, { overwrite: false });
    await Deno.writeTextFile(partial.path, "whole");
    assertEquals((await namesIn(dir)).includes("a.txt"), false);
    await partial.commit();
    assertEquals(await namesIn(dir), ["a.txt"]);
    assertEquals(await Deno.readTextFile(`${dir}/a.txt`), "whole");
  }));

Deno.test("createPartialFile() leaves nothing when it is disposed of uncommitted", () =>
  inTempDir(async (dir) => {
    {
      await using partial = await createPartialFile(`${dir}/a.txt`, { overwrite: false });
      await Deno.writeTextFile(partial.path, "half");
    }
    assertEquals(await namesIn(dir), []);
  }));

Deno.test("createPartialFile() refuses an existing file and says what to do", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/a.txt`, "old");
    const refused = () => createPartialFile(`${dir}/a.txt`, { overwrite: false });
    const { message } = await assertRejects(refused, OutputError, "exists already");
    assertStringIncludes(message, "allow it to be overwritten, or name another file");
    assertEquals(message.includes("\n"), false);
    assertEquals(await namesIn(dir), ["a.txt"]);
    assertEquals(await Deno.readTextFile(`${dir}/a.txt`), "old");
  }));

Deno.test("createPartialFile() keeps the old file until the new one is committed", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/a.txt`, "old");
    await using partial = await createPartialFile(`${dir}/a.txt`, { overwrite: true });
    await Deno.writeTextFile(partial.path, "new");
    assertEquals(await Deno.readTextFile(`${dir}/a.txt`), "old");
    await partial.commit();
    assertEquals(await Deno.readTextFile(`${dir}/a.txt`), "new");
    assertEquals(await namesIn(dir), ["a.txt"]);
  }));

Deno.test("createPartialFile() does not replace a file that came up in the meantime", () =>
  inTempDir(async (dir) => {
    {
      await using partial = await createPartialFile(`${dir}/a.txt`, { overwrite: false });
      await Deno.writeTextFile(`${dir}/a.txt`, "another's");
      await assertRejects(() => partial.commit(), OutputError, "exists already");
    }
    assertEquals(await Deno.readTextFile(`${dir}/a.txt`), "another's");
    assertEquals(await namesIn(dir), ["a.txt"]);
  }));

Deno.test("createPartialFile() replaces what a link points to, not the link", {
  ignore: !mayRun("ln"),
}, () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/far`);
    await Deno.writeTextFile(`${dir}/far/a.txt`, "old");
    await new Deno.Command("ln", { args: ["-s", "far/a.txt", `${dir}/link.txt`] }).output();
    await using partial = await createPartialFile(`${dir}/link.txt`, { overwrite: true });
    await Deno.writeTextFile(partial.path, "new");
    await partial.commit();
    assert((await Deno.lstat(`${dir}/link.txt`)).isSymlink);
    assertEquals(await Deno.readTextFile(`${dir}/far/a.txt`), "new");
  }));

Deno.test("createPartialFile() writes to a named pipe as it is, and leaves it there", {
  ignore: !mayRun("mkfifo"),
}, () =>
  inTempDir(async (dir) => {
    await new Deno.Command("mkfifo", { args: [`${dir}/pipe`] }).output();
    {
      await using partial = await createPartialFile(`${dir}/pipe`, { overwrite: false });
      assertEquals(partial.path, `${dir}/pipe`);
      await partial.commit();
    }
    assert((await Deno.stat(`${dir}/pipe`)).isFifo);
  }));

Deno.test.each([
  { name: "a directory", at: "sub", says: "it is a directory" },
  { name: "a directory's name", at: "new/", says: "it names a directory" },
  { name: "a missing directory", at: "nowhere/a.txt", says: 'nowhere" does not exist' },
  { name: "a file as directory", at: "file/a.txt", says: 'file" is not a directory' },
  { name: "a name that is too long", at: "x".repeat(300), says: "File name too long" },
])("createPartialFile() refuses $name in one line", ({ at, says }) =>
  inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/sub`);
    await Deno.writeTextFile(`${dir}/file`, "");
    const refused = () => createPartialFile(`${dir}/${at}`, { overwrite: true });
    const { message } = await assertRejects(refused, OutputError, says);
    assertEquals(message.includes("\n") || message.includes("os error"), false);
    assertEquals(await namesIn(dir), ["file", "sub"]);
  }));

Deno.test("createPartialFile() refuses an empty path", async () => {
  const refused = () => createPartialFile("", { overwrite: true });
  await assertRejects(refused, OutputError, "the path is empty");
});

Deno.test({
  name: "createPartialFile() names the permission that is missing",
  permissions: { write: false, read: true },
  async fn() {
    const refused = () => createPartialFile("no_such_file.txt", { overwrite: false });
    const { message } = await assertRejects(refused, OutputError, "--allow-write");
    assertEquals(message.includes("\n"), false);
  },
});
