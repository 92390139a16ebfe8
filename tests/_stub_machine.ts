/** The tools that every machine has: links to those of the real one. */
const COMMON_TOOLS = "cat cmp cp dirname env gzip ln mkdir mv rm sh sha256sum tail tar".split(" ");

/** Calls that only ask. */
const QUESTIONS = /^(id|uname|ldconfig|apt-cache|dnf -q list|npm prefix|\w+ --?version)\b/;

/** What a machine to set up is like. */
export interface StubMachineOptions {
  /**
   * What is on PATH besides the common tools, and the shell commands that it runs: every call is
   * noted first, `$root` is the machine's directory, and `put NAME…` puts programs of `store` on
   * PATH.
   */
  readonly programs: Readonly<Record<string, string>>;
  /** What can be put on PATH. */
  readonly store?: Readonly<Record<string, string>>;
  /**
   * The directories on PATH: the first one's name, and others by their path.
   *
   * @default {["bin"]}
   */
  readonly path?: readonly [string, ...string[]];
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether the clips are there already.
   *
   * @default {true}
   */
  readonly hasClips?: boolean;
}

/** How a run of `setup.sh` ended. */
export interface SetupRun {
  /** The exit code. */
  readonly code: number;
  /** The lines on standard output. */
  readonly said: readonly string[];
  /** The lines on standard error. */
  readonly complained: readonly string[];
  /** What the programs were asked to do, in order; the machine's directory stands as `ROOT`. */
  readonly calls: readonly string[];
}

/**
 * A directory that looks like a machine to `setup.sh`: the package managers on its PATH note what
 * they are asked for and install nothing real.
 */
export class StubMachine implements AsyncDisposable {
  readonly #root: string;
  readonly #bin: string;
  readonly #env: Record<string, string>;

  private constructor(root: string, { path = ["bin"], env = {} }: StubMachineOptions) {
    const [bin, ...others] = path;
    this.#root = root;
    this.#bin = `${root}/${bin}`;
    this.#env = { PATH: [this.#bin, ...others].join(":"), HOME: root, ...env };
  }

  /** Makes the machine in a temporary directory. */
  static async make(options: StubMachineOptions): Promise<StubMachine> {
    const machine = new StubMachine(await Deno.makeTempDir({ prefix: "setup-" }), options);
    for (const directory of [machine.#bin, `${machine.#root}/store`, `${machine.#root}/checkout`]) {
      await Deno.mkdir(directory);
    }
    for (const tool of COMMON_TOOLS) await linkTool(tool, machine.#bin);
    for (const file of ["setup.sh", "deno.lock"]) {
      await Deno.copyFile(new URL(`../${file}`, import.meta.url), machine.#placeOf(file));
    }
    await machine.#write(machine.#bin, options.programs);
    await machine.#write(`${machine.#root}/store`, options.store ?? {});
    if (options.hasClips ?? true) await machine.#makeClips();
    return machine;
  }

  /** Runs `setup.sh` on it. */
  async setUp(): Promise<SetupRun> {
    const variables = Object.entries(this.#env).map(([name, value]) => `${name}=${value}`);
    const { code, stdout, stderr } = await new Deno.Command("env", {
      args: ["-i", ...variables, "sh", this.#placeOf("setup.sh")],
      cwd: this.#root,
      stdin: "null",
    }).output();
    const calls = await Deno.readFile(`${this.#root}/calls`);
    await Deno.remove(`${this.#root}/calls`);
    return {
      code,
      said: this.#linesOf(stdout),
      complained: this.#linesOf(stderr),
      calls: this.#linesOf(calls).filter((line) => !QUESTIONS.test(line)),
    };
  }

  /** The names in a directory of its checkout; none if it is missing. */
  async namesIn(directory: string): Promise<readonly string[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(this.#placeOf(directory)));
      return entries.map(({ name }) => name).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** Removes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }

  #placeOf(file: string): string {
    return `${this.#root}/checkout/${file}`;
  }

  async #makeClips(): Promise<void> {
    await Deno.mkdir(this.#placeOf(".cache/clips"), { recursive: true });
    for (const name of ["franck", "cap12_edit", "cap13_edit2"]) {
      await Deno.writeTextFile(this.#placeOf(`.cache/clips/${name}.mp4`), "");
    }
  }

  #linesOf(bytes: Uint8Array): string[] {
    const text = new TextDecoder().decode(bytes).replaceAll(this.#root, "ROOT");
    return text.split("\n").filter((line) => line !== "");
  }

  async #write(directory: string, programs: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, commands] of Object.entries(programs)) {
      const script = [
        "#!/bin/sh",
        `root='${this.#root}'`,
        `put() { for name; do ln -sf "$root/store/$name" '${this.#bin}'; done; }`,
        `printf '%s\\n' "${name}\${1:+ $*}" >>"$root/calls"`,
        commands,
      ].join("\n");
      await Deno.writeTextFile(`${directory}/${name}`, `${script}\n`, { mode: 0o755 });
    }
  }
}

async function linkTool(tool: string, bin: string): Promise<void> {
  for (const directory of ["/usr/bin", "/bin"]) {
    try {
      await Deno.stat(`${directory}/${tool}`);
      return await Deno.symlink(`${directory}/${tool}`, `${bin}/${tool}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
