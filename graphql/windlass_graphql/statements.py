"""The SQL that finds a field's rows, the same for a compiled query and for a resolver's batch."""

import re
from collections.abc import Callable
from itertools import count

from windlass_graphql.arguments import Bound
from windlass_graphql.pages import LARGEST_PAGE
from windlass_graphql.queries import fragment
from windlass_graphql.reads import Listing, Many, One, Related

_PARENT = re.compile(r"\{parent\.(\w+)(?::(\w+))?\}")
_GIVEN = re.compile(r"\$([a-z]\w*)")

Parent = Callable[[str], str]
"""SQL for a column of the parent's row."""


def parent_columns(reads: Related) -> list[tuple[str, str]]:
    """The parent's columns that it is found by, each with its type, without repetition."""
    texts = [reads.on or "", *reads.given.values()]
    return list(dict.fromkeys((match[1], match[2] or "text") for text in texts for match in _PARENT.finditer(text)))


def parameter_names(reads: Related, bound: Bound, numbers: "count[int]") -> dict[str, str]:
    """`$n` with its type, by the name of what it holds: an argument, or an end of the page."""
    names = {name: f"${next(numbers)}::{reads.arguments[name].cast}" for name in bound.given}
    if bound.page is not None:
        for end, place in (("after", bound.page.after), ("before", bound.page.before)):
            if place is not None:
                names[f"{end} position"] = f"${next(numbers)}::{bound.page.ordering.cast}"
                names[f"{end} key"] = f"${next(numbers)}::text"
        names["size"] = f"${next(numbers)}::integer"
    return names


def source(reads: Related, parent: Parent) -> str:
    """The fragment, as what to select from."""
    text = _GIVEN.sub(lambda match: _of_parent(reads.given[match[1]], parent), fragment(reads.fragment))
    return f"({text})"


def conditions(reads: Related, bound: Bound, names: dict[str, str], parent: Parent) -> list[str]:
    """What its rows fulfil, wherever the page lies."""
    found = [] if reads.on is None else [_of_parent(reads.on, parent)]
    found += [reads.arguments[name].where.replace("{value}", names[name]) for name in bound.given]
    return [condition.replace("{t}", "t") for condition in found]


def rows(reads: Related, bound: Bound, names: dict[str, str], parent: Parent, one_more: bool = True) -> str:
    """Its rows; of a page from the list's end in reverse order. `one_more` tells whether there is another page."""
    where = conditions(reads, bound, names, parent)
    if isinstance(reads, Listing):
        assert bound.page is not None
        page = bound.page
        place = f"(t.{page.ordering.column}, t.{reads.key})"
        # The list's order, whichever end is read from.
        onward, back = (">", "<") if page.ordering.ascends else ("<", ">")
        for end, sign in (("after", onward), ("before", back)):
            if f"{end} position" in names:
                where.append(f"{place} {sign} ({names[f'{end} position']}, {names[f'{end} key']})")
    text = f"SELECT t.* FROM {source(reads, parent)} AS t"
    if where:
        text += " WHERE " + " AND ".join(where)
    if isinstance(reads, Listing):
        direction = "ASC" if page.ascends else "DESC"
        text += f" ORDER BY t.{page.ordering.column} {direction}, t.{reads.key} {direction}"
        # The planner has to know that it is a page; a parameter alone would be taken for a tenth of the table.
        size = f"{names['size']} + 1" if one_more else names["size"]
        text = f"SELECT t.* FROM ({text} LIMIT {LARGEST_PAGE + 1}) AS t LIMIT {size}"
    elif isinstance(reads, Many):
        text += f" ORDER BY {reads.order.replace('{t}', 't')} LIMIT {reads.most}"
    elif isinstance(reads, One):
        text += " LIMIT 1"
    return text


def _of_parent(text: str, parent: Parent) -> str:
    return _PARENT.sub(lambda match: parent(match[1]), text)
