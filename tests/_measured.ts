import type { MethodResult } from "../bench/jitter/report/report_types.ts";
import { measured, type Measurement, type ProtocolOptions } from "../bench/jitter/protocol.ts";
import type { ObservedClip } from "../bench/jitter/observe/observed_clip.ts";
import { smoothingMethod } from "../bench/jitter/methods/smoothing_methods.ts";

/** Measures clips as the program does, with nothing to tell of it. */
export function measuredFor(
  clips: readonly ObservedClip[],
  methods: readonly string[],
  options: Partial<ProtocolOptions> = {},
): Promise<Measurement> {
  return measured(clips, {
    smoothing: methods.map((name) => smoothingMethod(name)!),
    seed: 1,
    startedAtMs: performance.now(),
    provenance: {
      created: "2026-01-01T00:00:00Z",
      tool: { name: "steadybox", version: "0", deno: "0", ffmpeg: null, onnxruntime: null },
      command: [],
      machine: { os: "", arch: "", processors: 1, memoryBytes: null },
      model: null,
      device: null,
      notes: [],
    },
    ...options,
  });
}

/** The result of a method, by its name. */
export function resultOf({ report }: Measurement, id: string): MethodResult {
  const result = report.methods.find((method) => method.id === id);
  if (!result) throw new Error(`There is no method "${id}"`);
  return result;
}
