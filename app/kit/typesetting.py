"""Documents to print or to keep: Typst templates filled with data, set in fonts that stand beside this file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).resolve().parent / "fonts"


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF that `template` makes of `data`, which it reads as JSON in `sys.inputs.data`. Tagged: PDF/UA-1.

    Values arrive as data and never as markup: nothing that a person wrote can run in a template.
    """
    return bytes(
        typst.compile(
            str(template),
            sys_inputs={"data": json.dumps(data)},
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
    )
