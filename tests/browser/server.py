"""A web server on 127.0.0.1 for the built page and for the tests that run inside Pyodide."""

import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self


class Handler(SimpleHTTPRequestHandler):
    # Python's own table lacks some of these on some systems, and browsers insist on them.
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }

    def __init__(self, *args, mounts: dict[str, Path], headers: dict[str, str], **kwargs) -> None:
        self._mounts = mounts
        self._headers = headers
        super().__init__(*args, **kwargs)

    def end_headers(self) -> None:
        for name, value in self._headers.items():
            self.send_header(name, value)
        super().end_headers()

    def translate_path(self, path: str) -> str:
        for prefix, folder in self._mounts.items():
            if path.startswith(prefix):
                self.directory = str(folder)
                return super().translate_path(path.removeprefix(prefix))
        return super().translate_path(path)

    def send_head(self):
        """Send the brotli copy that the build puts beside a file, where the browser takes one."""
        path = self.translate_path(self.path)
        path += "/index.html" if Path(path).is_dir() else ""
        copy = Path(f"{path}.br")
        if "br" not in self.headers.get("Accept-Encoding", "") or not copy.is_file():
            return super().send_head()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "br")
        self.send_header("Content-Length", str(copy.stat().st_size))
        self.send_header("Last-Modified", self.date_time_string(copy.stat().st_mtime))
        self.end_headers()
        return copy.open("rb")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a request line for each file would bury the tests' own output."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A page that closes while it loads breaks its connections: that is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """Serves each folder of ``mounts`` under its prefix; the first prefix that fits wins.

    ``headers`` go with every answer.
    """

    def __init__(self, mounts: dict[str, Path], headers: dict[str, str] | None = None) -> None:
        handler = partial(Handler, mounts=mounts, headers=headers or {})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
