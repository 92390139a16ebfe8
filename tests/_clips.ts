const ROOT = new URL("../", import.meta.url);

/**
 * Where clips may lie: the folder of large fixtures, what the set-up took out of npm packages, and
 * where Debian's package opencv-doc has some.
 */
function clipFolders(): URL[] {
  const fixtures = Deno.env.get("STEADYBOX_FIXTURES") ?? "../shared";
  return [
    new URL(`${fixtures.replace(/\/?$/, "/")}clips/`, ROOT),
    new URL(".cache/clips/", ROOT),
    new URL("file:///usr/share/doc/opencv-doc/examples/data/"),
  ];
}

/**
 * Where a clip lies that is too large to be committed.
 *
 * Clips are looked for in `clips/` of the folder that the variable STEADYBOX_FIXTURES names (from
 * the root of the repository; `../shared` unless it is set), then in `.cache/clips/`, then where
 * Debian's opencv-doc puts its own.
 *
 * @param name The name of the file.
 * @returns Its path, or undefined where there is no such clip.
 */
export function clipPath(name: string): string | undefined {
  for (const folder of clipFolders()) {
    const { pathname } = new URL(name, folder);
    try {
      if (Deno.statSync(pathname).isFile) return decodeURIComponent(pathname);
    } catch {
      // It may be in the next folder.
    }
  }
  return undefined;
}
