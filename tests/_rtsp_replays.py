"""An RTSP server (GStreamer's) that sends an encoded clip over and over, as live feeds /0, /1 and so on.

Nothing is encoded here, so that many feeds cost little. As cameras do, each has a clock of its own, which
does not begin when somebody calls. With --garble N, a share of 1/N of all bytes has
another value, by chance but the same each time. Prints "ready" when it listens.
"""

import random
import re

from _rtsp_access import argument_parser, serve
from gi.repository import GLib, Gst, GstRtspServer


# Multiples of it are spread evenly over a circle, however many there are.
GOLDEN_RATIO = 0.618034


def pictures_in(path):
    """The encoded pictures of an H.264 byte stream, each of which begins with a delimiter (AUD)."""
    with open(path, "rb") as file:
        data = file.read()
    starts = [match.start() for match in re.finditer(b"\x00\x00\x00\x01\x09", data)]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)])]


def garbled(picture, share, chance):
    """The picture with some bytes of its slices of another value.

    What tells slices apart stays, and no value looks like it: from broken parts the server itself makes
    floods of empty packets.
    """
    bytes_ = bytearray(picture)
    slices = [match.end() for match in re.finditer(rb"\x00\x00\x01[\x41\x61\x65]", picture)]
    for start, end in zip(slices, [*(start - 8 for start in slices[1:]), len(bytes_)]):
        for _ in range(max(1, (end - start) // share)):
            at = chance.randrange(start, end)
            if bytes_[at] > 3:
                bytes_[at] = chance.randrange(4, 256)
    return bytes(bytes_)


class Replay(GstRtspServer.RTSPMediaFactory):
    """Sends the pictures for as long as somebody watches."""

    def __init__(self, options, pictures, number):
        super().__init__()
        self.options = options
        self.pictures = pictures
        self.chance = random.Random(number)
        self.interval_us = 1_000_000 // options.fps
        turns = (number + (0.5 if options.garble else 0)) * GOLDEN_RATIO % 1
        self.offset_us = int(turns * self.interval_us)
        self.set_shared(True)
        self.set_launch(
            "( appsrc name=camera is-live=true do-timestamp=true format=time block=false"
            " caps=video/x-h264,stream-format=byte-stream,alignment=au"
            " ! h264parse ! rtph264pay config-interval=-1 name=pay0 pt=96 )"
        )
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        camera = media.get_element().get_by_name_recurse_up("camera")
        state = {"next": 0, "watched": True}
        media.connect("unprepared", lambda _media: state.update(watched=False))
        self.wait(camera, state)

    def wait(self, camera, state):
        """Has the next picture sent when the camera's clock says so."""
        late_us = (GLib.get_monotonic_time() - self.offset_us) % self.interval_us
        GLib.timeout_add((self.interval_us - late_us) // 1000 + 1, self.send, camera, state)

    def send(self, camera, state):
        if not state["watched"]:
            return False
        picture = self.pictures[state["next"] % len(self.pictures)]
        state["next"] += 1
        if self.options.garble:
            picture = garbled(picture, self.options.garble, self.chance)
        camera.emit("push-buffer", Gst.Buffer.new_wrapped(picture))
        self.wait(camera, state)
        return False


def main():
    parser = argument_parser()
    parser.add_argument("--clip", required=True)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--garble", type=int)
    options = parser.parse_args()
    pictures = pictures_in(options.clip)
    serve(options, {f"/{n}": Replay(options, pictures, n) for n in range(options.count)})


main()
