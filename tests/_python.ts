/** Whether Python is at hand, with a package of that name if one is given, and may be started. */
export function hasPython(packageName = "sys"): boolean {
  if (Deno.permissions.querySync({ name: "run", command: "python3" }).state !== "granted") {
    return false;
  }
  try {
    const args = ["-c", `import ${packageName}`];
    return new Deno.Command("python3", { args, stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/**
 * Runs a Python program that prints JSON: an independent reader for what the tests wrote.
 *
 * @param program The program.
 * @param args Its arguments, from `sys.argv[1]`.
 * @returns What it printed.
 */
export async function python(program: string, ...args: readonly string[]): Promise<unknown> {
  const command = new Deno.Command("python3", { args: ["-c", program, ...args] });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`Cannot read: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
