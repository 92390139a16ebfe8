/**
 * The lint rule that holds the direction of imports between the rooms:
 * `pipeline ◀ stages`, `pipeline ◀ models`; only `cli`, `bench`, `tests` and `mod.ts` see all.
 *
 * @module
 */

/** For each guarded room, the rooms that its files may import from. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  pipeline: ["pipeline"],
  stages: ["stages", "pipeline"],
  models: ["models", "pipeline"],
};

/** The only files that may name the package (or start the program) for their room. */
const ONLY_IN: readonly { readonly what: RegExp; readonly files: readonly string[] }[] = [
  { what: /^onnxruntime-/, files: ["models/inference/worker.ts"] },
];

/** The only file that starts processes. */
const SPAWNER = "stages/ffmpeg/process.ts";

const ROOT = new URL("../", import.meta.url).pathname;

function placeOf(path: string): string {
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
}

function complaintAbout(file: string, specifier: string): string | undefined {
  const place = placeOf(file);
  const room = place.split("/")[0] ?? "";
  const allowed = MAY_IMPORT[room];
  if (specifier.startsWith(".")) {
    const target = placeOf(new URL(specifier, `file://${file}`).pathname).split("/")[0] ?? "";
    if (allowed && !allowed.includes(target) && !place.endsWith("_test.ts")) {
      return `Cannot import from ${target}/ in ${room}/: it may import from ${allowed.join(", ")}`;
    }
    return undefined;
  }
  if (room === "pipeline" && !place.endsWith("_test.ts")) {
    return `Cannot import "${specifier}" in pipeline/: it imports nothing but itself`;
  }
  for (const { what, files } of ONLY_IN) {
    if (what.test(specifier) && allowed && !files.includes(place)) {
      return `Cannot import "${specifier}" in ${place}: only ${files.join(", ")} may`;
    }
  }
  return undefined;
}

const plugin: Deno.lint.Plugin = {
  name: "steadybox",
  rules: {
    layers: {
      create(context) {
        const check = (node: Deno.lint.Node, specifier: unknown) => {
          if (typeof specifier !== "string") return;
          const message = complaintAbout(context.filename, specifier);
          if (message) context.report({ node, message });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source.value),
          ExportAllDeclaration: (node) => check(node, node.source.value),
          ExportNamedDeclaration: (node) => check(node, node.source?.value),
          ImportExpression: (node) =>
            check(node, node.source.type === "Literal" ? node.source.value : undefined),
        };
      },
    },
    "one-spawner": {
      create(context) {
        const place = placeOf(context.filename);
        // The benchmark of speed measures programs from outside.
        if (place === SPAWNER || /^(tests|bench\/speed)\/|_test\.ts$/.test(place)) return {};
        return {
          MemberExpression(node) {
            if (node.object.type !== "Identifier" || node.object.name !== "Deno") return;
            if (node.property.type === "Identifier" && node.property.name === "Command") {
              context.report({ node, message: `Cannot start a process here: only ${SPAWNER} may` });
            }
          },
        };
      },
    },
    "pipeline-without-deno": {
      create(context) {
        if (!placeOf(context.filename).startsWith("pipeline/")) return {};
        if (context.filename.endsWith("_test.ts")) return {};
        return {
          MemberExpression(node) {
            if (node.object.type === "Identifier" && node.object.name === "Deno") {
              context.report({ node, message: "Cannot use Deno.* in pipeline/: it runs anywhere" });
            }
          },
        };
      },
    },
  },
};

export default plugin;
