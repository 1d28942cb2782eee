"""What is logged stays one line, whatever somebody put into it."""

import subprocess
import sys

import pytest

SCRIPT = """
import structlog
from app.kit import logs
logs.configure({format!r}, "info")
structlog.get_logger().info("request", path="/a\\n2026 [error] forged\\x1b[31m\\u2028")
"""


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_nobody_forges_a_line(log_format: str) -> None:
    run = [sys.executable, "-c", SCRIPT.format(format=log_format)]
    said = subprocess.run(run, capture_output=True, check=True).stderr.decode()
    assert said.count("\n") == 1
    assert "\x1b[31m" not in said
    assert r"/a\n2026" in said
