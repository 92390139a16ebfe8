import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { SteadyboxError } from "../pipeline/errors.ts";
import type { Request } from "./_arguments.ts";
import { causeOf } from "./_exit.ts";
import { filesOf, type Outputs } from "./_outputs.ts";
import { isUrl } from "./_sources.ts";
import { storagePlace } from "./_stored_input.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What a command cannot do without; paths as the user names them. */
export interface Needs {
  /** Files and directories that are read. */
  readonly read: readonly string[];
  /** Directories that are written in. */
  readonly write: readonly string[];
  /** Programs that are started. */
  readonly run: readonly string[];
  /** Whether the native runtime may be of use. */
  readonly isNative: boolean;
}

/** Whether Deno guards a place, such as a device, by all permissions at once. */
function isGuarded(path: string): boolean {
  return /^\/(dev|proc|sys)(\/|$)/.test(resolve(path));
}

/** What is read for a SOURCE; where others stand beside it, their directories too. */
function placesOf(sources: readonly string[]): string[] {
  return sources.filter((source) => source !== "-" && !isUrl(source))
    .map((source) =>
      sources.length > 1 || /[*?[{]/.test(basename(source)) ? dirname(source) : source
    );
}

function placeOfModel(model: string): string[] {
  if (/\.(cfg|weights)$/i.test(model)) return [dirname(model)]; // Several files are one model.
  return /\.(onnx|tflite|safetensors)$/i.test(model) ? [model] : [];
}

function placesOfOutputs(sources: readonly string[], outputs: Outputs): string[] {
  const directories = filesOf(outputs).map(([, path]) => dirname(path));
  return sources.includes("-") ? [...directories, storagePlace(outputs)] : directories;
}

/** What a command needs; nothing where it says so itself. */
export function needsOf(request: Request): Needs | undefined {
  if (request.command === "run") {
    const { sources, model, device } = request;
    const outputs = placesOfOutputs(sources, request);
    return {
      read: [
        ...[`${ROOT}node_modules`, `${ROOT}models`],
        ...placeOfModel(model),
        ...placesOf(sources),
        ...outputs,
      ],
      write: outputs,
      run: ["ffmpeg", "ffprobe"],
      isNative: device === "auto" || device === "cpu",
    };
  }
  if (request.command !== "probe") return undefined;
  const stored = placesOfOutputs([request.source], {});
  return {
    read: [...placesOf([request.source]), ...stored],
    write: stored,
    run: ["ffprobe"],
    isNative: false,
  };
}

/** The places of a list, each once, but for those within another of it and those that Deno guards. */
function outermost(paths: readonly string[]): string[] {
  const places = [
    ...new Set(paths.filter((path) => !isGuarded(path)).map((path) => resolve(path))),
  ];
  const isWithin = (inner: string, outer: string) =>
    inner !== outer && !/^\.\.(\/|$)/.test(relative(outer, inner));
  return places.filter((place) => !places.some((other) => isWithin(place, other)));
}

/** An argument as a shell has to be told it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** The flag for a list of places; relative to the working directory where they lie in it. */
function flagFor(name: string, paths: readonly string[]): string[] {
  const shown = outermost(paths).map((path) => {
    const near = relative(Deno.cwd(), path);
    const short = /^\.\.(\/|$)/.test(near) || isAbsolute(near) ? path : near || ".";
    return short.replaceAll(",", ",,"); // As Deno tells a comma from the end of a path.
  });
  return shown.length > 0 ? [`--allow-${name}=${shown.join(",")}`] : [];
}

/** The command line by which the program has all that it needs. */
export function commandLine(
  { read, write, run, isNative }: Needs,
  args: readonly string[],
): string {
  const runtime = manifest.imports["onnxruntime-node"].replace("npm:", "");
  const program = relative(Deno.cwd(), `${ROOT}mod.ts`);
  return [
    ...["deno", "run", "--frozen"],
    ...flagFor("read", read),
    ...flagFor("write", write),
    `--allow-run=${run.join(",")}`,
    ...isNative ? flagFor("ffi", [`${ROOT}node_modules/.deno/${runtime}`]) : [],
    ...["--ignore-env", "--allow-env=ORT_DISABLE_TELEMETRY,XDG_RUNTIME_DIR"],
    program.startsWith("..") ? `${ROOT}mod.ts` : program,
    ...args,
  ].map(quoted).join(" ");
}

/** Whether all places may be read and written in; on a terminal, Deno asks the user about each. */
async function arePermitted({ read, write, run }: Needs): Promise<boolean> {
  const places: Deno.PermissionDescriptor[] = [
    ...outermost(read).map((path) => ({ name: "read", path }) as const),
    ...outermost(write).map((path) => ({ name: "write", path }) as const),
  ];
  for (const place of places) {
    if ((await Deno.permissions.request(place)).state !== "granted") return false;
  }
  // A program that is not installed counts as not permitted: starting it tells which it is.
  for (const command of run) await Deno.permissions.request({ name: "run", command });
  return true;
}

/**
 * Does a command's work with the permissions it needs, which are asked for together before it
 * begins, where there is a terminal to ask.
 *
 * @param request The command.
 * @param work Does it.
 * @throws {SteadyboxError} With a command line that has all permissions, if one is missing.
 */
export async function withPermissions<T>(request: Request, work: () => Promise<T>): Promise<T> {
  const needs = needsOf(request);
  if (!needs) return await work();
  const refusal = () =>
    new SteadyboxError(
      `Cannot go on without permission: run it as ${commandLine(needs, Deno.args)}`,
    );
  if (!await arePermitted(needs)) throw refusal();
  try {
    return await work();
  } catch (error) {
    const denied = causeOf(error, Deno.errors.NotCapable);
    throw denied && /--allow-run/.test(denied.message) ? refusal() : error;
  }
}
