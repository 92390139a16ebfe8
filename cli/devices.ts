import { listDevices } from "../models/devices.ts";
import { stdout } from "./_console.ts";
import { EXIT } from "./_exit.ts";
import { table } from "./_table.ts";

/** What `steadybox devices` does. */
export interface DevicesOptions {
  /** The command. */
  readonly command: "devices";
  /** Whether JSON is printed instead of words. */
  readonly json: boolean;
  /** Whether the stack of an error is shown. */
  readonly debug: boolean;
}

/**
 * `steadybox devices`: lists what can run a network, and which of it `auto` takes.
 *
 * @param options What was asked for.
 * @returns The exit code.
 */
export async function devices({ json }: DevicesOptions): Promise<number> {
  const reports = await listDevices();
  if (json) {
    stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
    return EXIT.done;
  }
  const rows = reports.map(({ device, isAvailable, description, isAuto, reason }) => [
    device,
    isAvailable ? "yes" : "no",
    isAuto ? "yes" : "",
    description,
    reason,
  ]);
  const titles = ["Device", "Available", "Auto", "What it is", "Why"];
  stdout.write(table(titles.map((title) => ({ title })), rows));
  const taken = reports.find(({ isAuto }) => isAuto);
  stdout.write(
    taken
      ? `\n--device auto takes ${taken.device}: ${taken.reason}\n`
      : "\n--device auto finds none: see why above\n",
  );
  return EXIT.done;
}
