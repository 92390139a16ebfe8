import type { Layout } from "./layout.ts";
import { YOLO_INPUT } from "./layout.ts";
import { candidateOf, fits, partOf, tensorOf } from "./_outputs.ts";
import { cornerBoxes } from "./_corner_boxes.ts";

/**
 * YOLOv4 and v3 as pytorch-YOLOv4 converts them from Darknet: `boxes`, `[1, anchors, 1, 4]`, two
 * corners each in parts of the input, and `confs`, `[1, anchors, classes]`, confidences with that of
 * an object in them (Tianxiaomo/pytorch-YOLOv4, tool/yolo_layer.py, `yolo_forward_dynamic`).
 *
 * Input (tool/darknet2onnx.py's companion demo_darknet2onnx.py): stretched, red, green and blue from
 * 0 to 1.
 */
export const yolov4: Layout = {
  name: "yolov4",
  title: "YOLOv4 of pytorch-YOLOv4",
  input: { ...YOLO_INPUT, resize: "stretch" },
  defaults: { confidence: 0.4, iou: 0.6, maxDetections: 300 },
  parts: ["boxes", "scores"],
  read(shape) {
    if (shape.outputs.length !== 2 && !shape.parts) return undefined;
    const boxes = partOf(shape, "boxes", /box/i);
    const scores = partOf(shape, "scores", /conf|score/i);
    if (!boxes || !scores || !fits(boxes, [1, undefined, 1, 4])) return undefined;
    if (!fits(scores, [1, boxes.dims[1], undefined])) return undefined;
    const classes = scores.dims[2];
    if (classes === undefined) return undefined;
    return {
      classes,
      decode(outputs, minConfidence, labels) {
        const corners = tensorOf(outputs, boxes.name, [1, undefined, 1, 4]).data;
        const { data } = tensorOf(outputs, scores.name, [1, corners.length / 4, classes]);
        return cornerBoxes(
          { corners, confidences: data, columns: classes, first: 0, size: shape.size },
          minConfidence,
        ).map(({ box, confidence, classId }) => candidateOf(box, confidence, classId, labels));
      },
    };
  },
};
