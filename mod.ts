/**
 * steadybox turns moving pictures into detections whose boxes hold still.
 *
 * A pipeline is a chain of web streams: a source of frames, stages that each add what they know, and
 * one sink. Any `TransformStream` of yours fits between two of ours.
 *
 * @example Find the faces in a video and draw them
 * ```ts
 * import * as steadybox from "@steadybox/steadybox";
 *
 * const { detector, network } = await steadybox.loadModel("blazeface-full");
 * await using session = await steadybox.openSession(network);
 * const folder = await Deno.makeTempDir();
 *
 * await steadybox.decode("tests/fixtures/clips/talking_face.mp4", { durationS: 1 })
 *   .pipeThrough(steadybox.letterbox(detector.input))
 *   .pipeThrough(steadybox.infer(session))
 *   .pipeThrough(steadybox.decodeBoxes(detector))
 *   .pipeThrough(steadybox.blend())
 *   .pipeThrough(steadybox.writeJsonLines(`${folder}/faces.jsonl`))
 *   .pipeThrough(steadybox.annotate())
 *   .pipeTo(steadybox.encode(`${folder}/faces.mp4`));
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */

export type { ModelCard, ModelOrigin } from "./models/card.ts";
export type { CfgOption, CfgSection } from "./models/darknet/cfg.ts";
export type * from "./models/darknet/layer.ts";
export {
  type BatchNormWeights,
  type ConvWeights,
  countsOf,
  type DarknetArchitecture,
  type DarknetCounts,
  type DarknetNetwork,
  readArchitecture,
} from "./models/darknet/network.ts";
export { onnxFromDarknet, type OnnxFromDarknetOptions } from "./models/darknet/to_onnx.ts";
export * from "./models/devices.ts";
export {
  DownloadNotPermitted,
  type DownloadOptions,
  type DownloadProgress,
} from "./models/download/download.ts";
export * from "./models/exporters/darknet.ts";
export * from "./models/importers/darknet.ts";
export type { NetworkDescription } from "./models/layouts/description.ts";
export type { Anchors } from "./models/layouts/layout.ts";
export * from "./models/model.ts";
export { prune, type Pruned, type PrunedLayer, type PruneOptions } from "./models/prune.ts";
export * from "./models/prune_onnx.ts";
export * from "./models/pruning/inspect_gammas.ts";
export * from "./models/registry.ts";
export * from "./models/session.ts";
export * from "./models/shared_session.ts";
export * from "./models/slim_yolov3.ts";
export type { UserCard } from "./models/user_card.ts";
export * from "./models/yolo.ts";
export * from "./pipeline/box.ts";
export * from "./pipeline/colour.ts";
export * from "./pipeline/detection.ts";
export * from "./pipeline/detector.ts";
export * from "./pipeline/discard.ts";
export * from "./pipeline/errors.ts";
export * from "./pipeline/fit.ts";
export * from "./pipeline/frame.ts";
export * from "./pipeline/frame_pool.ts";
export * from "./pipeline/inference_session.ts";
export * from "./pipeline/input_pool.ts";
export * from "./pipeline/items.ts";
export * from "./pipeline/meter.ts";
export * from "./pipeline/picture.ts";
export * from "./pipeline/planes.ts";
export * from "./pipeline/sieve.ts";
export * from "./pipeline/similarity.ts";
export * from "./pipeline/sink.ts";
export * from "./pipeline/source.ts";
export * from "./pipeline/stage.ts";
export * from "./pipeline/tensor.ts";
export * from "./pipeline/time_base.ts";
export * from "./pipeline/track.ts";
export * from "./stages/annotate.ts";
export * from "./stages/blend.ts";
export * from "./stages/blend_over_time.ts";
export * from "./stages/box_choice.ts";
export * from "./stages/broadcast.ts";
export * from "./stages/decode.ts";
export * from "./stages/decode_boxes.ts";
export * from "./stages/decode_pictures.ts";
export * from "./stages/drop_late.ts";
export * from "./stages/encode.ts";
export * from "./stages/encode_pictures.ts";
export * from "./stages/infer.ts";
export * from "./stages/letterbox.ts";
export type { FeedFigures } from "./stages/live_view/feed_figures.ts";
export {
  type FeedCounts,
  FeedWatch,
  type FeedWatchOptions,
} from "./stages/live_view/feed_watch.ts";
export { type Health, HEALTH_RULES } from "./stages/live_view/health.ts";
export { LivePage, type LivePageOptions } from "./stages/live_view/live_page.ts";
export type { Address } from "./stages/live_view/listen.ts";
export * from "./stages/merge_slices.ts";
export * from "./stages/probe.ts";
export * from "./stages/publish_events.ts";
export * from "./stages/receive.ts";
export * from "./stages/record.ts";
export * from "./stages/select.ts";
export * from "./stages/slice.ts";
export type { Length, Region } from "./stages/slicing/region.ts";
export * from "./stages/smooth.ts";
export * from "./stages/smooth_offline.ts";
export * from "./stages/suppress.ts";
export * from "./stages/text_target.ts";
export * from "./stages/track.ts";
export * from "./stages/write_coco.ts";
export * from "./stages/write_csv.ts";
export * from "./stages/write_json_lines.ts";
export * from "./stages/write_mot.ts";

if (import.meta.main) {
  const { main } = await import("./cli/program_in_sight.ts");
  await main(Deno.args);
}
