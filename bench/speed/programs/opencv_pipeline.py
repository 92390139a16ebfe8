"""The pipeline that people write in Python: VideoCapture, cv2.dnn, numpy, drawing, a pipe to ffmpeg.

usage: opencv_pipeline.py NETWORK.onnx CLIP BOXES.jsonl [OUTPUT.mp4]

The network is BlazeFace full range: 192x192, one anchor in each of 48x48 cells. Boxes go to
BOXES.jsonl, one line a frame, as [x1, y1, x2, y2] in pixels.
"""

import json
import subprocess
import sys

import cv2
import numpy

SIZE, CELLS, CONFIDENCE, OVERLAP = 192, 48, 0.5, 0.3


def letterboxed(frame):
    height, width = frame.shape[:2]
    scale = SIZE / max(width, height)
    small_width, small_height = round(width * scale), round(height * scale)
    left, top = (SIZE - small_width) // 2, (SIZE - small_height) // 2
    canvas = numpy.zeros((SIZE, SIZE, 3), numpy.uint8)
    small = cv2.resize(frame, (small_width, small_height), interpolation=cv2.INTER_LINEAR)
    canvas[top : top + small_height, left : left + small_width] = small
    return canvas, scale, left, top


def anchors():
    centres = (numpy.arange(CELLS) + 0.5) * SIZE / CELLS
    x, y = numpy.meshgrid(centres, centres)
    return x.ravel(), y.ravel()


def faces_in(net, names, frame, grid):
    canvas, scale, left, top = letterboxed(frame)
    net.setInput(
        cv2.dnn.blobFromImage(canvas, 1 / 127.5, (SIZE, SIZE), (127.5, 127.5, 127.5), swapRB=True)
    )
    outputs = net.forward(names)
    regressors = next(o for o in outputs if o.shape[-1] == 16)[0]
    logits = next(o for o in outputs if o.shape[-1] == 1)[0, :, 0]
    confidences = 1 / (1 + numpy.exp(-numpy.clip(logits, -80, 80)))
    sure = confidences >= CONFIDENCE
    x, y = grid[0][sure] + regressors[sure, 0], grid[1][sure] + regressors[sure, 1]
    width, height = regressors[sure, 2], regressors[sure, 3]
    boxes = numpy.stack(
        [(x - width / 2 - left) / scale, (y - height / 2 - top) / scale, width / scale, height / scale],
        axis=1,
    )
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), confidences[sure].tolist(), CONFIDENCE, OVERLAP)
    return [(boxes[i], float(confidences[sure][i])) for i in numpy.array(kept, int).ravel()]


def encoder(path, width, height, fps):
    return subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"]
        + ["-s", f"{width}x{height}", "-r", str(fps), "-i", "-"]
        + ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", path],
        stdin=subprocess.PIPE,
    )


def draw(frame, box, confidence):
    x1, y1, x2, y2 = [int(round(v)) for v in (box[0], box[1], box[0] + box[2], box[1] + box[3])]
    cv2.rectangle(frame, (x1, y1), (x2, y2), (0, 160, 230), 3)
    cv2.putText(
        frame, f"face {confidence:.2f}", (x1, y1 - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 160, 230), 2
    )


def main(network, clip, listing, output=None):
    net = cv2.dnn.readNetFromONNX(network)
    names = net.getUnconnectedOutLayersNames()
    grid = anchors()
    video = cv2.VideoCapture(clip)
    width, height = int(video.get(3)), int(video.get(4))
    pipe = encoder(output, width, height, video.get(5)) if output else None
    with open(listing, "w", encoding="utf-8") as lines:
        while True:
            is_read, frame = video.read()
            if not is_read:
                break
            faces = faces_in(net, names, frame, grid)
            lines.write(
                json.dumps([[b[0], b[1], b[0] + b[2], b[1] + b[3]] for b, _ in faces], default=float)
                + "\n"
            )
            if pipe:
                for box, confidence in faces:
                    draw(frame, box, confidence)
                pipe.stdin.write(frame.tobytes())
    if pipe:
        pipe.stdin.close()
        sys.exit(pipe.wait())


main(*sys.argv[1:])
