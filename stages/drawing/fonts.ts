import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Font } from "./font.ts";

/** Where a font comes from, and what it is asked for. */
interface Source {
  /** The file, as one of a package. */
  readonly file: string;
  /** The characters for which the file is worth reading. */
  readonly suits: RegExp;
  /** How much its strokes are thickened to match the first font's, in ems. */
  readonly emboldening?: number;
}

/**
 * The fonts, in the order in which they are asked for a character. DejaVu holds the Latin, Greek,
 * Cyrillic, Arabic, Hebrew, Armenian and Georgian scripts; Unifont, made of coarse dots, holds the
 * rest of Unicode's first plane, the Chinese, Japanese and Korean scripts among them.
 */
const SOURCES: readonly Source[] = [
  {
    file: "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
    suits: /./u,
  },
  {
    file: "@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari-700-normal.woff",
    suits: /\p{Script_Extensions=Devanagari}/u,
  },
  {
    file: "@fontsource/noto-emoji/files/noto-emoji-emoji-700-normal.woff",
    suits: /\p{Emoji}|\p{Regional_Indicator}/u,
  },
  {
    file: "@fontsource/unifont/files/unifont-latin-400-normal.woff",
    suits: /[^\u{10000}-\u{10ffff}]/u,
    emboldening: 0.03,
  },
];

const require = createRequire(import.meta.url);

/**
 * Where a file of an npm package lies. Linked into another project, Deno resolves such a name to the
 * package, not to a file: then it is looked up from here, as Node does.
 */
function packageFile(specifier: string): URL {
  const resolved = import.meta.resolve(specifier);
  return resolved.startsWith("npm:")
    ? pathToFileURL(require.resolve(specifier))
    : new URL(resolved);
}

const loaded = new Map<Source, Promise<Font>>();

/** The font, read at the first request. */
function fontFrom(source: Source): Promise<Font> {
  let font = loaded.get(source);
  if (!font) {
    font = Font.read(packageFile(source.file), source.emboldening ?? 0);
    font.catch(() => loaded.delete(source)); // Another attempt may be permitted.
    loaded.set(source, font);
  }
  return font;
}

/**
 * The font of the digits and of nearly all labels.
 *
 * @returns The font.
 * @throws {Deno.errors.NotCapable} If its file may not be read.
 */
export function baseFont(): Promise<Font> {
  return fontFrom(SOURCES[0] as Source);
}

/**
 * The first font that can write all of a text. A font is read only when those before it fall short.
 *
 * @param text The text, such as a letter with its accents.
 * @returns The font, or none if none of them can.
 * @throws {Deno.errors.NotCapable} If a font's file may not be read.
 */
export async function fontFor(text: string): Promise<Font | undefined> {
  for (const source of SOURCES) {
    if (!source.suits.test(text)) continue;
    const font = await fontFrom(source);
    if (font.covers(text)) return font;
  }
  return undefined;
}
