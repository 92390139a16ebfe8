import { assert, assertEquals } from "@std/assert";
import { Typesetter } from "./typesetter.ts";
import { unpackWoff } from "./woff.ts";

const FONT_SIZE = 64;
const WIDTH = 900;
const HEIGHT = 200;

/** The fonts by the names that they give themselves. */
const FILES = {
  "DejaVu Sans": "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
  "Noto Sans Devanagari":
    "@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari-700-normal.woff",
  "Noto Emoji": "@fontsource/noto-emoji/files/noto-emoji-emoji-700-normal.woff",
  "Unifont": "@fontsource/unifont/files/unifont-latin-400-normal.woff",
};

type Family = keyof typeof FILES;

/** Ink on a white ground of its own size. */
interface Ink {
  readonly width: number;
  readonly height: number;
  readonly alpha: Uint8Array;
}

/** The part of a picture that has ink. */
function cropped({ width, alpha }: Ink): Ink {
  const inked = [...alpha.keys()].filter((at) => (alpha[at] as number) > 40);
  const columns = inked.map((at) => at % width);
  const rows = inked.map((at) => Math.floor(at / width));
  const [x1, x2] = [Math.min(...columns), Math.max(...columns) + 1];
  const [y1, y2] = [Math.min(...rows), Math.max(...rows) + 1];
  const cut = new Uint8Array((x2 - x1) * (y2 - y1));
  for (let y = y1; y < y2; y++) {
    cut.set(alpha.subarray(y * width + x1, y * width + x2), (y - y1) * (x2 - x1));
  }
  return { width: x2 - x1, height: y2 - y1, alpha: cut };
}

/** How much of the ink of two pictures coincides, from 0 to 1, at the best of some shifts. */
function likeness(one: Ink, other: Ink): number {
  const [a, b] = [cropped(one), cropped(other)];
  let best = 0;
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      let shared = 0;
      let all = 0;
      for (let y = -2; y < Math.max(a.height, b.height) + 2; y++) {
        for (let x = -2; x < Math.max(a.width, b.width) + 2; x++) {
          const [here, there] = [at(a, x, y), at(b, x + dx, y + dy)];
          shared += Math.min(here, there);
          all += Math.max(here, there);
        }
      }
      best = Math.max(best, shared / all);
    }
  }
  return best;
}

function at({ width, height, alpha }: Ink, x: number, y: number): number {
  return x < 0 || y < 0 || x >= width || y >= height ? 0 : alpha[y * width + x] as number;
}

/** What ffmpeg draws in white on black. */
async function drawnByFfmpeg(filter: string, cwd: string): Promise<Ink> {
  const { success, stdout, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-v", "error", "-f", "lavfi", "-i", `color=black:s=${WIDTH}x${HEIGHT}:d=0.04`].concat(
      ["-vf", `${filter},format=gray`, "-frames:v", "1", "-f", "rawvideo", "-"],
    ),
    cwd,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return { width: WIDTH, height: HEIGHT, alpha: stdout };
}

/** The height of a font's lines in ems, by which subtitles measure letters: OpenType 1.9, `OS/2`. */
function lineHeightOf(font: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(font.buffer);
  const tableAt = (tag: string) => {
    for (let entry = 12;; entry += 16) {
      if (String.fromCharCode(...font.subarray(entry, entry + 4)) === tag) {
        return view.getUint32(entry + 8);
      }
    }
  };
  const height = view.getUint16(tableAt("OS/2") + 74) + view.getUint16(tableAt("OS/2") + 76);
  return height / view.getUint16(tableAt("head") + 18);
}

/** A subtitle script of one line, whose letters are as large as ours. */
function script(text: string, family: Family, fontSize: number): string {
  const style = {
    Name: "Default",
    Fontname: family,
    Fontsize: fontSize,
    PrimaryColour: "&H00FFFFFF",
    Bold: family === "Unifont" ? 0 : -1,
    BorderStyle: 1,
    OutlineColour: "&H00FFFFFF",
    Outline: family === "Unifont" ? 0.015 * FONT_SIZE : 0, // As we thicken it by 0.03 ems.
    Shadow: 0,
    Alignment: 7,
    MarginL: 50,
    MarginR: 0,
    MarginV: 50,
    Encoding: -1, // The first letter decides on the direction.
  };
  return `[Script Info]
ScriptType: v4.00+
PlayResX: ${WIDTH}
PlayResY: ${HEIGHT}
[V4+ Styles]
Format: ${Object.keys(style).join(", ")}
Style: ${Object.values(style).join(",")}
[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:00.00,0:00:09.00,Default,${text}
`;
}

/** What ffmpeg makes of a text with a font, in a folder of its own. */
async function drawnWith(
  family: Family,
  draw: (font: Uint8Array<ArrayBuffer>) => { readonly filter: string; readonly content: string },
): Promise<Ink> {
  const folder = await Deno.makeTempDir();
  try {
    const font = unpackWoff(await Deno.readFile(new URL(import.meta.resolve(FILES[family]))));
    const { filter, content } = draw(font);
    await Deno.mkdir(`${folder}/fonts`);
    await Deno.writeFile(`${folder}/fonts/font.ttf`, font);
    await Deno.writeTextFile(`${folder}/text.ass`, content);
    return await drawnByFfmpeg(filter, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const VECTORS: readonly (readonly [string, Family])[] = [
  ["face 0.93", "DejaVu Sans"],
  ["Żółw Ñandú", "DejaVu Sans"],
  ["Лицо человека", "DejaVu Sans"],
  ["Γάτα Αυτοκίνητο", "DejaVu Sans"],
  ["سيارة وجه لا", "DejaVu Sans"],
  ["פנים", "DejaVu Sans"],
  ["وجه 12 (a b) سيارة", "DejaVu Sans"],
  ["وجه 12.5 كلب 3/4", "DejaVu Sans"],
  ["כלב: dog, cat!", "DejaVu Sans"],
  ["car סוס, חתול 3 dog", "DejaVu Sans"],
  ["हिन्दी", "Noto Sans Devanagari"],
  ["क्षत्रिय", "Noto Sans Devanagari"],
  ["人脸汽车", "Unifont"],
  ["얼굴顔", "Unifont"],
  ["ใบหน้า", "Unifont"],
];

/** libass has its own filling and its own bidirectional algorithm (FriBidi). */
Deno.test.each(VECTORS)('Typesetter sets "%s" as libass does with %s', async (text, family) => {
  const theirs = await drawnWith(family, (font) => ({
    filter: "ass=text.ass:fontsdir=fonts",
    content: script(text, family, FONT_SIZE * lineHeightOf(font)),
  }));
  const typesetter = await Typesetter.load(FONT_SIZE);
  const turned = [...text].toReversed().join("");
  assert(likeness(await typesetter.name(text, WIDTH), theirs) > 0.9);
  assert(likeness(await typesetter.name(turned, WIDTH), theirs) < 0.7, "other text is unlike it");
});

Deno.test.each(["🚗", "🐶", "❄"])("Typesetter draws %s as FreeType does", async (text) => {
  const family = text === "❄" ? "DejaVu Sans" : "Noto Emoji";
  const theirs = await drawnWith(family, () => ({
    filter: "drawtext=fontfile=fonts/font.ttf:textfile=text.ass:ft_load_flags=no_hinting:" +
      `fontsize=${FONT_SIZE}:fontcolor=white:x=50:y=50`,
    content: text,
  }));
  const typesetter = await Typesetter.load(FONT_SIZE);
  assert(likeness(await typesetter.name(text, WIDTH), theirs) > 0.85);
  assert(likeness(await typesetter.name("🐈", WIDTH), theirs) < 0.7, "another one is unlike it");
});

Deno.test("Typesetter draws a sequence of joined emoji as one", async () => {
  const typesetter = await Typesetter.load(FONT_SIZE);
  for (const [joined, one] of [["👩‍🚀", "👩"], ["🇩🇪", "🚗"], ["👍🏽", "👍"]] as const) {
    const widths = [await typesetter.name(joined, WIDTH), await typesetter.name(one, WIDTH)];
    const [ours = 0, single = 0] = widths.map(({ advance }) => advance);
    assertEquals(ours, single);
  }
});

Deno.test("Typesetter shows a sign of replacement for what no font has", async () => {
  const typesetter = await Typesetter.load(FONT_SIZE);
  const sign = await typesetter.name("\ufffd", WIDTH);
  for (const text of ["\u{20000}", "\ue000", "\u{10ffff}", "\ud800", "\uffff"]) {
    assertEquals(await typesetter.name(text, WIDTH), sign);
  }
});

Deno.test("Typesetter passes over control characters and superfluous space", async () => {
  const typesetter = await Typesetter.load(FONT_SIZE);
  const plain = await typesetter.name("a b", WIDTH);
  assertEquals(await typesetter.name(" \u0007a\u0000\r\n\t  b\u0085 ", WIDTH), plain);
  for (const empty of ["", "  ", "\u0000", "\u200b"]) {
    assertEquals((await typesetter.name(empty, WIDTH)).width, 0);
  }
});

Deno.test("Typesetter cuts a long name so that it fits", async () => {
  const typesetter = await Typesetter.load(FONT_SIZE);
  for (
    const name of ["a rather long name", "سيارة وجه لا سيارة", "W".repeat(1e6), "🚗".repeat(999)]
  ) {
    for (const maxWidth of [-5, 0, 3, 50, 100, 333]) {
      const { width } = await typesetter.name(name, maxWidth);
      assert(width <= Math.max(0, maxWidth));
      if (maxWidth === 333) assert(width > 200, "it is not cut more than need be");
    }
  }
  const whole = await typesetter.name("face", WIDTH);
  assertEquals(await typesetter.name("face", Math.ceil(whole.advance)), whole);
});

Deno.test("Typesetter puts numbers together as if they were written in one go", async () => {
  const typesetter = await Typesetter.load(FONT_SIZE);
  for (const number of ["0.93", "1.00", "0.47"]) {
    const inOneGo = await typesetter.name(number, WIDTH);
    assert(likeness(typesetter.number(number), inOneGo) > 0.85);
  }
});
