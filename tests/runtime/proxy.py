"""A stand-in for the MUXI Server's proxy: `/api/lab` goes to the real runtime."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PREFIX = "/api/lab"
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host"}


@contextmanager
def proxying(formation: str, server: str) -> Iterator[str]:
    """The URL of a proxy to a formation and to a control plane."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def _forward(self) -> None:
            ours = self.path.startswith(f"{PREFIX}/")
            target = urlsplit(formation if ours else server)
            upstream = http.client.HTTPConnection(target.netloc, timeout=60)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {n: v for n, v in self.headers.items() if n.lower() not in HOP_BY_HOP}
            path = self.path.removeprefix(PREFIX) if ours else self.path
            upstream.request(self.command, path, body=body or None, headers=headers)
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()  # HTTP/1.0: the end of the connection is the end of the body
            try:
                while piece := answer.read1(4096):
                    self.wfile.write(piece)
            except ConnectionError:
                pass  # the client has left
            finally:
                upstream.close()

        do_GET = do_POST = do_DELETE = _forward

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
