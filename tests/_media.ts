/**
 * Makes and measures videos with ffmpeg itself, apart from the code under test.
 *
 * @module
 */

/** Runs ffmpeg; fails with what it complains of. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-v", "error", "-nostdin", "-y", ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
}

/** What ffprobe tells of a file, as it prints it. */
export async function ffprobe(path: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ffprobe", {
    args: ["-v", "error", ...args, path],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** The time of each packet of a stream (`v:0`, `a:0`), in order, in seconds as exact fractions. */
export async function packetTimes(path: string, stream = "v:0"): Promise<string[]> {
  const report = JSON.parse(
    await ffprobe(
      path,
      "-select_streams",
      stream,
      "-show_entries",
      "packet=pts:stream=time_base",
      "-of",
      "json",
    ),
  ) as { packets?: { pts: number }[]; streams: { time_base: string }[] };
  const [num = 0, den = 1] = report.streams[0]!.time_base.split("/").map(Number);
  return (report.packets ?? []).map(({ pts }) => pts).sort((a, b) => a - b)
    .map((pts) => fraction(BigInt(pts) * BigInt(num), BigInt(den)));
}

/** A fraction in its lowest terms. */
export function fraction(num: bigint, den: bigint): string {
  let [a, b] = [num < 0n ? -num : num, den];
  while (b) [a, b] = [b, a % b];
  return a ? `${num / a}/${den / a}` : "0/1";
}

/** Some entries of a stream, such as `width,height`, by name. */
export async function streamEntries(
  path: string,
  stream: string,
  entries: string,
): Promise<Record<string, string | number>> {
  const text = await ffprobe(
    path,
    "-select_streams",
    stream,
    "-show_entries",
    `stream=${entries}`,
    "-of",
    "json",
  );
  return (JSON.parse(text) as { streams: Record<string, string>[] }).streams[0] ?? {};
}

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "steadybox-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
