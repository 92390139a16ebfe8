import { assert, assertEquals } from "@std/assert";
import { steadybox } from "../bench/speed/contenders.ts";
import { EXIT } from "../cli/_exit.ts";
import config from "../deno.json" with { type: "json" };
import { listModels } from "../models/registry.ts";

const ROOT = new URL("../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", ROOT));

/** The flags of a command line, each with its value. */
function flagsOf(command: string): Map<string, string> {
  const flags = command.matchAll(/(?<=\s)(--[a-z0-9-]+)(?:=(\S+))?/g);
  return new Map([...flags].map(([, name = "", value = ""]) => [name, value]));
}

/** The cells of the rows of the table that begins with a heading. */
function tableUnder(heading: string): string[][] {
  const [, rows = ""] = README.split(new RegExp(`\\| ${heading} .*\\n.*\\n`));
  return rows.split("\n\n")[0]!.split("\n")
    .map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const [, shown = ""] = /(deno run --frozen[^`]*?)\s+mod\.ts run/.exec(README) ?? [];

Deno.test("README's command has the permissions of the task, but for the cache", () => {
  const task = flagsOf(config.tasks.steadybox.command);
  const readme = flagsOf(shown);
  assertEquals(task.get("--allow-env"), `STEADYBOX_CACHE,${readme.get("--allow-env")}`);
  assertEquals([...readme.keys()], [...task.keys()]);
  assertEquals(readme.get("--allow-run"), task.get("--allow-run"));
  assertEquals(readme.get("--allow-ffi"), task.get("--allow-ffi"));
  assertEquals(readme.get("--v8-flags"), task.get("--v8-flags"));
});

Deno.test("commands are measured, and shown to those who lack permissions, with the flags of the task", async () => {
  const flag = `--v8-flags=${flagsOf(config.tasks.steadybox.command).get("--v8-flags")}`;
  const subject = { model: "blazeface-full", device: "cpu" } as const;
  assert(steadybox(subject).includes(flag));
  const told = await Deno.readTextFile(new URL("cli/_permissions.ts", ROOT));
  assert(told.includes(`"${flag}"`));
});

Deno.test("README explains each permission of its command", () => {
  const flags = tableUnder("flag").map(([flag = ""]) => flag.replaceAll(/`|=.*/g, ""));
  const used = [...flagsOf(shown).keys()].filter((flag) => flag !== "--frozen");
  assertEquals(new Set(flags), new Set(used));
});

Deno.test("no task has more of the native library than the version in use", () => {
  const used = config.imports["onnxruntime-node"].replace("npm:", "");
  const tasks = Object.values(config.tasks).map(({ command }) => flagsOf(command));
  const scopes = tasks.map((flags) => flags.get("--allow-ffi")).filter((scope) => scope);
  assert(scopes.length > 0);
  for (const scope of scopes) assertEquals(scope, `./node_modules/.deno/${used}`);
});

Deno.test("no task takes all permissions", () => {
  for (const { command } of Object.values(config.tasks)) {
    assert(!/(^| )(-A|--allow-all)( |$)/.test(command), command);
  }
});

Deno.test("README lists the exit codes", () => {
  const codes = tableUnder("exit code").map(([code]) => code);
  assertEquals(codes, [...Object.values(EXIT).map(String), "130, 143, 129"]);
});

Deno.test("README lists the models with their inputs", () => {
  assertEquals(
    tableUnder("name").map(([name, , input]) => [name?.replaceAll("`", ""), input]),
    listModels().map(({ name, input: { width, height } }) => [name, `${width}×${height}`]),
  );
});

Deno.test("README lists the packages in use", () => {
  const packages = tableUnder("package").flatMap(([cell = ""]) =>
    cell.split(", ").map((name) => name.replaceAll("`", "").replace("…", "@fontsource"))
  );
  const used = Object.values(config.imports).filter((place) => place.startsWith("npm:"));
  assertEquals(
    packages.toSorted(),
    used.map((place) => place.replace(/^npm:(.+)@.*$/, "$1")).toSorted(),
  );
});

Deno.test("links within README lead somewhere", async () => {
  for (const [, target = ""] of README.matchAll(/\]\((?!https:)([^)#]+)/g)) {
    assert((await Deno.stat(new URL(target, ROOT))).isFile, target);
  }
});

Deno.test("deno.lock names no place that packages come from", async () => {
  const lock = await Deno.readTextFile(new URL("deno.lock", ROOT));
  assertEquals(lock.match(/\w+:\/\/[^"]*/g), null);
});
