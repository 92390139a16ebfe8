import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** A program that looks at a feed, and says "frame" for each frame. */
const PROGRAM = `
  import { receive } from ${JSON.stringify(new URL("stages/receive.ts", ROOT).href)};
  for await (using _ of receive(Deno.args[0])) console.log("frame");
`;

/** The processes that a process has started. */
const CHILDREN = 'cat /proc/"$1"/task/*/children';

/** Waits until none of the processes is there, for half a minute at most; prints those that are. */
const SURVIVORS = `
for _ in $(seq 150); do
  left=
  for pid; do if kill -0 "$pid" 2>/dev/null; then left="$left $pid"; fi; done
  [ -n "$left" ] || exit 0
  sleep 0.2
done
echo "$left"`;

async function sh(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", ...args] }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** The processes that a process has started. */
export async function childrenOf(pid: number): Promise<string[]> {
  return (await sh(CHILDREN, String(pid))).split(/\s+/).filter(Boolean);
}

/** Fails if one of the processes is still there half a minute later. */
export async function assertGone(pids: readonly string[]): Promise<void> {
  assertEquals(await sh(SURVIVORS, ...pids), "");
}

/**
 * Starts a program that looks at a feed, kills it outright once something has happened, and fails if
 * what it started is still there half a minute later.
 *
 * @param happening What to wait for; it is given what the program says, and its number.
 */
export async function killedWhile(
  url: string,
  happening: (said: ReadableStream<string>, pid: number) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command("deno", {
    args: ["eval", "--quiet", `--config=${ROOT.pathname}deno.json`, PROGRAM, url],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const said = child.stdout.pipeThrough(new TextDecoderStream());
  await happening(said, child.pid);
  const children = await childrenOf(child.pid);
  child.kill("SIGKILL");
  await child.status;
  if (!said.locked) await said.cancel();
  assert(children.length > 0, "the program had started nothing");
  await assertGone(children);
}
