const SWITCH = "ORT_DISABLE_TELEMETRY";

/**
 * Tells the native runtime not to report home: since 1.30 it does by itself, and leaves files of
 * what it would send in the temporary folder. It looks at the variable when it is loaded.
 *
 * @returns What a user must be told if that is not permitted.
 */
export function switchOffTelemetry(): string | undefined {
  try {
    Deno.env.set(SWITCH, "1");
    if (Deno.env.get(SWITCH) === "1") return undefined; // Where it is ignored, nothing is set.
  } catch {
    // It takes a permission.
  }
  return `The native runtime may collect usage data: permit --allow-env=${SWITCH} to switch that off`;
}
