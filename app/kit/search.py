"""Full text in French, the same on both databases: case and accents folded, words stemmed (Snowball), stop words out.

A searchable row keeps its stems in a text column, written by `stems`. A search is a conjunction: a row matches when
it holds every stem of the query. PostgreSQL answers from a GIN index over
`array_to_tsvector(string_to_array(column, ' '))` (exact lexemes, no parser of its own); SQLite, made for small
authorities, walks the rows through a function.
"""

import re
import sqlite3
import threading
import unicodedata
from typing import Any

import Stemmer
from sqlalchemy import Boolean, ColumnElement, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    [
        "a",
        "ai",
        "ait",
        "alors",
        "as",
        "au",
        "aucun",
        "aussi",
        "autre",
        "aux",
        "avec",
        "avoir",
        "c",
        "ca",
        "car",
        "ce",
        "cela",
        "ces",
        "cet",
        "cette",
        "ceux",
        "chaque",
        "ci",
        "comme",
        "d",
        "dans",
        "de",
        "des",
        "donc",
        "du",
        "elle",
        "elles",
        "en",
        "encore",
        "entre",
        "est",
        "et",
        "etaient",
        "etait",
        "ete",
        "etre",
        "eu",
        "eux",
        "fait",
        "font",
        "ici",
        "il",
        "ils",
        "j",
        "je",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "leurs",
        "lui",
        "m",
        "ma",
        "mais",
        "me",
        "meme",
        "mes",
        "mon",
        "n",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ont",
        "ou",
        "par",
        "parce",
        "pas",
        "pour",
        "qu",
        "quand",
        "que",
        "quel",
        "quelle",
        "qui",
        "quoi",
        "s",
        "sa",
        "sans",
        "se",
        "ses",
        "si",
        "soit",
        "son",
        "sont",
        "sous",
        "sur",
        "t",
        "ta",
        "te",
        "tes",
        "ton",
        "tous",
        "tout",
        "toute",
        "toutes",
        "tres",
        "trop",
        "tu",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "y",
    ]
)
# A Snowball stemmer keeps state and is not safe to share between threads.
_local = threading.local()


def stems(*texts: str) -> str:
    """The distinct stems of `texts`, in order of appearance, separated by spaces."""
    return " ".join(dict.fromkeys(stem for text in texts for stem in _stems(text)))


def query(text: str) -> str | None:
    """`text` as the parameter of `matches`, or None where it holds no word to look for."""
    found = dict.fromkeys(_stems(text))
    return " & ".join(f"'{stem}'" for stem in found) or None


def _stems(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer.Stemmer("french")
    words = [word for word in _WORD.findall(plain) if word not in _STOP]
    stemmed: list[str] = stemmer.stemWords(words)
    return stemmed


class matches(FunctionElement[bool]):  # noqa: N801 a SQL function
    """`matches(column, parameter)`: the stems in `column` hold every one that `parameter`, from `query`, names."""

    type = Boolean()
    inherit_cache = True
    name = "matches"


def matching(column: Any, name: str) -> ColumnElement[bool]:
    """The filter `matches(column, :name)`."""
    return matches(column, bindparam(name))


@compiles(matches, "postgresql")
def _on_postgresql(element: matches, compiler: SQLCompiler, **options: Any) -> str:
    column, parameter = (compiler.process(clause, **options) for clause in element.clauses)
    return f"array_to_tsvector(string_to_array({column}, ' ')) @@ CAST({parameter} AS tsquery)"


@compiles(matches, "sqlite")
def _on_sqlite(element: matches, compiler: SQLCompiler, **options: Any) -> str:
    column, parameter = (compiler.process(clause, **options) for clause in element.clauses)
    return f"essaim_matches({column}, {parameter})"


def install_on_sqlite(connection: sqlite3.Connection) -> None:
    """Give a SQLite connection the function that `matches` calls."""
    connection.create_function("essaim_matches", 2, _matches, deterministic=True)


def _matches(search: str, wanted: str) -> bool:
    return {term[1:-1] for term in wanted.split(" & ")}.issubset(search.split(" "))
