import manifest from "../../deno.json" with { type: "json" };
import { runFfprobe } from "../../stages/ffmpeg/process.ts";
import type { ReportMachine, ReportTool } from "./report/report_types.ts";

/**
 * The versions of the programs that measure.
 *
 * @param options Whether a video was read, by a network.
 * @returns The versions.
 * @throws {SteadyboxError} If ffmpeg is asked for and missing.
 */
export async function toolVersions(
  { isVideo }: { readonly isVideo: boolean },
): Promise<ReportTool> {
  return {
    name: "steadybox",
    version: manifest.version,
    deno: Deno.version.deno,
    ffmpeg: isVideo ? await ffmpegVersion() : null,
    onnxruntime: isVideo
      ? manifest.imports["onnxruntime-node"].replace("npm:onnxruntime-node@", "")
      : null,
  };
}

async function ffmpegVersion(): Promise<string> {
  const { report } = await runFfprobe([]);
  const { program_version } = report as {
    readonly program_version?: { readonly version?: string };
  };
  return program_version?.version ?? "unknown";
}

/**
 * What is known of the computer without being told more than every program may know; its memory only with
 * `--allow-sys=systemMemoryInfo`.
 *
 * @returns The computer.
 */
export async function machine(): Promise<ReportMachine> {
  const permission = await Deno.permissions.query({ name: "sys", kind: "systemMemoryInfo" });
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    processors: navigator.hardwareConcurrency,
    memoryBytes: permission.state === "granted" ? Deno.systemMemoryInfo().total : null,
  };
}
