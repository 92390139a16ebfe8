"""
Writes `tests/fixtures/darknet/`: what OpenCV's importer of Darknet networks makes of them.

    python3 tests/reference/darknet_opencv.py PHOTOS WEIGHTS

PHOTOS is the folder of Debian's `darknet` with dog.jpg, person.jpg and horses.jpg, WEIGHTS the one
with mobilenetv2-yolov3-nano-coco.cfg and .weights. Needs Debian's `python3-opencv`.
"""

import base64
import json
import os
import sys
import tempfile

import cv2
import numpy as np

TARGET = os.path.join(os.path.dirname(__file__), "../fixtures/darknet")
GREY = 127.5


def noise(start, count):
    """Numbers from -1 to 1: the finaliser of MurmurHash3 over a count (tests/_made_darknet.ts)."""
    x = (np.arange(start, start + count, dtype=np.uint64) * 0x9E3779B1).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float64) / 2**23 - 1


def sections_of(path):
    sections = []
    for line in open(path):
        line = line.split("#")[0].replace(" ", "").strip()
        if line.startswith("["):
            sections.append((line[1:-1], {}))
        elif line:
            key, value = line.split("=")
            sections[-1][1].setdefault(key, value)
    return sections


def made_weights(path):
    """A .weights file of noise, scaled so that activations stay finite."""
    (_, net), *layers = sections_of(path)
    channels, parts, start = [], [np.array([0, 2, 0, 0, 0], np.int32).tobytes()], 0
    for index, (name, options) in enumerate(layers):
        before = channels[index - 1] if index else int(net["channels"])
        if name == "route":
            named = [int(one) for one in options["layers"].split(",")]
            before = sum(channels[index + one if one < 0 else one] for one in named)
            before //= int(options.get("groups", 1))
        if name != "convolutional":
            channels.append(before)
            continue
        filters, size = int(options["filters"]), int(options["size"])
        fan_in = before // int(options.get("groups", 1)) * size * size
        ranges = [(0, 0.1)]
        if int(options.get("batch_normalize", 0)):
            ranges += [(0.8, 0.1), (0, 0.1), (1, 0.5)]
        for middle, reach in ranges:
            parts.append((middle + reach * noise(start, filters)).astype(np.float32).tobytes())
            start += filters
        reach = np.sqrt(6 / fan_in)
        parts.append((reach * noise(start, filters * fan_in)).astype(np.float32).tobytes())
        start += filters * fan_in
        channels.append(filters)
    return b"".join(parts)


def heads_of(path):
    """The names that OpenCV gives the convolutions before the heads; else the last layer."""
    layers = sections_of(path)[1:]
    heads = {f"yolo_{i}": f"conv_{i - 1}" for i, (name, _) in enumerate(layers) if name == "yolo"}
    return heads or {f"layer_{len(layers) - 1}": None}


def results_of(net, heads, picture):
    net.setInput(picture)
    outputs = [net.forward(name) if name else net.forward() for name in heads.values()]
    results = {}
    for name, output in zip(heads, outputs):
        numbers = output.ravel()
        results[name] = {
            "shape": list(output.shape),
            "least": float(numbers.min()),
            "greatest": float(numbers.max()),
            "mean": float(numbers.mean(dtype=np.float64)),
            "sampled": base64.b64encode(numbers[:: 37 if numbers.size > 4096 else 5].tobytes()).decode(),
        }
    return results


def detections_of(net, picture):
    """What OpenCV's own `yolo` layers and suppression leave, in pixels of the network's input."""
    net.setInput(picture)
    rows = np.concatenate(net.forward(net.getUnconnectedOutLayersNames()))
    size = picture.shape[2]
    boxes, scores, classes = [], [], []
    for x, y, width, height, _, *of_class in rows:
        class_id = int(np.argmax(of_class))
        boxes.append([float(v) * size for v in (x - width / 2, y - height / 2, width, height)])
        scores.append(float(of_class[class_id]))
        classes.append(class_id)
    kept = []
    for class_id in sorted(set(classes)):
        of_class = [i for i, other in enumerate(classes) if other == class_id]
        found = cv2.dnn.NMSBoxes([boxes[i] for i in of_class], [scores[i] for i in of_class],
                                 0.25, 0.45)
        kept += [of_class[i] for i in np.asarray(found).ravel()]
    return [{"classId": classes[i], "confidence": scores[i],
             "box": [boxes[i][0], boxes[i][1], boxes[i][0] + boxes[i][2], boxes[i][1] + boxes[i][3]]}
            for i in kept]


def write(name, content):
    with open(os.path.join(TARGET, name), "w") as file:
        file.write(json.dumps(content, indent=1) + "\n")


def main(photos, weights):
    for name, height, width in [("yolov3-tiny", 416, 416), ("yolov3-spp", 160, 160),
                                ("made_heads", 64, 64), ("made_groups", 24, 32)]:
        path = os.path.join(TARGET, f"{name}.cfg")
        with tempfile.NamedTemporaryFile() as file:
            file.write(made_weights(path))
            file.flush()
            net = cv2.dnn.readNetFromDarknet(path, file.name)
        picture = ((noise(2**31, 3 * height * width) + 1) / 2).astype(np.float32)
        picture = picture.reshape(1, 3, height, width)
        write(f"{name}.json", results_of(net, heads_of(path), picture))

    cfg = os.path.join(weights, "mobilenetv2-yolov3-nano-coco.cfg")
    net = cv2.dnn.readNetFromDarknet(cfg, cfg.replace(".cfg", ".weights"))
    found = {}
    for name in ["dog", "person", "horses"]:
        photo = cv2.imread(os.path.join(photos, f"{name}.jpg"))
        height = round(320 * photo.shape[0] / photo.shape[1] / 2) * 2
        photo = cv2.resize(photo, (320, height), interpolation=cv2.INTER_AREA)
        cv2.imwrite(os.path.join(TARGET, f"{name}.png"), photo, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        square = np.full((320, 320, 3), GREY, np.float32)
        top = (320 - height) // 2
        square[top:top + height] = photo
        picture = square[:, :, ::-1].transpose(2, 0, 1)[None] / np.float32(255)
        picture = np.ascontiguousarray(picture)
        found[name] = {"outputs": results_of(net, heads_of(cfg), picture),
                       "detections": detections_of(net, picture)}
    write("photos.json", found)


main(*sys.argv[1:])
