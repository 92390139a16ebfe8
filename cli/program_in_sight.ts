export { main } from "./program.ts";

/**
 * All that the program loads only once it is needed. Here Deno sees it, and reads it before the first
 * line runs: who starts the program from here needs no permission to read it.
 */
export const LOADED: readonly (() => Promise<unknown>)[] = [
  () => import("./run.ts"),
  () => import("./probe.ts"),
  () => import("./models.ts"),
  () => import("./models_evaluate.ts"),
  () => import("./models_inspect.ts"),
  () => import("./models_prune.ts"),
  () => import("./jitter.ts"),
  () => import("./jitter_compare.ts"),
  () => import("./devices.ts"),
  () => import("./_pipeline.ts"),
  () => import("./feeds/feed_list.ts"),
  () => import("./feeds/run_feeds.ts"),
];
