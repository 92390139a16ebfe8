"""A live RTSP server (GStreamer's), whose pictures carry the time at which they were made.

The time, in milliseconds since 1970 modulo 2^32, is drawn as 32 vertical bars, the highest bit first:
white for 1, black for 0. Prints "ready" when it listens.
"""

import time

from _rtsp_access import argument_parser, serve
from gi.repository import GLib, Gst, GstRtspServer

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max={gop}"
    " ! video/x-h264,profile=baseline ! rtph264pay config-interval=-1",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max={gop}"
    " ! rtph265pay config-interval=-1",
    "mjpeg": "jpegenc ! rtpjpegpay",
}

BARS = 32


class Camera(GstRtspServer.RTSPMediaFactory):
    """Makes pictures for as long as somebody watches; all who watch see the same."""

    def __init__(self, options):
        super().__init__()
        self.options = options
        width, height, fps, gop = (options.width, options.height, options.fps, options.gop)
        self.chroma = bytes([128]) * (2 * ((width + 1) // 2) * ((height + 1) // 2))
        self.set_shared(True)
        self.set_launch(
            "( appsrc name=camera is-live=true do-timestamp=true format=time block=false"
            " max-buffers=2 leaky-type=upstream"
            f" caps=video/x-raw,format=I420,width={width},height={height},framerate={fps}/1"
            f" ! {ENCODERS[options.codec].format(gop=gop)} name=pay0 pt=96 )"
        )
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        camera = media.get_element().get_by_name_recurse_up("camera")
        state = {"next": 0, "first": 0}
        timer = GLib.timeout_add(1000 // self.options.fps, self.shoot, camera, state)
        media.connect("unprepared", lambda _media: GLib.source_remove(timer))

    def shoot(self, camera, state):
        buffer = Gst.Buffer.new_wrapped(self.picture())
        if self.options.stamped:
            clock = camera.get_clock()
            if clock and not state["next"]:
                state["first"] = clock.get_time() - camera.get_base_time()
            buffer.pts = state["first"] + state["next"] * Gst.SECOND // self.options.stamped
            state["next"] += 1
        camera.emit("push-buffer", buffer)
        return True

    def picture(self):
        width, height = self.options.width, self.options.height
        now = int(time.time() * 1000) % 2**32
        bars = [235 if now >> (BARS - 1 - bar) & 1 else 16 for bar in range(BARS)]
        row = bytes(bars[x * BARS // width] for x in range(width))
        # I420 pads rows to whole words; sizes are chosen so that there is nothing to pad.
        return row * height + self.chroma


def main():
    parser = argument_parser()
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--stamped", type=int, help="the rate of its time stamps, if another")
    parser.add_argument("--gop", type=int, default=10)
    parser.add_argument("--codec", choices=ENCODERS, default="h264")
    options = parser.parse_args()
    serve(options, {"/camera": Camera(options)})


main()
