import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

/**
 * Where a file of an npm package lies. Linked into another project, Deno resolves such a name to the
 * package, not to a file: then it is looked up from here, as Node does.
 */
export function packageFile(specifier: string): string {
  const resolved = import.meta.resolve(specifier);
  return resolved.startsWith("npm:") ? pathToFileURL(require.resolve(specifier)).href : resolved;
}
