import { basename, dirname, extname, join } from "node:path";
import { SourceError } from "../pipeline/errors.ts";
import { isUrl, withoutCredentials } from "../stages/ffmpeg/input.ts";
import { regExpFromGlob } from "./_glob.ts";

export { isUrl } from "../stages/ffmpeg/input.ts";

/** What SOURCE means. */
export type Sources =
  | { readonly kind: "video"; readonly url: string; readonly isFeed?: true }
  | { readonly kind: "picture"; readonly paths: readonly [string] }
  | { readonly kind: "pictures"; readonly paths: readonly string[] };

/** The extensions of files that are taken for pictures. */
const PICTURES: ReadonlySet<string> = new Set(
  ".avif .bmp .heic .heif .jpeg .jpg .pgm .png .ppm .tif .tiff .webp".split(" "),
);

/** Whether a name is that of a picture. */
export function isPicture(path: string): boolean {
  return PICTURES.has(extname(path).toLowerCase());
}

/** Whether a source is a camera, or a URL of a kind that is live. */
function isFeedName(source: string): boolean {
  return /^((rtsps?|rtmps?|srt|udp|rtp|tcp):\/\/|\/dev\/video\d+$)/i.test(source);
}

/** Whether a name is that of a file, or of several; Deno may not look at a camera. */
export function isFileName(source: string): boolean {
  return !isUrl(source) && !isFeedName(source);
}

/** Whether what is read is a live feed. */
export function isFeed(sources: Sources): boolean {
  return sources.kind === "video" && sources.isFeed === true;
}

async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new SourceError(`Cannot read "${path}": permission denied`, { cause });
    }
    throw cause;
  }
}

/** The pictures in a directory whose names match, in the order of their names (2 before 10). */
async function picturesIn(directory: string, glob: string): Promise<string[]> {
  const pattern = regExpFromGlob(glob);
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory && isPicture(name) && pattern.test(name)) names.push(name);
  }
  const collator = new Intl.Collator("en", { numeric: true });
  return names.sort(collator.compare).map((name) => join(directory, name));
}

async function sourcesOf(source: string): Promise<Sources> {
  if (isFeedName(source)) return { kind: "video", url: source, isFeed: true };
  if (isUrl(source)) return { kind: "video", url: source };
  const info = await infoOf(source);
  if (info?.isDirectory) {
    const paths = await picturesIn(source, "*");
    if (paths.length > 0) return { kind: "pictures", paths };
    throw new SourceError(`Cannot read "${source}": there are no pictures in this directory`);
  }
  if (info?.isFifo) {
    throw new SourceError(
      `Cannot read "${source}" as it is a pipe: give it as standard input, "-"`,
    );
  }
  if (info) {
    return isPicture(source)
      ? { kind: "picture", paths: [source] }
      : { kind: "video", url: source };
  }
  if (/[*?[{]/.test(basename(source)) && (await infoOf(dirname(source)))?.isDirectory) {
    const paths = await picturesIn(dirname(source), basename(source));
    if (paths.length > 0) return { kind: "pictures", paths };
    throw new SourceError(`Cannot read "${source}": no picture matches`);
  }
  throw new SourceError(`Cannot read "${source}": no such file`);
}

/**
 * Finds out what the user means by SOURCE: one source, or several pictures, as a shell makes of a
 * glob.
 *
 * @throws {SourceError} If there is nothing.
 */
export async function sourcesFrom(names: readonly string[]): Promise<Sources> {
  const [first = "", ...others] = names;
  if (others.length === 0) return await sourcesOf(first);
  const found = await Promise.all(names.map(sourcesOf));
  const paths = found.flatMap((sources, at) => {
    if (sources.kind !== "video") return sources.paths;
    throw new SourceError(
      `Cannot read "${
        withoutCredentials(names[at]!)
      }" with other sources, as it is not a picture: ` +
        "give one video, or feeds by --sources",
    );
  });
  return { kind: "pictures", paths };
}
