import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { EXIT } from "./_exit.ts";
import { commandNames } from "./_parse.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What Deno prints, as a program without a terminal gets it. */
async function deno(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["--quiet", ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the program from its quick start. */
function main(args: readonly string[], ...permissions: readonly string[]) {
  return deno("run", "--no-prompt", ...permissions, `${ROOT}cli/main.ts`, ...args);
}

/** What is known of a module. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
}

Deno.test("main.ts loads hardly anything before it knows what is asked", async () => {
  const { stdout } = await deno("info", "--json", `${ROOT}cli/main.ts`);
  const { roots, modules } = JSON.parse(stdout) as { roots: string[]; modules: Module[] };
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set(roots);
  for (const specifier of loaded) {
    for (const { code } of known.get(specifier)?.dependencies ?? []) {
      if (code?.specifier) loaded.add(code.specifier);
    }
  }
  assert(loaded.size > 1 && loaded.size <= 12, `${loaded.size} modules`);
  assertEquals([...loaded].filter((specifier) => !specifier.startsWith("file:")), []);
});

Deno.test("main.ts gives version and help without any permission", async () => {
  assertEquals(await main(["--version"]), {
    code: 0,
    stdout: `${manifest.version}\n`,
    stderr: "",
  });
  const { stdout } = await main([]);
  for (const args of [["--help"], ["-h"], ["help"]]) {
    assertEquals(await main(args), { code: 0, stdout, stderr: "" });
  }
  for (const name of commandNames().filter((name) => !name.includes(" "))) {
    assertStringIncludes(stdout, `\n  ${name} `);
  }
});

Deno.test(
  "main.ts says in one line that help could not be written, and nothing to who has enough",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    const program = `"${Deno.execPath()}" run --quiet --no-prompt "${ROOT}cli/main.ts"`;
    const scripts = [`${program} --help >/dev/full`, `{ ${program} --help; echo $? >&2; } | true`];
    const ends = await Promise.all(scripts.map(async (script) => {
      const { code, stderr } = await new Deno.Command("sh", { args: ["-c", script] }).output();
      return [code, new TextDecoder().decode(stderr)];
    }));
    assertEquals(ends, [
      [EXIT.output, 'steadybox: Cannot write "standard output": no space is left on the device\n'],
      [0, `${EXIT.done}\n`],
    ]);
  },
);

Deno.test("main.ts gives the same help at once and after it has read all arguments", async () => {
  const quick = await main(["models", "prune", "--help"]);
  const full = await main(["models", "prune", "net.cfg", "--help"], `--allow-read=${ROOT}`);
  assertEquals(quick, full);
  assertStringIncludes(quick.stdout, "--ratio NUMBER");
});

Deno.test("main.ts runs a command where it may read itself, and else says what is missing", async () => {
  const done = await main(["models", "--json"], `--allow-read=${ROOT}`);
  assertEquals([done.code, done.stderr], [0, ""]);
  assertStringIncludes(done.stdout, "blazeface-full");
  const { code, stdout, stderr } = await main(["models"]);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "--allow-read");
  assertEquals(stderr.trim().split("\n").length, 1);
  const wrong = await main(["rum"], `--allow-read=${ROOT}`);
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
});

Deno.test("mod.ts can load all that the program does without the permission to read it", async () => {
  const wanted = new Set<string>();
  for (const { name } of Deno.readDirSync(`${ROOT}cli`)) {
    if (!/^(?!main).*(?<!_test)\.ts$/.test(name)) continue;
    const code = await Deno.readTextFile(`${ROOT}cli/${name}`);
    for (const [, file] of code.matchAll(/\bload(?:<.*?>)?\(\s*"\.\/(.+?)"/gs)) wanted.add(file!);
  }
  assert(wanted.has("run.ts") && wanted.size > 5, [...wanted].join());
  const { stdout } = await deno("info", "--json", `${ROOT}mod.ts`);
  const { modules } = JSON.parse(stdout) as { modules: Module[] };
  const seen = new Set(modules.map(({ specifier }) => specifier));
  const missing = [...wanted].filter((file) => !seen.has(new URL(file, import.meta.url).href));
  assertEquals(missing, [], "add them to cli/program_in_sight.ts");
  const may = `--allow-read=${ROOT}node_modules,${ROOT}models`;
  const { code, stderr } = await deno("run", "--no-prompt", may, `${ROOT}mod.ts`, "models");
  assertEquals([code, stderr], [0, ""]);
});
