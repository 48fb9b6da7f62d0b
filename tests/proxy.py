"""deploy/nginx.conf in this machine's nginx, on the loopback, with a certificate of its own."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from websockets.sync.client import connect

from tests.desk import PATIENCE, ROOT, Socket, eventually, free_port

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
OPENSSL = shutil.which("openssl")
SPOOFED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
NEWER = r"^ *(resolver .*|http2 on);.*$"  # an nginx from before 1.25 has no `http2`; the resolver is Docker's


class Proxy:
    """Its ports, its folder, and a client that trusts its certificate."""

    def __init__(self, folder: Path, *webs: int) -> None:
        self.folder, self.web = folder, webs[0]
        self.webs = webs
        self.plain, self.tls, self.alive = free_port(), free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.tls}"
        for name in ("tls", "static"):
            (folder / name).mkdir(parents=True)
        self.trust = ssl.create_default_context(cafile=self._certificate())

    def _certificate(self) -> Path:
        key, made = self.folder / "tls" / "tls.key", self.folder / "tls" / "tls.crt"
        words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=desk -keyout {key} -out {made}".split()
        command = [str(OPENSSL), *words, "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(command, check=True, capture_output=True)
        return made

    def settings(self) -> str:
        """The file's own, but for addresses and places."""
        text = re.sub(NEWER, "", (ROOT / "deploy" / "nginx.conf").read_text(), flags=re.MULTILINE)
        places = {
            "server web:8000 resolve": "; ".join(f"server 127.0.0.1:{web}" for web in self.webs),
            "listen 127.0.0.1:8081": f"listen 127.0.0.1:{self.alive}",
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "listen 443": f"listen 127.0.0.1:{self.tls}",
            "/etc/nginx/tls": f"{self.folder}/tls",
            "alias /static": f"alias {self.folder}/static",
            "/tmp/nginx.pid": f"{self.folder}/pid",
            "/dev/stdout": f"{self.folder}/access",
            "/dev/stderr": f"{self.folder}/error",
            "auto;": "1;",
        }
        for was, here in places.items():
            assert text.count(was) >= 1, was
            text = text.replace(was, here)
        return text

    @contextmanager
    def up(self) -> Iterator[Proxy]:
        process = subprocess.Popen(self._command())
        try:
            eventually(lambda: httpx.get(f"http://127.0.0.1:{self.alive}/alive").text == "alive\n", "nginx is alive")
            yield self
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def _command(self) -> list[str]:
        file, first = self.folder / "nginx.conf", self.folder / "first"
        file.write_text(self.settings())
        whose = "user root;" if os.geteuid() == 0 else ""  # its workers read the test's folder
        return [str(NGINX), "-c", f"{file}", "-p", f"{self.folder}", "-e", f"{first}", "-g", f"daemon off;{whose}"]

    def lines(self) -> str:
        """All that it wrote."""
        return "".join((self.folder / name).read_text() for name in ("first", "access", "error"))

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=PATIENCE)

    @contextmanager
    def socket(self, client: httpx.Client, origin: str) -> Iterator[Socket]:
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        with connect(  # type: ignore[call-overload]
            f"wss://127.0.0.1:{self.tls}/ws/",
            ssl=self.trust,
            origin=origin,
            additional_headers={"Cookie": cookies, **SPOOFED},
            proxy=None,
            max_queue=None,
        ) as connection:
            yield Socket(connection)
