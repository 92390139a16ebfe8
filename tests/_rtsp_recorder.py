"""An RTSP server (GStreamer's) to which pictures are pushed: it writes each push to a file of its own.

Prints "ready" when it listens, "recording PATH" for each push that begins, and "recorded PATH" when all
of a push is in its file.
"""

import argparse
import itertools

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402

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
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=str(options.port))
    factory = Recorder(options.folder)
    if options.user or options.certificate:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "sender")
        if options.user:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        else:
            auth.set_default_token(token)
        if options.certificate:
            files = (options.certificate, options.key)
            auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(*files))
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("sender", "media.factory.access", True)
        permissions.add_permission_for_role("sender", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/push", factory)
    if not server.attach(None):
        raise SystemExit(f"Cannot listen on port {options.port}")
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
