"""Which version was read."""

import pytest

from app.kit.etag import etag, is_held, require_version
from app.kit.problems import Invalid, PreconditionFailed, PreconditionRequired


def test_a_tag_names_the_version_and_the_body() -> None:
    assert etag(3, b"{}") == etag(3, b"{}")
    assert etag(3, b"{}") != etag(3, b"[]")
    assert etag(3, b"{}") != etag(4, b"{}")
    assert etag(3, b"{}").startswith('"3-')


class TestIfMatch:
    @pytest.mark.parametrize(
        "header",
        ['"3-9c3f51d2"', '"3-00000000"', '"3"', "3", "*", ' "3-x" ', '"1-a", "3-b"', 'W/"3-9c3f51d2"'],
    )
    def test_of_this_version(self, header: str) -> None:
        require_version(header, 3)

    @pytest.mark.parametrize("header", ['"2-9c3f51d2"', '"33-a"', '"1-a", "2-b"', '"03-a"', 'W/"2-a"'])
    def test_of_another_version(self, header: str) -> None:
        with pytest.raises(PreconditionFailed):
            require_version(header, 3)

    def test_missing(self) -> None:
        with pytest.raises(PreconditionRequired):
            require_version(None, 3)

    @pytest.mark.parametrize("header", ["", "abc", '"-3"', "3.0", '"3-a",', "²", '"3" *'])
    def test_never_a_tag_of_ours(self, header: str) -> None:
        with pytest.raises(Invalid) as refused:
            require_version(header, 3)
        assert refused.value.errors[0].field == "If-Match"
        assert refused.value.errors[0].where == "header"


class TestIfNoneMatch:
    @pytest.mark.parametrize("header", ['"3-a"', '"1-b", "3-a"', "*", 'W/"3-a"', ' "3-a" '])
    def test_held(self, header: str) -> None:
        assert is_held(header, '"3-a"')

    @pytest.mark.parametrize("header", [None, "", '"3-b"', '"3"', "3-a"])
    def test_not_held(self, header: str | None) -> None:
        assert not is_held(header, '"3-a"')
