"""What the RTSP servers of the tests have in common: how they begin, and who may call them."""

import argparse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)

ROLE = "caller"


def argument_parser():
    """A parser of arguments that knows of the port, and of user, password and certificate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    return parser


def serve(options, factories):
    """Serves factories by their paths, until it is killed; prints "ready" when it listens."""
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=str(options.port))
    is_guarded = options.user or options.certificate
    if is_guarded:
        server.set_auth(_auth(options))
    for path, factory in factories.items():
        if is_guarded:
            factory.set_permissions(_permissions())
        server.get_mount_points().add_factory(path, factory)
    if not server.attach(None):
        raise SystemExit(f"Cannot listen on port {options.port}")
    print("ready", flush=True)
    GLib.MainLoop().run()


def _auth(options):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, ROLE)
    if options.user:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
    else:
        auth.set_default_token(token)
    if options.certificate:
        files = (options.certificate, options.key)
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(*files))
    return auth


def _permissions():
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(ROLE, "media.factory.access", True)
    permissions.add_permission_for_role(ROLE, "media.factory.construct", True)
    return permissions
