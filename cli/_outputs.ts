import { basename, dirname, join, parse, resolve } from "node:path";
import type { ModelCard } from "../models/card.ts";
import type { Load } from "../models/inference/thread_count.ts";
import { OutputError } from "../pipeline/errors.ts";
import { isPicturePath } from "../stages/encode_pictures.ts";
import { checkOutputKind, type OutputWishes } from "./_output_kind.ts";
import type { RunOptions } from "./_run_options.ts";
import { isFileName, isUrl, type Sources } from "./_sources.ts";
import { UsageError } from "./_usage_error.ts";

/** The text formats, by the names of their options. */
export const TEXT_FORMATS = ["jsonl", "mot", "coco", "csv"] as const;

/** The name of an option that names an output. */
export type OutputName = "output" | typeof TEXT_FORMATS[number];

/** Where the outputs go, by option; `-` is standard output. */
export type Outputs = { readonly [name in OutputName]?: string | undefined };

/** A file or directory as the file system knows it, whatever it is called. */
interface Identity {
  /** Where it is, links followed as far as it exists. */
  readonly path: string;
  readonly info?: Deno.FileInfo;
}

async function identityOf(path: string): Promise<Identity> {
  try {
    return { path: await Deno.realPath(path), info: await Deno.stat(path) };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const absolute = resolve(path);
    const parent = await Deno.realPath(dirname(absolute)).catch(() => dirname(absolute));
    return { path: join(parent, basename(absolute)) };
  }
}

/** Whether two names, or hard links, are one file. */
function isSame(a: Identity, b: Identity): boolean {
  if (a.path === b.path) return true;
  if (!a.info?.isFile || !b.info?.isFile || a.info.ino === null) return false;
  return a.info.ino === b.info.ino && a.info.dev === b.info.dev;
}

/** The files that outputs become, but for what is sent to a URL, by flag: what is wanted, and the images beside COCO results. */
export function filesOf(outputs: Outputs): [flag: string, path: string][] {
  const files: [string, string][] = [];
  for (const name of ["output", ...TEXT_FORMATS] as const) {
    const path = outputs[name];
    if (path === undefined || path === "-" || (name === "output" && isUrl(path))) continue;
    files.push([`--${name}`, path]);
    if (name === "coco") {
      const { dir, name: stem } = parse(path);
      files.push(["the list of images of --coco", join(dir, `${stem}.images.json`)]);
    }
  }
  return files;
}

/** From so many multiplications on, nothing but the network is waited for where nothing is encoded. */
const LARGE_NETWORK = 500e6;

/**
 * What the processor does beside the network: it is heavy where pictures are written or shown, as they are
 * encoded, and beside a small network, as decoding takes longer. One whose size is not known is the
 * user's own, and mostly large.
 */
export function loadOf(
  { output, view }: Partial<Pick<RunOptions, "output" | "view">>,
  { multiplyAccumulates = Infinity }: Pick<ModelCard, "multiplyAccumulates">,
): Load {
  const isEncoded = output !== undefined || view !== undefined;
  return isEncoded || multiplyAccumulates < LARGE_NETWORK ? "heavy" : "light";
}

/**
 * Refuses what cannot be meant, by the options alone.
 *
 * @param outputs Where the outputs go.
 * @throws {UsageError} If standard output is asked for twice, or for a video.
 */
export function checkStandardOutput(outputs: Outputs): void {
  if (outputs.output === "-") {
    throw new UsageError("Cannot use --output - as only text goes to standard output");
  }
  const streamed = TEXT_FORMATS.filter((name) => outputs[name] === "-");
  if (streamed.length > 1) {
    throw new UsageError(
      `Cannot use - for both --${streamed[0]} and --${streamed[1]}: standard output is one`,
    );
  }
}

/**
 * Refuses outputs that would replace one another, or what is read.
 *
 * @param files The outputs, each with what it is called.
 * @param inputs What is read.
 * @throws {OutputError} If they would.
 */
export async function checkDistinct(
  files: readonly (readonly [string, string])[],
  inputs: readonly string[],
): Promise<void> {
  const read = await Promise.all(inputs.map(identityOf));
  const seen: [string, Identity][] = [];
  for (const [flag, path] of files) {
    const identity = await identityOf(path);
    if (read.some((input) => isSame(input, identity))) {
      throw new OutputError(`Cannot write ${flag} to "${path}": it is the source itself`);
    }
    const other = seen.find(([, other]) => isSame(other, identity));
    if (other) {
      throw new OutputError(`Cannot write ${flag} to "${path}": ${other[0]} goes there already`);
    }
    seen.push([flag, identity]);
  }
}

/** Refuses a place where no file can be made. */
async function checkWritable(path: string, overwrite: boolean): Promise<void> {
  const directory = dirname(path);
  const refuse = (reason: string, cause?: unknown) =>
    new OutputError(`Cannot write "${path}": ${reason}`, { cause });
  const parent = await Deno.stat(directory).catch((cause) => {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw refuse(`the directory "${directory}" does not exist`, cause);
  });
  if (!parent.isDirectory) throw refuse(`"${directory}" is not a directory`);
  const { info } = await identityOf(path);
  if (info?.isDirectory) throw refuse("it is a directory");
  if (info && !info.isFile) return; // A device or a pipe, such as /dev/null, is written to as it is.
  if (info && !overwrite) throw refuse("it exists already: add --overwrite to replace it");
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: directory, prefix: ".steadybox-" }));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw refuse(`no file can be made in "${directory}"`, cause);
  }
}

/** Refuses a video where a picture is made, and the other way round. */
function checkKind(output: string, { kind }: Sources): void {
  const refuse = (source: string, example: string) =>
    new OutputError(
      `Cannot write "${output}": the source is ${source}, so name one, such as "${example}"`,
    );
  const isPicture = isPicturePath(output);
  if (kind === "picture" && !isPicture) throw refuse("a picture", "boxes.png");
  if (kind === "video" && isPicture) throw refuse("a video", "boxes.mp4");
  if (kind === "pictures" && isPicture) {
    throw new OutputError(
      `Cannot write "${output}": the source is several pictures, so name a directory`,
    );
  }
}

/** Refuses a directory in which one of the pictures cannot be made. */
async function checkDirectory(
  directory: string,
  pictures: readonly string[],
  overwrite: boolean,
): Promise<void> {
  const { info } = await identityOf(directory);
  if (info && !info.isDirectory) {
    throw new OutputError(
      `Cannot write "${directory}": the source is several pictures, so name a directory`,
    );
  }
  if (!info) await checkWritable(directory, false); // It will be made.
  const names = new Set<string>();
  for (const picture of pictures) {
    const name = basename(picture);
    const target = join(directory, name);
    if (!isPicturePath(name)) {
      throw new OutputError(`Cannot write "${target}": pictures of this kind are only read`);
    }
    if (names.has(name)) {
      throw new OutputError(`Cannot write "${target}": two pictures are called so`);
    }
    names.add(name);
    if (info) await checkWritable(target, overwrite);
  }
}

/**
 * Refuses outputs that cannot be written, before any work is done.
 *
 * @param outputs Where the outputs go.
 * @param sources What is read.
 * @param wishes Whether files may be replaced, and what the video becomes.
 * @throws {OutputError} If a file exists, its directory is missing or may not be written in, or if
 * it is the source or another output.
 */
export async function checkOutputs(
  outputs: Outputs,
  sources: Sources,
  { overwrite, segment, hlsKeep }: Omit<OutputWishes, "output"> & { readonly overwrite: boolean },
): Promise<void> {
  checkOutputKind({ output: outputs.output, segment, hlsKeep }, sources);
  const files = filesOf(outputs);
  const inputs = sources.kind === "video" ? [sources.url].filter(isFileName) : sources.paths;
  const directories = sources.kind === "pictures"
    ? [...new Set(inputs.map((path) => dirname(path)))]
    : [];
  await checkDistinct(files, [...inputs, ...directories]);
  if (outputs.output !== undefined && !isUrl(outputs.output)) checkKind(outputs.output, sources);
  for (const [flag, path] of files) {
    if (flag === "--output" && sources.kind === "pictures") {
      await checkDirectory(path, inputs, overwrite);
    } else {
      const isTemplate = flag === "--output" && segment !== undefined; // Its segments have own names.
      await checkWritable(path, overwrite || isTemplate);
    }
  }
}
