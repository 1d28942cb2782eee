"""The process that forks servers to be killed.

It makes the application once, then forks a server for each line it reads: the number of the instant at which that
server is to kill itself (SIGKILL, so that nothing of it is tidied up), or 0 for never. An instant is the eve of a
statement or of a commit on the writer, or the moment after a commit. Nothing of the application knows of it.
"""

import os
import signal
import sys

import uvicorn
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import Session

from app.main import create_app


def serve(app: FastAPI, instant: int) -> None:
    """Serve until killed."""
    seen = 0

    def pass_by(*_facts: object) -> None:
        nonlocal seen
        seen += 1
        if seen == instant:
            os.kill(os.getpid(), signal.SIGKILL)

    writer = app.state.database.writer
    event.listen(writer, "before_cursor_execute", pass_by)
    event.listen(writer, "commit", pass_by)
    event.listen(Session, "after_commit", pass_by)
    uvicorn.run(
        app, host="127.0.0.1", port=int(os.environ["KILLABLE_PORT"]), log_config=None, access_log=False
    )


def main() -> None:
    """Fork, say the process id, wait for its end, say by which signal; for each line."""
    # It holds no connection and no thread yet: each server opens its own.
    app = create_app()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                serve(app, int(line))
            finally:
                os._exit(1)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _pid, status = os.waitpid(pid, 0)
        sys.stdout.write(f"gone {-os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
