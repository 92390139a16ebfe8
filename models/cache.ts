/** The bytes of a SHA-256. */
const HASH_BYTES = 32;

/**
 * The bytes kept under a key in the cache, or else those that are made now and kept for next time.
 *
 * The cache only saves time: where a permission is missing or the disk fails, the bytes are made. It
 * never asks for a permission. Each entry begins with the SHA-256 of the rest, so that a damaged one
 * is made anew.
 *
 * @param key What tells the bytes from all others; made of letters, digits, `-` and `.`.
 * @param make Makes the bytes.
 * @param directory Where they are kept, if anywhere.
 */
export async function cached(
  key: string,
  make: () => Uint8Array<ArrayBuffer>,
  directory: string | undefined = cacheDirectory(),
): Promise<Uint8Array<ArrayBuffer>> {
  if (directory === undefined || !mayUse(directory)) return make();
  const path = `${directory}/${key}`;
  const kept = await entryAt(path);
  if (kept) return kept;
  const made = make();
  await keep(made, directory, path);
  return made;
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

function mayUse(directory: string): boolean {
  return isGranted({ name: "read", path: directory }) &&
    isGranted({ name: "write", path: directory });
}

function permittedVariable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
}

/**
 * The directory of the cache: `$STEADYBOX_CACHE`, else `$XDG_CACHE_HOME/steadybox`, else
 * `~/.cache/steadybox`; none if no variable may be read, or none is set.
 *
 * @param variable Reads a variable.
 */
export function cacheDirectory(
  variable: (name: string) => string | undefined = permittedVariable,
): string | undefined {
  const own = variable("STEADYBOX_CACHE");
  const shared = variable("XDG_CACHE_HOME");
  const home = variable("HOME");
  return own || (shared && `${shared}/steadybox`) || (home && `${home}/.cache/steadybox`) ||
    undefined;
}

async function entryAt(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const entry = await Deno.readFile(path);
    const bytes = entry.slice(HASH_BYTES);
    const hash = await hashOf(bytes);
    return hash.every((byte, i) => byte === entry[i]) ? bytes : undefined;
  } catch {
    return undefined; // None yet, or none that can be read: it is made.
  }
}

async function keep(bytes: Uint8Array<ArrayBuffer>, directory: string, path: string) {
  const unfinished = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeFile(unfinished, new Blob([await hashOf(bytes), bytes]).stream());
    await Deno.rename(unfinished, path); // So nobody reads half of it.
  } catch {
    await Deno.remove(unfinished).catch(() => {}); // Without a cache the program runs as well.
  }
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
