"""The process that forks servers to be killed.

It makes the application once, then forks a server for each line it reads, which says when that server is to kill itself
(SIGKILL, so that nothing of it is tidied up): before its n-th statement on the writer, before or after its first commit
there, or never. It then says how many statements it had begun. Nothing of the application knows of it.
"""

import os
import signal
import sys

import uvicorn
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import Session

from app.main import create_app

NEVER, BEFORE_COMMIT, AFTER_COMMIT = 0, -1, -2


def serve(app: FastAPI, instant: int) -> None:
    """Serve until killed."""
    seen = 0

    def die() -> None:
        sys.stdout.write(f"killed after {seen}\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(*_facts: object) -> None:
        nonlocal seen
        seen += 1
        if seen == instant:
            die()

    def before_commit(*_facts: object) -> None:
        if instant == BEFORE_COMMIT:
            die()

    def after_commit(*_facts: object) -> None:
        if instant == AFTER_COMMIT:
            die()

    writer = app.state.database.writer
    event.listen(writer, "before_cursor_execute", before_statement)
    event.listen(writer, "commit", before_commit)
    event.listen(Session, "after_commit", after_commit)
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
