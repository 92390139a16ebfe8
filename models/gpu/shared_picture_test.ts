import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Picture } from "../../pipeline/picture.ts";
import { planesOf } from "../../tests/_still_frame.ts";
import { PictureSharer, type SharedPicture } from "./shared_picture.ts";
import { inputOf } from "../../tests/_input_of.ts";

function picture(width: number, height: number, luma: number): Picture {
  return {
    planes: planesOf(width, height, () => luma, () => [luma + 1, luma + 2]),
    colour: { matrix: "bt709", range: "limited" },
    input: inputOf(4, 4, { resize: "stretch" }),
    resampler: "bilinear",
    fits: [],
  };
}

function bytesOf({ memory }: SharedPicture, length: number): number[] {
  return [...new Uint8Array(memory)].slice(0, length);
}

Deno.test("PictureSharer copies a picture once for all that is done with it at a time", async () => {
  const sharer = new PictureSharer();
  const one = picture(3, 3, 50);
  const release = Promise.withResolvers<void>();
  const seen: SharedPicture[] = [];
  const uses = [1, 2, 3].map(() =>
    sharer.sharing(one, (shared) => {
      seen.push(shared);
      return release.promise;
    })
  );
  assertEquals(sharer.count, 1);
  assertEquals(new Set(seen.map(({ memory }) => memory)).size, 1);
  assertEquals(new Set(seen.map(({ pixelsId }) => pixelsId)).size, 1);
  assertEquals(bytesOf(seen[0]!, 17), [...one.planes.data]);
  release.resolve();
  await Promise.all(uses);
  assertEquals(sharer.count, 0);
});

Deno.test("PictureSharer uses memory again, under another number", async () => {
  const sharer = new PictureSharer();
  const seen: SharedPicture[] = [];
  for (const one of [picture(8, 8, 10), picture(4, 4, 20), picture(8, 8, 30)]) {
    await sharer.sharing(one, (shared) => {
      assertEquals(bytesOf(shared, one.planes.data.length), [...one.planes.data]);
      return Promise.resolve(seen.push(shared));
    });
  }
  assertEquals(new Set(seen.map(({ memory }) => memory)).size, 1);
  assertEquals(new Set(seen.map(({ pixelsId }) => pixelsId)).size, 3);
});

Deno.test("PictureSharer shares memory with nobody else while a picture is in use", async () => {
  const sharer = new PictureSharer();
  await sharer.sharing(picture(8, 8, 10), (first) =>
    sharer.sharing(picture(8, 8, 20), (second) => {
      assert(first.memory !== second.memory);
      return Promise.resolve();
    }));
});

Deno.test("PictureSharer takes back what a failure leaves behind", async () => {
  const sharer = new PictureSharer();
  await assertRejects(() =>
    sharer.sharing(picture(8, 8, 10), () => Promise.reject(new Error("no")))
  );
  assertEquals(sharer.count, 0);
});
