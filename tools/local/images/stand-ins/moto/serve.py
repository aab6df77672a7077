"""Serves moto over TLS under AWS's names and answers /readyz over HTTP once the seed is in.

Environment: TLS_CERT, TLS_KEY (files), SEED (file), AWS_REGION, PORT (8443), HEALTH_PORT (8080),
and whatever the seed refers to.
"""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import urllib3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from seed import SeedError, apply_seed, read_seed

seeded = threading.Event()


class QuietRequestHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1 (clients keep connections) and logs failures only."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code) >= "500":
            super().log_request(code, size)


class HealthHandler(BaseHTTPRequestHandler):
    """/healthz: the process answers. /readyz: the seed is in."""

    def do_GET(self) -> None:
        ready = self.path != "/readyz" or seeded.is_set()
        body = b"ok\n" if ready else b"not seeded yet\n"
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def aws_server(port: int, certificate: str, key: str) -> BaseWSGIServer:
    application = DomainDispatcherApplication(create_backend_app)
    return make_server(
        "0.0.0.0",
        port,
        application,
        threaded=True,
        request_handler=QuietRequestHandler,
        ssl_context=(certificate, key),
    )


def seed_server(port: int, seed_file: str, region: str) -> None:
    urllib3.disable_warnings()  # the certificate names AWS's hosts, not the loopback address used here

    def client(service: str):
        return boto3.client(
            service,
            endpoint_url=f"https://127.0.0.1:{port}",
            region_name=region,
            aws_access_key_id="seed",
            aws_secret_access_key="seed",
            verify=False,
            config=Config(s3={"addressing_style": "path"}),
        )

    apply_seed(read_seed(Path(seed_file).read_text(), dict(os.environ)), client)
    seeded.set()
    print("seeded", flush=True)


def main() -> int:
    port = int(os.environ.get("PORT", "8443"))
    health = ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("HEALTH_PORT", "8080"))), HealthHandler)
    aws = aws_server(port, os.environ["TLS_CERT"], os.environ["TLS_KEY"])
    for server in (health, aws):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        seed_server(port, os.environ["SEED"], os.environ["AWS_REGION"])
    except SeedError as error:
        print(f"moto stand-in: {error}", file=sys.stderr)
        return 1
    stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
