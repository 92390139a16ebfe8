/**
 * Where Python is looked for. A package of the system's own Python, as apt installs it, is not seen by
 * another one that comes first in the path.
 */
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** The Python that has a package, and may be started. */
function interpreterWith(packageName: string): string | undefined {
  return INTERPRETERS.find((command) => {
    if (Deno.permissions.querySync({ name: "run", command }).state !== "granted") return false;
    try {
      const args = ["-c", `import ${packageName}`];
      return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  });
}

/** Whether Python is at hand, with a package of that name if one is given, and may be started. */
export function hasPython(packageName = "sys"): boolean {
  return interpreterWith(packageName) !== undefined;
}

/**
 * Runs a Python program that prints JSON: an independent reader for what the tests wrote.
 *
 * @param packageName The package that it needs; `sys` if it needs none.
 * @param program The program.
 * @param args Its arguments, from `sys.argv[1]`.
 * @returns What it printed.
 */
export async function python(
  packageName: string,
  program: string,
  ...args: readonly string[]
): Promise<unknown> {
  const interpreter = interpreterWith(packageName);
  if (interpreter === undefined) throw new Error(`Cannot find a Python with ${packageName}`);
  const command = new Deno.Command(interpreter, { args: ["-c", program, ...args] });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`Cannot read: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
