"""What the forms of this room hold."""

from pydantic import Field

from app.kit.schemas import Request


class AskForm(Request):
    email: str = Field(max_length=254)
    suite: str = Field(default="/", max_length=2000)


class OpenForm(Request):
    jeton: str = Field(max_length=100)
