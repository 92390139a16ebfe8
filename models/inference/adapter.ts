/** A GPU, and whether it is one. */
export interface Adapter {
  readonly adapter: GPUAdapter;
  /** Its name, as far as the driver tells. */
  readonly description: string;
  /** Whether a processor only pretends to be a GPU. */
  readonly isSoftware: boolean;
}

/** What software drivers call themselves: Mesa's, Google's and Microsoft's. */
const SOFTWARE_NAMES = /llvmpipe|lavapipe|softpipe|swiftshader|basic render|\bwarp\b/i;

/**
 * Without a desktop the variable is missing, and Mesa says so on standard error each time that it
 * is loaded, although nothing here needs it.
 */
function keepMesaQuiet(): void {
  try {
    if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/");
  } catch {
    // It takes a permission; a line too many does no harm.
  }
}

/** What a GPU is on Linux: a device of the kernel's, of the maker's driver, of Windows beneath. */
const DEVICE_FILES = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/kgsl-3d0", "/dev/mali0"];

/**
 * Whether there could be a hardware GPU. To ask the system for one loads its drivers, the software
 * ones too, which take 60 MB as long as the program runs; where it is allowed, a look at the device
 * files spares them.
 */
export function couldHaveGpu(): boolean {
  if (Deno.build.os !== "linux") return true;
  return DEVICE_FILES.some((path) => {
    // To look without having asked could stop the program with a question to the user.
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return true;
    try {
      Deno.statSync(path);
      return true;
    } catch (error) {
      return !(error instanceof Deno.errors.NotFound);
    }
  });
}

/**
 * Asks the system for its fastest GPU.
 *
 * @returns The GPU, or nothing if there is none.
 */
export async function findAdapter(): Promise<Adapter | undefined> {
  keepMesaQuiet();
  // A program built without WebGPU has no `navigator.gpu`.
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return undefined;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const words = [description || device || vendor || "unnamed GPU", architecture];
  const name = words.filter((word) => word).join(", ");
  return { adapter, description: name, isSoftware: isFallbackAdapter || SOFTWARE_NAMES.test(name) };
}
