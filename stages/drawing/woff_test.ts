import { assert, assertEquals } from "@std/assert";
import { unpackWoff } from "./woff.ts";

const FILE =
  "@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari-700-normal.woff";

/** OpenType 1.9, "Calculating Checksums": the sum of all 32-bit words. */
function checksumOf(view: DataView, start: number, length: number): number {
  let sum = 0;
  for (let at = start; at < start + length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

Deno.test("unpackWoff() restores tables whose checksums are those that the font names", async () => {
  const font = unpackWoff(await Deno.readFile(new URL(import.meta.resolve(FILE))));
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tags: string[] = [];
  for (let at = 12; at < 12 + 16 * view.getUint16(4); at += 16) {
    const tag = String.fromCharCode(...font.subarray(at, at + 4));
    const [sum, start, length] = [4, 8, 12].map((by) => view.getUint32(at + by)) as [
      number,
      number,
      number,
    ];
    tags.push(tag);
    // The table "head" holds a sum over the whole file, which does not count.
    const adjustment = tag === "head" ? view.getUint32(start + 8) : 0;
    assertEquals((checksumOf(view, start, length) - adjustment) >>> 0, sum, tag);
  }
  for (const tag of ["cmap", "glyf", "head", "hmtx", "GSUB"]) assert(tags.includes(tag), tag);
});

Deno.test("unpackWoff() passes through a font that is not packed", () => {
  const font = new Uint8Array([0, 1, 0, 0, 0, 0, 0, 0]);
  assertEquals(unpackWoff(font), font);
});
