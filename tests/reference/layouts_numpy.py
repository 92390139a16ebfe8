"""Outputs of made-up detectors, one for each layout, and the objects in them.

The objects are worked out by numpy from the formulas that the projects publish, without a line of
steadybox: where each formula stands is told beside it. Writes tests/fixtures/layouts/cases.json.

Run with Debian's python3-numpy: /usr/bin/python3 tests/reference/layouts_numpy.py
"""

import json
import os

import numpy as np

WIDTH, HEIGHT = 96, 64
STRIDES = [8, 16, 32]
CELLS = [(HEIGHT // s, WIDTH // s) for s in STRIDES]
CLASSES = 3
MIN = 0.4
OUT = os.path.join(os.path.dirname(__file__), "../fixtures/layouts/cases.json")

ANCHORS = np.array(
    [[10, 13], [16, 30], [33, 23], [30, 61], [62, 45], [59, 119], [116, 90], [156, 198], [373, 326]]
).reshape(3, 3, 2)
TINY = np.array([[10, 14], [23, 27], [37, 58], [81, 82], [135, 169], [344, 319]]).reshape(2, 3, 2)
V4 = np.array(
    [[12, 16], [19, 36], [40, 28], [36, 75], [76, 55], [72, 146], [142, 110], [192, 243], [459, 401]]
).reshape(3, 3, 2)

rng = np.random.default_rng(20260)
cases = []


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rounded(x, digits=4):
    """Numbers as they stand in the file, so that both sides start from the same."""
    return np.asarray(np.round(np.asarray(x, dtype=np.float64), digits), dtype=np.float32).astype(np.float64)


def logits(*shape):
    """Mostly unlikely, a few likely."""
    return rounded(np.where(rng.random(shape) < 0.08, rng.normal(2, 1, shape), rng.normal(-5, 1, shape)))


def object_of(box, confidence, class_id, points=None):
    one = {"box": [float(v) for v in box], "confidence": float(confidence), "classId": int(class_id)}
    if points is not None:
        one["points"] = [[float(x), float(y)] for x, y in points]
    return one


def xyxy(cx, cy, w, h):
    return [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2]


def output(name, values, type_="float"):
    values = np.asarray(values)
    return {"name": name, "dims": list(values.shape), "type": type_,
            "data": [round(float(v), 6) for v in values.ravel()]}


def case(layout, outputs, objects, classes, **more):
    assert len(objects) > 0, layout
    cases.append({"layout": layout, "size": [WIDTH, HEIGHT], "classes": classes, "minConfidence": MIN,
                  "outputs": outputs, "objects": objects, **more})


def pick(confidences, margin=1e-4):
    """Which are sure enough; none may be so near the limit that rounding decides."""
    assert np.abs(confidences - MIN).min() > margin
    return np.argwhere(confidences >= MIN)


# Raw YOLOv3 heads: "YOLOv3: An Incremental Improvement", section 2.1; with scale_x_y as in YOLOv4.
def grids(layout, anchors, strides, scales, shuffle, **more):
    outputs, objects = [], []
    for head, stride in enumerate(strides):
        rows, columns = HEIGHT // stride, WIDTH // stride
        raw = logits(1, 3, 5 + CLASSES, rows, columns)
        raw[:, :, 0:4] = rounded(rng.normal(0, 0.7, raw[:, :, 0:4].shape))
        raw[:, :, 4] += np.where(raw[:, :, 4] > 0, 1.5, 0)
        raw[:, :, 5:] = rounded(rng.normal(0, 2.5, raw[:, :, 5:].shape))
        raw = rounded(raw)
        scores = sigmoid(raw[0, :, 4:5]) * sigmoid(raw[0, :, 5:])
        best = scores.max(axis=1)
        for a, r, c in pick(best):
            tx, ty, tw, th = raw[0, a, 0:4, r, c]
            scale = scales[head]
            bx = (sigmoid(tx) * scale - (scale - 1) / 2 + c) * stride
            by = (sigmoid(ty) * scale - (scale - 1) / 2 + r) * stride
            bw, bh = anchors[head][a] * np.exp([tw, th])
            objects.append(object_of(xyxy(bx, by, bw, bh), best[a, r, c], scores[a, :, r, c].argmax()))
        outputs.append(output(f"head_{stride}", raw.reshape(1, -1, rows, columns)))
    if shuffle:
        outputs.reverse()
    case(layout, outputs, objects, CLASSES, **more)


grids("yolov3-grids", ANCHORS, STRIDES, [1, 1, 1], True)
grids("yolov3-grids", TINY, [16, 32], [1, 1], True)
grids("yolov4-grids", V4, STRIDES, [1.2, 1.1, 1.05], False, card={"layout": "yolov4-grids"})


# Raw YOLOv5 heads: ultralytics/yolov5 v7.0, models/yolo.py, Detect.forward.
def deep_grids(layout, anchors, **more):
    outputs, objects = [], []
    for head, stride in enumerate(STRIDES):
        rows, columns = HEIGHT // stride, WIDTH // stride
        raw = rounded(rng.normal(0, 1.2, (1, 3, rows, columns, 5 + CLASSES)))
        raw[..., 4] = logits(1, 3, rows, columns)
        y = sigmoid(raw)
        best = (y[..., 4:5] * y[..., 5:]).max(-1)[0]
        for a, r, c in pick(best):
            v = y[0, a, r, c]
            cx, cy = (v[0] * 2 - 0.5 + c) * stride, (v[1] * 2 - 0.5 + r) * stride
            w, h = (v[2:4] * 2) ** 2 * anchors[head][a]
            objects.append(object_of(xyxy(cx, cy, w, h), best[a, r, c], v[5:].argmax()))
        outputs.append(output(f"p{stride}", raw))
    case(layout, outputs, objects, CLASSES, **more)


deep_grids("yolov5-grids", ANCHORS)


def pixel_boxes(n):
    return rounded(np.stack([rng.uniform(0, WIDTH, n), rng.uniform(0, HEIGHT, n),
                             rng.uniform(2, 60, n), rng.uniform(2, 60, n)], axis=1))


# YOLOv5: utils/general.py, non_max_suppression: conf = obj_conf * cls_conf, xywh2xyxy.
n = 3 * sum(r * c for r, c in CELLS)
rows = np.concatenate([pixel_boxes(n), rounded(sigmoid(logits(n, 1))), rounded(rng.random((n, CLASSES)))], axis=1)
conf = rows[:, 4:5] * rows[:, 5:]
objects = [object_of(xyxy(*rows[i, :4]), conf[i].max(), conf[i].argmax()) for (i,) in pick(conf.max(1))]
case("yolov5", [output("output0", rows[None])], objects, CLASSES)

# YOLOv8: ultralytics 8.3, nn/modules/head.py: cat((dbox, cls.sigmoid()), 1); ops.py, xywh2xyxy.
n = sum(r * c for r, c in CELLS)
rows = np.concatenate([pixel_boxes(n), rounded(sigmoid(logits(n, CLASSES)))], axis=1)
best = rows[:, 4:].max(1)
objects = [object_of(xyxy(*rows[i, :4]), best[i], rows[i, 4:].argmax()) for (i,) in pick(best)]
case("yolov8", [output("output0", rows.T[None])], objects, CLASSES)
case("yolov8", [output("output0", rows[None])], objects, CLASSES,
     metadata={"names": "{0: 'a', 1: 'b', 2: 'c'}"})
# The same with masks, whose 32 numbers a box come behind the classes.
masks = rounded(rng.random((32, n)))
case("yolov8",
     [output("output0", np.concatenate([rows.T, masks])[None]), output("output1", np.zeros((1, 1, 2, 2)))],
     objects, CLASSES, metadata={"names": "{0: 'a', 1: 'b', 2: 'c'}", "task": "segment"})

# YOLOX: yolox/utils/demo_utils.py, demo_postprocess.
raw = np.concatenate([rounded(rng.normal(0, 0.7, (n, 4))), rounded(sigmoid(logits(n, 1))), rounded(rng.random((n, CLASSES)))], axis=1)
xv = np.concatenate([np.tile(np.arange(c), r) for r, c in CELLS])
yv = np.concatenate([np.repeat(np.arange(r), c) for r, c in CELLS])
st = np.concatenate([np.full(r * c, s) for (r, c), s in zip(CELLS, STRIDES)])
cx, cy = (raw[:, 0] + xv) * st, (raw[:, 1] + yv) * st
w, h = np.exp(raw[:, 2]) * st, np.exp(raw[:, 3]) * st
conf = raw[:, 4:5] * raw[:, 5:]
objects = [object_of(xyxy(cx[i], cy[i], w[i], h[i]), conf[i].max(), conf[i].argmax()) for (i,) in pick(conf.max(1))]
case("yolox", [output("output", raw[None])], objects, CLASSES)
decoded = np.concatenate([rounded(np.stack([cx, cy, w, h], axis=1)), raw[:, 4:]], axis=1)
case("yolox", [output("output", decoded[None])], objects, CLASSES)
# YOLOv6: yolov6/models/effidehead.py, Detect.forward: the same in pixels.
case("yolov6", [output("outputs", decoded[None])], objects, CLASSES)


def corner_boxes(k, width=WIDTH, height=HEIGHT):
    a = rng.uniform(0, 0.6, (k, 2))
    b = a + rng.uniform(0.05, 0.4, (k, 2))
    return rounded(np.concatenate([a, b], axis=1) * [width, height, width, height])


# YOLOv10: [x1, y1, x2, y2, score, class] a row, best first, the rest 0.
k = 30
scores = np.sort(rounded(rng.random(k)))[::-1]
boxes, ids = corner_boxes(k), rng.integers(0, 80, k)
rows = np.zeros((1, 300, 6))
rows[0, :k] = np.concatenate([boxes, scores[:, None], ids[:, None]], axis=1)
objects = [object_of(boxes[i], scores[i], ids[i]) for (i,) in pick(scores)]
case("yolov10", [output("output0", rows)], objects, None)

# YOLOv7 end2end for onnxruntime: [batch, x0, y0, x1, y1, class, score].
rows = np.concatenate([np.zeros((k, 1)), boxes, ids[:, None], scores[:, None]], axis=1)
case("yolov7-end-to-end", [output("output", rows)], objects, None)

# RT-DETR and D-FINE: labels, boxes (in pixels of orig_target_sizes), scores.
case("rt-detr",
     [output("labels", ids[None], "int64"), output("boxes", boxes[None]), output("scores", scores[None])],
     objects, None, sizeInput=True)

# MMDeploy: dets [1, n, 5], labels [1, n]; padding has a score of 0.
dets = np.concatenate([np.concatenate([boxes, scores[:, None]], axis=1), np.zeros((2, 5))])[None]
case("rtmdet", [output("dets", dets), output("labels", np.concatenate([ids, [-1, -1]])[None], "int64")], objects, None)

# TensorFlow: normalised ymin, xmin, ymax, xmax; classes from 1; rows behind num_detections do not count.
norm = rounded(corner_boxes(k, 1, 1))
used = int((scores >= 0.6).sum())
objects = [object_of([norm[i, 1] * WIDTH, norm[i, 0] * HEIGHT, norm[i, 3] * WIDTH, norm[i, 2] * HEIGHT], scores[i], ids[i])
           for i in range(used)]
case("tensorflow-detection",
     [output("detection_boxes:0", norm[None]), output("detection_scores:0", scores[None]),
      output("detection_classes:0", (ids + 1)[None]), output("num_detections:0", [used])],
     objects, None, inputType="uint8", order="nhwc")

# DETR family: sigmoid(logits), normalised cxcywh.
q, classes = 40, 5
raw = logits(q, classes)
mid = rounded(np.concatenate([rng.uniform(0.2, 0.8, (q, 2)), rng.uniform(0.02, 0.3, (q, 2))], axis=1))
prob = sigmoid(raw)


def detr_objects(prob):
    return [object_of(xyxy(mid[i, 0] * WIDTH, mid[i, 1] * HEIGHT, mid[i, 2] * WIDTH, mid[i, 3] * HEIGHT),
                      prob[i].max(), prob[i].argmax()) for (i,) in pick(prob.max(1))]


case("detr", [output("logits", raw[None]), output("pred_boxes", mid[None])], detr_objects(prob), classes)
case("rf-detr", [output("dets", mid[None]), output("labels", raw[None])], detr_objects(prob[:, :-1]), classes - 1)
rows = np.zeros((1, 300, 4 + classes))
rows[0, :q] = np.concatenate([mid, rounded(prob)], axis=1)
case("rt-detr-ultralytics", [output("output0", rows)],
     [object_of(xyxy(*(mid[i] * [WIDTH, HEIGHT, WIDTH, HEIGHT])), rounded(prob)[i].max(), prob[i].argmax())
      for (i,) in pick(rounded(prob).max(1))], classes)

# pytorch-YOLOv4: boxes [1, n, 1, 4] normalised corners, confs [1, n, classes].
n = 200
norm = corner_boxes(n, 1, 1)
confs = rounded(sigmoid(logits(n, CLASSES)))
objects = [object_of(norm[i] * [WIDTH, HEIGHT, WIDTH, HEIGHT], confs[i].max(), confs[i].argmax()) for (i,) in pick(confs.max(1))]
case("yolov4", [output("boxes", norm[None, :, None]), output("confs", confs[None])], objects, CLASSES)

# pytorch-ssd: softmax with the background first, normalised corners.
raw = logits(n, 1 + CLASSES)
soft = np.exp(raw) / np.exp(raw).sum(1, keepdims=True)
soft = rounded(soft)
objects = [object_of(norm[i] * [WIDTH, HEIGHT, WIDTH, HEIGHT], soft[i, 1:].max(), soft[i, 1:].argmax()) for (i,) in pick(soft[:, 1:].max(1))]
case("ssd-scores", [output("scores", soft[None]), output("boxes", norm[None])], objects, CLASSES)

# YuNet: OpenCV 4.8, face_detect.cpp, postProcess. Values beyond 0 and 1 are held there.
outputs, objects = [], []
for stride, (r, c) in zip(STRIDES, CELLS):
    cls = rounded(sigmoid(logits(r * c)) * 1.2)
    obj = rounded(np.where(cls > 0.4, rng.uniform(0.5, 1.1, r * c), rng.uniform(-0.1, 0.3, r * c)))
    bbox, kps = rounded(rng.normal(0, 0.8, (r * c, 4))), rounded(rng.normal(0, 1.5, (r * c, 10)))
    score = np.sqrt(np.clip(cls, 0, 1) * np.clip(obj, 0, 1))
    for (i,) in pick(score):
        row, col = divmod(i, c)
        cx, cy = (col + bbox[i, 0]) * stride, (row + bbox[i, 1]) * stride
        w, h = np.exp(bbox[i, 2:]) * stride
        points = (kps[i].reshape(5, 2) + [col, row]) * stride
        objects.append(object_of(xyxy(cx, cy, w, h), score[i], 0, points))
    outputs += [output(f"cls_{stride}", cls[None, :, None]), output(f"obj_{stride}", obj[None, :, None]),
                output(f"bbox_{stride}", bbox[None]), output(f"kps_{stride}", kps[None])]
outputs.sort(key=lambda one: ["cls", "obj", "bbox", "kps"].index(one["name"].split("_")[0]))
case("yunet", outputs, objects, 1)


# SCRFD: insightface, scrfd.py, forward, distance2bbox and distance2kps.
def scrfd(strides, per_cell, with_points, batched):
    groups, objects = [[], [], []], []
    for stride in strides:
        r, c = -(-HEIGHT // stride), -(-WIDTH // stride)
        n = r * c * per_cell
        score = rounded(sigmoid(logits(n)))
        dist, kps = rounded(rng.uniform(0.2, 3, (n, 4))), rounded(rng.normal(0, 1.5, (n, 10)))
        for (i,) in pick(score):
            row, col = divmod(i // per_cell, c)
            x, y = col * stride, row * stride
            d = dist[i] * stride
            points = kps[i].reshape(5, 2) * stride + [x, y] if with_points else None
            objects.append(object_of([x - d[0], y - d[1], x + d[2], y + d[3]], score[i], 0, points))
        for group, values in zip(groups, (score[:, None], dist, kps)):
            group.append(values[None] if batched else values)
    chosen = [v for group in groups[: 3 if with_points else 2] for v in group]
    case("scrfd", [output(str(443 + i), v) for i, v in enumerate(chosen)], objects, 1)


scrfd(STRIDES, 2, True, False)
scrfd(STRIDES, 2, False, True)
scrfd([8, 16, 32, 64, 128], 1, True, True)

# RF-DETR for COCO: a logit for each number from 0 to 90, those without a class being likely, too.
raw = logits(q, 91)
gaps = [0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]
raw[:, gaps] = rounded(rng.normal(4, 1, (q, len(gaps))))
prob = np.delete(sigmoid(raw), gaps, axis=1)
case("rf-detr", [output("dets", mid[None]), output("labels", raw[None])], detr_objects(prob), 80)

# RT-DETR of Ultralytics since May 2026 (head.py, RTDETRDecoder.postprocess): [1, n, 6], middle, size,
# score, class, by falling score. Such a one with two classes has the shape of an older one.
title = {"description": "Ultralytics rt-detr-l model trained on coco.yaml"}
for classes, n in ((7, 100), (2, 300)):
    prob = rounded(sigmoid(logits(n, classes)))
    mid = rounded(np.concatenate([rng.uniform(0.2, 0.8, (n, 2)), rng.uniform(0.02, 0.3, (n, 2))], axis=1))
    order = np.argsort(-prob, axis=None, kind="stable")[:n]
    query, ids = order // classes, order % classes
    rows = np.concatenate([mid[query], prob.flatten()[order][:, None], ids[:, None]], axis=1)
    case("rt-detr-ultralytics", [output("output0", rows[None])],
         [object_of(xyxy(*(mid[query[i]] * [WIDTH, HEIGHT, WIDTH, HEIGHT])), rows[i, 4], ids[i])
          for (i,) in pick(rows[:, 4])], None, metadata=title)
    old = np.concatenate([mid, prob], axis=1)
    if classes == 2:
        case("rt-detr-ultralytics", [output("output0", old[None])],
             [object_of(xyxy(*(mid[i] * [WIDTH, HEIGHT, WIDTH, HEIGHT])), prob[i].max(), prob[i].argmax())
              for (i,) in pick(prob.max(1))], None, metadata=title)

# YOLOv7: the same heads as YOLOv5's, with the anchors of YOLOv4 (cfg/training/yolov7.yaml).
deep_grids("yolov7-grids", V4, card={"layout": "yolov7-grids"})

with open(OUT, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]\n")
print(len(cases), "cases,", os.path.getsize(OUT), "bytes;", {c["layout"]: len(c["objects"]) for c in cases})
