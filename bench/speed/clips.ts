import { probe } from "../../stages/probe.ts";
import type { Size } from "../../pipeline/fit.ts";
import { ENCODER } from "./contenders.ts";
import { measured } from "./measured.ts";

/** How a clip is made. */
export interface Recipe {
  /** What it is made of, looped. */
  readonly clip: string;
  /** How many lines it has, if it is scaled. */
  readonly height?: number | undefined;
  /**
   * How many times it stands beside and below itself in a frame of 1080p, each time smaller, so that
   * there are as many times more objects while the frames are as large as others.
   */
  readonly tiles?: number;
}

/** A clip that is there. */
export interface Clip {
  readonly path: string;
  readonly frames: number;
  readonly size: Size;
}

/** At most so many frames are encoded anew; what is longer loops them. */
const MAX_ENCODED = 105;

/** Makes clips, each once. */
export class Clips {
  readonly #folder: string;
  readonly #encoded = new Map<string, Promise<string>>();
  readonly #clips = new Map<string, Promise<Clip>>();

  /**
   * Begins without any.
   *
   * @param folder Where they are put.
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes a clip.
   *
   * @param recipe How.
   * @param frames How many frames it has.
   * @returns The clip.
   */
  async make(recipe: Recipe, frames: number): Promise<Clip> {
    const key = JSON.stringify([recipe, frames]);
    return await kept(this.#clips, key, async (count) => {
      const path = `${this.#folder}/clip${count}.mp4`;
      await measured([
        ...["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "-1"],
        ...["-i", await this.#encode(recipe, frames), "-map", "0:v:0"],
        ...["-frames:v", String(frames), "-c", "copy", path],
      ]);
      const { video: { width, height } } = await probe(path);
      return { path, frames, size: { width, height } };
    });
  }

  /** What is looped: the clip as it is, or encoded anew where its frames are to be others. */
  async #encode(recipe: Recipe, frames: number): Promise<string> {
    const { clip, height, tiles } = recipe;
    if (height === undefined && tiles === undefined) return clip;
    const count = Math.min(frames, MAX_ENCODED);
    return await kept(this.#encoded, JSON.stringify([recipe, count]), async (number) => {
      const path = `${this.#folder}/encoded${number}.mp4`;
      const filter = tiles === undefined ? `scale=-2:${height}` : tiling(tiles);
      await measured([
        ...["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", clip, "-map", "0:v:0"],
        ...["-frames:v", String(count), "-vf", filter, ...ENCODER, path],
      ]);
      return path;
    });
  }
}

/** What a map has, or else what is made now. */
function kept<T>(
  map: Map<string, Promise<T>>,
  key: string,
  make: (count: number) => Promise<T>,
): Promise<T> {
  const made = map.get(key) ?? make(map.size);
  map.set(key, made);
  return made;
}

/** The filters that show a picture several times in one of 1080p. */
function tiling(tiles: number): string {
  const [width, height] = [1920, 1080].map((pixels) => 2 * Math.floor(pixels / tiles / 2));
  const line = (name: string, stack: string) => {
    const copies = Array.from({ length: tiles }, (_, i) => `[${name}${i}]`).join("");
    return `split=${tiles}${copies};${copies}${stack}=inputs=${tiles}`;
  };
  return [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
    `pad=${width}:${height}:-1:-1`,
    ...["setsar=1", line("column", "hstack"), line("row", "vstack"), "scale=1920:1080"],
  ].join(",");
}
