"""Makes tests/fixtures/letterbox/: what OpenCV's warpAffine makes of a picture.

Needs Debian's python3-opencv and ffmpeg. Run from the root of the repository:

    python3 tests/reference/letterbox_cv2.py CLIP

CLIP is walkers_1080p.mp4. Colours are converted here in numpy, from the definitions in ITU-R BT.601,
BT.709 and BT.2020, pixel by pixel, and rounded to 8 bits. Before that, chroma is brought to the size of
luma by cv2.remap, which interpolates between the samples where H.264 puts them: sample (k, l) lies at
the pixel (2k, 2l + 0.5).
OpenCV rounds positions to 1/32 of a pixel, which at a step of 255 makes 4; so borders are near the
picture's colours where positions are no such fractions.

The colours of patches.json are ffmpeg's own conversion.
"""

import json
import subprocess
import sys

import cv2
import numpy as np

FOLDER = "tests/fixtures/letterbox/"
WIDTH, HEIGHT = 192, 108
WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}

# The part of the picture (x, y, width, height), the tensor (width, height), and how.
CASES = [
    ((0, 0, 192, 108), (64, 64), "letterbox", (0, 0, 0), "bt709", "limited"),
    ((0, 0, 192, 108), (48, 48), "stretch", (0, 0, 0), "bt709", "limited"),
    ((10, 4, 101, 67), (64, 64), "letterbox", (80, 70, 70), "bt601", "limited"),
    ((60, 0, 61, 107), (64, 64), "letterbox", (90, 80, 80), "bt601", "full"),
    ((100, 2, 54, 96), (32, 32), "letterbox", (255, 0, 128), "bt709", "full"),
    ((80, 40, 33, 33), (64, 64), "stretch", (130, 100, 90), "bt709", "limited"),
    ((40, 30, 17, 9), (32, 32), "letterbox", (114, 114, 114), "bt2020", "limited"),
    ((90, 50, 1, 1), (8, 8), "letterbox", (0, 0, 0), "bt709", "limited"),
    ((0, 60, 191, 3), (64, 64), "letterbox", (140, 140, 140), "bt601", "limited"),
    ((64, 20, 64, 64), (64, 64), "letterbox", (0, 0, 0), "bt709", "limited"),
    ((32, 18, 128, 72), (96, 54), "letterbox", (0, 0, 0), "bt2020", "full"),
    ((20, 10, 150, 90), (40, 56), "letterbox", (114, 114, 114), "bt709", "limited"),
    ((120, 0, 2, 107), (16, 16), "stretch", (0, 0, 0), "bt601", "limited"),
    ((96, 50, 95, 57), (80, 80), "letterbox", (10, 200, 60), "bt709", "limited"),
    ((30, 20, 41, 81), (75, 50), "stretch", (100, 90, 90), "bt601", "full"),
]


def picture(clip):
    """A part of the first frame of the clip, at its own size, as the bytes of yuv420p."""
    crop = f"crop={WIDTH}:{HEIGHT}:700:600"
    command = ["ffmpeg", "-v", "error", "-i", clip, "-vf", crop, "-frames:v", "1"]
    return subprocess.run(
        command + ["-pix_fmt", "yuv420p", "-f", "rawvideo", "-"], check=True, capture_output=True
    ).stdout


def planes_of(data):
    luma = np.frombuffer(data, np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    rest = np.frombuffer(data, np.uint8, offset=WIDTH * HEIGHT).reshape(2, HEIGHT // 2, WIDTH // 2)
    return luma, rest[0], rest[1]


def enlarged(plane, width, height):
    """A chroma plane at each pixel of luma; beyond its outermost samples it stays the same."""
    columns, rows = np.meshgrid(np.arange(width) / 2, (np.arange(height) - 0.5) / 2)
    places = columns.astype(np.float32), rows.astype(np.float32)
    return cv2.remap(
        plane.astype(np.float32), *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def rgb_of(planes, part, matrix, range_name):
    """The part in RGB. R = Y + 2(1 - Kr) Pr, B = Y + 2(1 - Kb) Pb, and Y = Kr R + Kg G + Kb B."""
    x, y, width, height = part
    luma = planes[0][y:y + height, x:x + width].astype(np.float64)
    halves = slice(y // 2, (y + height + 1) // 2), slice(x // 2, (x + width + 1) // 2)
    blue, red = [enlarged(plane[halves], width, height) for plane in planes[1:]]
    limited = range_name == "limited"
    luma = (luma - 16) / 219 if limited else luma / 255
    blue, red = [(p - 128) / (224 if limited else 255) for p in (blue, red)]
    kr, kb = WEIGHTS[matrix]
    r = luma + 2 * (1 - kr) * red
    b = luma + 2 * (1 - kb) * blue
    g = (luma - kr * r - kb * b) / (1 - kr - kb)
    return np.clip(np.round(np.stack([r, g, b], axis=2) * 255), 0, 255).astype(np.uint8)


def warped(rgb, tensor, resize, border):
    """The picture in the tensor; pixel (i, j) has its centre at (i + 0.5, j + 0.5)."""
    height, width = rgb.shape[:2]
    scales = [width / tensor[0], height / tensor[1]]
    if resize == "letterbox":
        scales = [max(scales)] * 2
    offsets = [(size - t * s) / 2 for size, t, s in zip((width, height), tensor, scales)]
    matrix = np.array([
        [scales[0], 0, 0.5 * scales[0] + offsets[0] - 0.5],
        [0, scales[1], 0.5 * scales[1] + offsets[1] - 0.5],
    ])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        rgb, matrix, tensor, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )


def patches():
    """Flat colours, in and out of what RGB can show, as ffmpeg converts them."""
    colours = [(y, u, v) for y in (16, 60, 126, 145, 235)
               for u, v in ((128, 128), (90, 240), (54, 34), (240, 110), (100, 160))]
    data = b"".join(bytes([y] * 256 + [u] * 64 + [v] * 64) for y, u, v in colours)
    sets = []
    for matrix in WEIGHTS:
        for range_name in ("limited", "full"):
            source = f"in_color_matrix={matrix}:in_range={range_name}:out_range=full"
            flags = "flags=accurate_rnd+full_chroma_int+full_chroma_inp"
            command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
            command += ["-s", "16x16", "-i", "-", "-vf", f"scale={source}:{flags},format=rgb24"]
            result = subprocess.run(
                command + ["-f", "rawvideo", "-"], input=data, check=True, capture_output=True
            ).stdout
            rgb = np.frombuffer(result, np.uint8).reshape(len(colours), 256, 3)
            assert (rgb == rgb[:, :1]).all()
            sets.append({"matrix": matrix, "range": range_name, "rgb": rgb[:, 0].tolist()})
    return {"yuv": colours, "sets": sets}


def main():
    data = picture(sys.argv[1])
    planes = planes_of(data)
    names = ("part", "tensor", "resize", "border", "matrix", "range")
    with open(FOLDER + "picture.yuv", "wb") as file:
        file.write(data)
    with open(FOLDER + "warped.rgb", "wb") as file:
        for part, tensor, resize, border, matrix, range_name in CASES:
            rgb = rgb_of(planes, part, matrix, range_name)
            file.write(warped(rgb, tensor, resize, border).tobytes())
    cases = [dict(zip(names, case)) for case in CASES]
    with open(FOLDER + "cases.json", "w") as file:
        rows = ",\n    ".join(json.dumps(case) for case in cases)
        head = f'"opencv": "{cv2.__version__}",\n  "width": {WIDTH},\n  "height": {HEIGHT}'
        file.write(f'{{\n  {head},\n  "cases": [\n    {rows}\n  ]\n}}\n')
    with open(FOLDER + "patches.json", "w") as file:
        file.write(json.dumps(patches()) + "\n")


main()
