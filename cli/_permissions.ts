import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { cacheDirectory } from "../models/cache.ts";
import { DownloadNotPermitted } from "../models/download/download.ts";
import { isModelUrl } from "../models/download/model_url.ts";
import { SteadyboxError } from "../pipeline/errors.ts";
import type { Request } from "./_arguments.ts";
import { causeOf } from "./_exit.ts";
import { type Needs, needsOf, needsOfFeeds, SHOWING } from "./_needs.ts";
import type { RunOptions } from "./_run_options.ts";
import { shownArguments } from "./_shown_arguments.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What downloading a model takes besides. */
interface DownloadNeeds {
  /** The hosts that are asked. */
  readonly hosts: readonly string[];
  /** The directory of the cache. */
  readonly cache: string;
}

/** Whether Deno guards a place, such as a device, by all permissions at once. */
function isGuarded(path: string): boolean {
  return /^\/(dev|proc|sys)(\/|$)/.test(resolve(path));
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

/** A place, relative to the working directory where it lies in it. */
function shortened(path: string): string {
  const near = relative(Deno.cwd(), path);
  return /^\.\.(\/|$)/.test(near) || isAbsolute(near) ? path : near || ".";
}

/** The flag for a list of places. */
function flagFor(name: string, paths: readonly string[]): string[] {
  // Twice is how Deno tells a comma from the end of a path.
  const shown = outermost(paths).map((path) => shortened(path).replaceAll(",", ",,"));
  return shown.length > 0 ? [`--allow-${name}=${shown.join(",")}`] : [];
}

/** The command line by which the program has all that it needs. */
function commandLine(
  { read, write, run, env = [], net = [], isNative }: Needs,
  args: readonly string[],
  download?: DownloadNeeds,
): string {
  const caches = download ? [download.cache] : [];
  const hosts = [...net, ...download?.hosts ?? []];
  const variables = ["ORT_DISABLE_TELEMETRY", "XDG_RUNTIME_DIR", ...env];
  const runtime = manifest.imports["onnxruntime-node"].replace("npm:", "");
  const program = relative(Deno.cwd(), `${ROOT}mod.ts`);
  const command = [
    ...["deno", "run", "--frozen", "--v8-flags=--max-semi-space-size=4"],
    ...flagFor("read", [...read, ...caches]),
    ...flagFor("write", [...write, ...caches]),
    ...hosts.length > 0 ? [`--allow-net=${hosts.join(",")}`] : [],
    ...run.length > 0 ? [`--allow-run=${run.join(",")}`] : [],
    ...isNative ? flagFor("ffi", [`${ROOT}node_modules/.deno/${runtime}`]) : [],
    "--ignore-env",
    `--allow-env=${[...download ? ["STEADYBOX_CACHE"] : [], ...variables].join(",")}`,
    program.startsWith("..") ? `${ROOT}mod.ts` : program,
    ...shownArguments(args),
  ].map(quoted).join(" ");
  return download ? `STEADYBOX_CACHE=${quoted(shortened(download.cache))} ${command}` : command;
}

/** The hosts that a command is known to ask for a model. */
function hostsFor(request: Request): readonly string[] {
  const { model = "" } = "model" in request ? request : {};
  const url = isModelUrl(model) && URL.parse(model);
  return url ? [url.host] : [];
}

/** The permissions for the places that are read and written in. */
function permissionsFor({ read, write, net = [] }: Needs): Deno.PermissionDescriptor[] {
  return [
    ...net.map((host) => ({ name: "net", host }) as const),
    ...outermost(read).map((path) => ({ name: "read", path }) as const),
    ...outermost(write).map((path) => ({ name: "write", path }) as const),
  ];
}

/**
 * Refuses a feed for which a permission is missing, without asking the user: all feeds would stand
 * still until there is an answer.
 *
 * @throws {SteadyboxError} If one is missing.
 */
export async function checkPermitted(options: RunOptions): Promise<void> {
  for (const permission of permissionsFor(needsOf(options)!)) {
    if ((await Deno.permissions.query(permission)).state === "granted") continue;
    const [flag] = "path" in permission ? flagFor(permission.name, [String(permission.path)]) : [];
    throw new SteadyboxError(`Cannot go on without permission: end it and run it with ${flag}`);
  }
}

/** Whether all places may be read and written in; on a terminal, Deno asks the user about each. */
async function arePermitted(needs: Needs): Promise<boolean> {
  const { run } = needs;
  for (const place of permissionsFor(needs)) {
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
  const needs = request.command === "run" && request.sourcesFile !== undefined
    ? await needsOfFeeds(request.sourcesFile, request)
    : needsOf(request);
  const refusal = (hosts = hostsFor(request)) => {
    const cache = cacheDirectory() ?? `${ROOT}.cache/models`;
    const download = hosts.length > 0 ? { hosts, cache } : undefined;
    const command = commandLine(needs ?? SHOWING, Deno.args, download);
    return new SteadyboxError(`Cannot go on without permission: run it as ${command}`);
  };
  if (needs && !await arePermitted(needs)) throw refusal();
  try {
    return await work();
  } catch (error) {
    const undownloaded = causeOf(error, DownloadNotPermitted);
    if (undownloaded) throw refusal(undownloaded.hosts);
    const denied = causeOf(error, Deno.errors.NotCapable);
    throw needs && denied && /--allow-run/.test(denied.message) ? refusal() : error;
  }
}
