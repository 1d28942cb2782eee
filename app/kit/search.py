"""Full text in French, the same on both databases: case and accents folded, words stemmed (Snowball), stop words out.

A searchable row keeps its stems in a text column, written by `stems`. A search is a conjunction: a row matches when
it holds every stem of the query. PostgreSQL answers from a GIN index over the `lexemes` of the row, exact, without a
parser of its own; the id of its authority is one of them, so that a search reads the rows of one authority alone.
SQLite, made for small authorities, walks the rows through a function.

Names of people are not French words: `folded` keeps them whole, and `beginnings` finds them by how they begin.
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
# A GIN index of PostgreSQL refuses an entry above 2,700 bytes: what is longer than this is no word, and is cut.
MAX_WORD = 64
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


def folded(*texts: str) -> str:
    """The words of `texts` in order, without case, accents or punctuation: `Élise D'Ô` is `elise d o`."""
    return " ".join(word for text in texts for word in _words(text))


def beginnings(text: str) -> str | None:
    """Like `query`, over a column of `folded` names: each word of `text` must begin one of the column's."""
    return " & ".join(f"'{word}':*" for word in dict.fromkeys(_words(text))) or None


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [word[:MAX_WORD] for word in _WORD.findall(plain)]


def _stems(text: str) -> list[str]:
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer.Stemmer("french")
    stemmed: list[str] = stemmer.stemWords([word for word in _words(text) if word not in _STOP])
    return stemmed


class matches(FunctionElement[bool]):  # noqa: N801 a SQL function
    """`matches(column, parameter)`: `column` holds every word that `parameter` asks for.

    `parameter` comes from `query`, over a column of `stems`, or from `beginnings`, over one of `folded` names.
    """

    type = Boolean()
    inherit_cache = True
    name = "matches"


def matching(column: Any, name: str) -> ColumnElement[bool]:
    """The filter `matches(column, :name)`; of a table of an authority, over the rows of the one at hand."""
    if "authority_id" not in column.table.c:
        return matches(column, bindparam(name))
    return in_authority(column.table.c.id, column, bindparam(name))


def lexemes(authority: str, column: str) -> str:
    """What the index of a searchable table is made of, as SQL of PostgreSQL."""
    return f"array_to_tsvector(string_to_array(rtrim(CAST({authority} AS text) || ' ' || {column}), ' '))"


class in_authority(FunctionElement[bool]):  # noqa: N801 a SQL function
    """`in_authority(id, column, parameter)`: `matches` of the rest, answered by the index over `lexemes`.

    PostgreSQL evaluates the policies of row-level security before `@@`, so that a query which is held to them cannot
    use that index: `essaim_find_<table>`, made by a migration, looks for it within the authority at hand. On SQLite
    nothing is said of the authority: the clause that says whose rows are seen stands beside this one anyway.
    """

    type = Boolean()
    inherit_cache = True
    name = "in_authority"


@compiles(in_authority, "postgresql")
def _in_authority_on_postgresql(element: in_authority, compiler: SQLCompiler, **options: Any) -> str:
    key, _column, parameter = element.clauses
    found = f"essaim_find_{key.table.name}(CAST({compiler.process(parameter, **options)} AS tsquery))"
    return f"{compiler.process(key, **options)} IN (SELECT found FROM {found} AS found)"  # noqa: S608 our own names


@compiles(in_authority, "sqlite")
def _in_authority_on_sqlite(element: in_authority, compiler: SQLCompiler, **options: Any) -> str:
    _key, *rest = element.clauses
    return compiler.process(matches(*rest), **options)


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
    held = search.split(" ")
    if not wanted.endswith(":*"):
        return {term[1:-1] for term in wanted.split(" & ")}.issubset(held)
    return all(any(word.startswith(term[1:-3]) for word in held) for term in wanted.split(" & "))
