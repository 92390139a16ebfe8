"""An RTSP server (GStreamer's) to which pictures are pushed: it writes each push to a file of its own.

Prints "ready" when it listens, "recording PATH" for each push that begins, and "recorded PATH" when all
of a push is in its file.
"""

import itertools

from _rtsp_access import argument_parser, serve
from gi.repository import GstRtspServer


class Recorder(GstRtspServer.RTSPMediaFactory):
    """Writes each push as MPEG-TS, which can be read while it grows."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.numbers = itertools.count()
        self.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
        self.set_eos_shutdown(True)  # What is still on its way to the file comes to it.
        self.set_launch(
            "( rtph264depay name=depay0 ! h264parse config-interval=-1 ! mpegtsmux name=mux"
            " ! filesink name=file buffer-mode=unbuffered async=false sync=false )"
        )
        self.connect("media-configure", self.on_media)

    def on_media(self, _factory, media):
        path = f"{self.folder}/{next(self.numbers)}.ts"
        media.get_element().get_by_name_recurse_up("file").set_property("location", path)
        media.connect("unprepared", lambda _media: print(f"recorded {path}", flush=True))
        print(f"recording {path}", flush=True)


def main():
    parser = argument_parser()
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    serve(options, {"/push": Recorder(options.folder)})


main()
