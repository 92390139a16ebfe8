import { assertEquals, assertRejects } from "@std/assert";
import { SourceError } from "../pipeline/errors.ts";
import { inTempDir } from "../tests/_temp_dir.ts";
import { sourcesFrom } from "./_sources.ts";

/** Runs a test in a directory with a video and some pictures, one of them hidden. */
async function inAlbum(use: (dir: string) => Promise<void>): Promise<void> {
  await inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/album`);
    await Deno.mkdir(`${dir}/empty`);
    for (const name of ["10.png", "2.png", "1.JPG", ".3.png", "notes.txt"]) {
      await Deno.writeTextFile(`${dir}/album/${name}`, "");
    }
    await Deno.writeTextFile(`${dir}/in.mp4`, "");
    await use(dir);
  });
}

Deno.test("sourcesFrom() tells videos, pictures and URLs apart", async () => {
  await inAlbum(async (dir) => {
    assertEquals(await sourcesFrom([`${dir}/in.mp4`]), { kind: "video", url: `${dir}/in.mp4` });
    assertEquals(await sourcesFrom([`${dir}/album/1.JPG`]), {
      kind: "picture",
      paths: [`${dir}/album/1.JPG`],
    });
    const [feed, file] = ["rtsp://camera/1", "https://host/in.mp4"];
    assertEquals(await sourcesFrom([feed]), { kind: "video", url: feed, isFeed: true });
    assertEquals(await sourcesFrom([file]), { kind: "video", url: file });
  });
});

Deno.test("sourcesFrom() lists the pictures of a directory by number", async () => {
  await inAlbum(async (dir) => {
    const names = [".3.png", "1.JPG", "2.png", "10.png"];
    const { kind, ...sources } = await sourcesFrom([`${dir}/album`]);
    assertEquals(kind, "pictures");
    assertEquals(sources, { paths: names.slice(1).map((name) => `${dir}/album/${name}`) });
  });
});

Deno.test("sourcesFrom() lists the pictures that a glob matches", async () => {
  await inAlbum(async (dir) => {
    const paths = ["2.png", "10.png"].map((name) => `${dir}/album/${name}`);
    assertEquals(await sourcesFrom([`${dir}/album/*.png`]), { kind: "pictures", paths });
    assertEquals(await sourcesFrom(paths), { kind: "pictures", paths });
  });
});

Deno.test("sourcesFrom() takes a name with special characters for itself where it exists", async () => {
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/a[1].mp4`, "");
    assertEquals(await sourcesFrom([`${dir}/a[1].mp4`]), {
      kind: "video",
      url: `${dir}/a[1].mp4`,
    });
  });
});

Deno.test.each([
  ["missing.mp4", "no such file"],
  ["in.mp4/x.mp4", "no such file"],
  ["empty", "no pictures"],
  ["album/*.gif", "no picture matches"],
  ["none/*.png", "no such file"],
])("sourcesFrom() refuses %s", async (name, reason) => {
  await inAlbum(async (dir) => {
    await assertRejects(() => sourcesFrom([`${dir}/${name}`]), SourceError, reason);
  });
});

Deno.test("sourcesFrom() refuses a video among pictures", async () => {
  await inAlbum(async (dir) => {
    await assertRejects(
      () => sourcesFrom([`${dir}/album/1.JPG`, `${dir}/in.mp4`]),
      SourceError,
      "not a picture",
    );
  });
});

Deno.test("sourcesFrom() refuses several feeds, and shows no credentials of theirs", async () => {
  const feeds = ["rtsp://me:s3cret@camera/1?key=s3cret", "rtsp://camera/2"];
  const error = await assertRejects(() => sourcesFrom(feeds), SourceError);
  assertEquals(
    error.message,
    'Cannot read "rtsp://camera/1?…" with other sources, as it is not a picture: give one ' +
      "video, or feeds by --sources",
  );
});
