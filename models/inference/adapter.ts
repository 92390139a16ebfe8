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
