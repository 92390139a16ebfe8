import type { Layout } from "./layout.ts";
import { detr, rfDetr } from "./detr.ts";
import { rtDetr } from "./rt_detr.ts";
import { rtDetrUltralytics } from "./rt_detr_ultralytics.ts";
import { rtmdet } from "./rtmdet.ts";
import { scrfd } from "./scrfd.ts";
import { ssdScores } from "./ssd_scores.ts";
import { tensorflowDetection } from "./tensorflow_detection.ts";
import { yolov3Grids, yolov4Grids, yolov5Grids, yolov7Grids } from "./yolo_grids.ts";
import { yolov4 } from "./yolov4.ts";
import { yolov5 } from "./yolov5.ts";
import { yolov7EndToEnd } from "./yolov7_end_to_end.ts";
import { yolov8 } from "./yolov8.ts";
import { yolov10 } from "./yolov10.ts";
import { yolov6, yolox } from "./yolox.ts";
import { yunet } from "./yunet.ts";

/**
 * The ways in which networks tell what they found, in the order in which a network is compared with
 * them: those with names or sizes of their own before those that much could be.
 */
export const LAYOUTS: readonly Layout[] = [
  yunet,
  scrfd,
  tensorflowDetection,
  rtDetr,
  rtmdet,
  detr,
  rfDetr,
  yolov4,
  ssdScores,
  yolov5Grids,
  yolov7Grids,
  yolov3Grids,
  yolov4Grids,
  yolov7EndToEnd,
  yolov6,
  yolox,
  yolov8,
  yolov10,
  rtDetrUltralytics,
  yolov5,
];

/** The names of all layouts, for cards. */
export const LAYOUT_NAMES: readonly string[] = LAYOUTS.map(({ name }) => name);
