import type { Font } from "./_font.ts";
import type { Sprite } from "./_sprite.ts";

/** How text is set. */
export interface TextStyle {
  /** The font; it covers all of the text. */
  readonly font: Font;
  /** The size of the font, in pixels an em. */
  readonly fontSize: number;
  /** The height of the sprite, in pixels. */
  readonly height: number;
  /** How far below the sprite's top the letters stand, in pixels. */
  readonly baseline: number;
}

/** Turns a text of one line into ink, cut to the columns that have some. */
export type Rasterise = (text: string, style: TextStyle) => Sprite;

let loading: Promise<Rasterise> | undefined;

/**
 * Starts what turns text into pixels, once: resvg, which shapes letters (joined Arabic, say) and
 * orders scripts that run to the left. It is WebAssembly, so that it can touch nothing but its own
 * memory; a native canvas would need `--allow-ffi`, which leaves the sandbox.
 *
 * @returns The function that draws.
 * @throws {Deno.errors.NotCapable} If its file may not be read.
 */
export function loadRasteriser(): Promise<Rasterise> {
  if (!loading) {
    loading = start();
    loading.catch(() => loading = undefined); // Another attempt may be permitted.
  }
  return loading;
}

async function start(): Promise<Rasterise> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  await initWasm(
    await Deno.readFile(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))),
  );
  return function rasterise(text, style) {
    const { font, height } = style;
    const margin = Math.ceil(style.fontSize); // Letters may reach beyond their own space.
    const ems = [...text].reduce((sum, character) => sum + font.advanceOf(character), 0);
    const width = Math.ceil(ems * style.fontSize) + 2 * margin;
    const drawing = new Resvg(svgOf(text, { ...style, width, margin }), {
      font: { fontBuffers: [font.bytes], loadSystemFonts: false, defaultFontFamily: font.family },
    });
    try {
      const picture = drawing.render();
      try {
        return inkOf(picture.pixels, { width, height, margin });
      } finally {
        picture.free();
      }
    } finally {
      drawing.free();
    }
  };
}

function svgOf(
  text: string,
  { font, fontSize, height, baseline, width, margin }: TextStyle & {
    readonly width: number;
    readonly margin: number;
  },
): string {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<text x="${margin}" y="${baseline}" font-size="${fontSize}" font-family="${font.family}"` +
    ` stroke="#000" stroke-width="${font.emboldening * fontSize}">${escaped}</text></svg>`;
}

/** The opacity of the columns that have any. */
function inkOf(
  rgba: Uint8Array,
  { width, height, margin }: { width: number; height: number; margin: number },
): Sprite {
  let first = width;
  let last = -1;
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (rgba[4 * pixel + 3] === 0) continue;
    first = Math.min(first, pixel % width);
    last = Math.max(last, pixel % width);
  }
  const inked = Math.max(0, last - first + 1);
  const alpha = new Uint8Array(inked * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < inked; x++) {
      alpha[y * inked + x] = rgba[4 * (y * width + first + x) + 3] as number;
    }
  }
  return { left: inked ? first - margin : 0, width: inked, height, alpha };
}
