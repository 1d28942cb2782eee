"""Documents to print or to keep: Typst templates filled with data, set in fonts that stand beside this file."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

FONTS = Path(__file__).resolve().parent / "fonts"

ACCESSIBLE: Final = ("ua-1",)
ARCHIVED: Final = ("a-2a", "ua-1")
"""For what is kept: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1). The template must date its document."""


def pdf(template: Path, data: Mapping[str, Any], standards: Sequence[Any] = ACCESSIBLE) -> bytes:
    """The PDF that `template` makes of `data`, which it reads as JSON in `sys.inputs.data`. Tagged: PDF/UA-1.

    Values arrive as data and never as markup: nothing that a person wrote can run in a template.
    """
    # Late: a process that sets no document does without the compiler.
    import typst

    return bytes(
        typst.compile(
            str(template),
            sys_inputs={"data": json.dumps(data)},
            font_paths=_fonts(),
            pdf_standards=list(standards),
        )
    )


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
