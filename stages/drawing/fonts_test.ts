import { assert, assertRejects } from "@std/assert";
import { fontFor } from "./fonts.ts";

function fileOf(specifier: string): string {
  return new URL(import.meta.resolve(specifier)).pathname;
}

const SUFFICIENT = [
  fileOf("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  fileOf("harfbuzzjs/dist/harfbuzz.wasm"),
];

Deno.test("fontFor() reads a font only for letters that the fonts before it lack", {
  permissions: { read: SUFFICIENT },
}, async () => {
  for (const text of ["e\u0301", "Ж", "Ω", "سي", "ש", "Ճ", "7", "–"]) assert(await fontFor(text));
  for (const text of ["हि", "脸", "🚗"]) {
    await assertRejects(() => fontFor(text), Deno.errors.NotCapable);
  }
});

Deno.test("fontFor() reads a font after it was permitted", async () => {
  for (const text of ["हि", "脸", "🚗", "한", "か", "ก", "ა", "ⴰ"]) {
    assert(await fontFor(text), text);
  }
});
