import { assertEquals } from "@std/assert";
import { cached, cacheDirectory } from "./cache.ts";

const BYTES = new Uint8Array([1, 2, 3, 4]);

async function temporary() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Asks the cache as often as said; how often the bytes were made. */
async function timesMade(rounds: number, directory: string | undefined): Promise<number> {
  let made = 0;
  for (let round = 0; round < rounds; round++) {
    const make = () => {
      made++;
      return BYTES.slice();
    };
    assertEquals(await cached("key", make, directory), BYTES);
  }
  return made;
}

Deno.test("cached() makes the bytes once and leaves one file", async () => {
  await using directory = await temporary();
  const path = `${directory.path}/a/b`;
  assertEquals(await timesMade(3, path), 1);
  assertEquals(Array.from(Deno.readDirSync(path), ({ name }) => name), ["key"]);
});

Deno.test.each([
  { flaw: "cut off", damage: (entry: Uint8Array) => entry.subarray(0, -1) },
  { flaw: "empty", damage: (entry: Uint8Array) => entry.subarray(0, 0) },
  { flaw: "changed", damage: (entry: Uint8Array) => entry.with(33, 77) },
])("cached() makes an entry anew that is $flaw", async ({ damage }) => {
  await using directory = await temporary();
  assertEquals(await timesMade(1, directory.path), 1);
  const path = `${directory.path}/key`;
  const whole = await Deno.readFile(path);
  await Deno.writeFile(path, damage(whole));
  assertEquals(await timesMade(2, directory.path), 1);
  assertEquals(await Deno.readFile(path), whole);
});

Deno.test("cached() does without a cache that cannot be written", async () => {
  await using directory = await temporary();
  const blocked = `${directory.path}/file`;
  await Deno.writeTextFile(blocked, "not a directory");
  assertEquals(await timesMade(2, blocked), 2);
  assertEquals(await timesMade(2, `${directory.path}/\0`), 2);
});

Deno.test({
  name: "cached() does without a cache that it has no permission for, and does not ask",
  permissions: { env: false, read: false, write: false },
  fn: async () => {
    assertEquals(cacheDirectory(), undefined);
    assertEquals(await timesMade(2, "anywhere"), 2);
    assertEquals(await cached("key", () => BYTES), BYTES);
  },
});

Deno.test.each([
  { variables: { STEADYBOX_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" }, place: "/a" },
  { variables: { XDG_CACHE_HOME: "/b", HOME: "/c" }, place: "/b/steadybox" },
  { variables: { STEADYBOX_CACHE: "", HOME: "/c" }, place: "/c/.cache/steadybox" },
  { variables: {}, place: undefined },
])("cacheDirectory() is $place for $variables", ({ variables, place }) => {
  const read = (name: string) => (variables as Record<string, string>)[name];
  assertEquals(cacheDirectory(read), place);
});
