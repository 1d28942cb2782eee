"""Named selects: a person's inbox, and who is concerned by what happened."""

from app.notices.queries.inbox import notice_detail, page

__all__ = ["notice_detail", "page"]
