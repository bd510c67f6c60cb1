"""A built site served on this machine, with the faults that a network or a server can have."""

import functools
import http.server
import threading
import time
from contextlib import contextmanager


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files; `server.faults` maps the end of a path to what goes wrong with it."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_):
        """Keep the tests' output clean."""

    def end_headers(self):
        """Add the server's own headers."""
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        super().end_headers()

    def do_GET(self):
        """Serve a file, or what is wrong with it."""
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        fault = next((f for end, f in self.server.faults.items() if path.endswith(end)), None)
        if fault is None:
            super().do_GET()
        elif fault == "missing":
            self.send_error(404)
        else:
            self.send_part(fault)

    def send_part(self, fault):
        """Send a changed file, half of it, or half of it and then wait."""
        with open(self.translate_path(self.path), "rb") as file:
            data = file.read()
        if fault == "changed":
            data = data[:-1] + bytes([data[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path.partition("?")[0]))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if fault == "changed" else data[: len(data) // 2])
        self.wfile.flush()
        while fault == "waiting" and self.server.faults:  # until the test is over
            time.sleep(0.02)
        self.close_connection = True


@contextmanager
def serve(folder):
    """Yield a server of a folder: its address, `faults`, `headers`, and the paths `asked` for."""
    handler = functools.partial(Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.faults, server.headers, server.asked = {}, {}, []
    server.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.faults.clear()
        server.shutdown()
        server.server_close()
