"""The statement of an operation."""

from collections.abc import Mapping
from itertools import count

from windlass_graphql.arguments import Bound
from windlass_graphql.compiler.json_text import Piece, Text, concat, leaf, members
from windlass_graphql.compiler.selection import TYPENAME, Selected
from windlass_graphql.pages import Ordering
from windlass_graphql.reads import Inline, Listing, Many, One, Value
from windlass_graphql.statements import Parent, conditions, parameter_names, rows, source


class NotCompiled(Exception):
    """The operation asks for what only the resolvers answer, like the schema itself."""


def statement(root: tuple[Selected, ...], root_type: str, bounds: Mapping[int, Bound]) -> str:
    """SQL that gives one row with one text: the answer's `data`. Parameters are those of the fields, as walked.

    Raises NotCompiled.
    """
    writer = _Writer(bounds)
    names = {
        id(each): parameter_names(each.reads, bounds[id(each)], writer.numbers)
        for field in root
        for each in field.walk()
        if isinstance(each.reads, One | Many | Listing)
    }
    writer.names = names
    return f"SELECT {concat(writer.object(root, root_type, ''))}"


class _Writer:
    """Writes nested selects, the rows of each level under an alias of its own."""

    def __init__(self, bounds: Mapping[int, Bound]) -> None:
        self.numbers = count(1)
        self.names: dict[int, dict[str, str]] = {}
        self._bounds = bounds
        self._aliases = count(1)

    def object(
        self, fields: tuple[Selected, ...], type_name: str, row: str, columns: Mapping[str, str] | None = None
    ) -> list[Piece]:
        """An object's text, read from the row of that alias; `columns` are those with other names there."""
        return members((each.key, self._field(each, type_name, row, columns or {})) for each in fields)

    def _field(self, each: Selected, type_name: str, row: str, columns: Mapping[str, str]) -> list[Piece]:
        reads = each.reads
        if each.name == TYPENAME:
            return [Text(f'"{type_name}"')]
        if each.name.startswith("__"):
            raise NotCompiled
        if reads is None:
            return leaf(each.field.type, f"{row}.{columns.get(each.name, each.name)}")
        if isinstance(reads, Value):
            return leaf(each.field.type, f"({reads.sql})")
        if isinstance(reads, Inline):
            inner = self.object(each.children, each.type.name, row, reads.columns)
            if reads.present is None:
                return inner
            return [f"CASE WHEN {row}.{reads.present} IS NULL THEN 'null' ELSE {concat(inner)} END"]
        parent: Parent = lambda column: f"{row}.{column}"  # noqa: E731
        bound, names, alias = self._bounds[id(each)], self.names[id(each)], f"t{next(self._aliases)}"
        if isinstance(reads, Listing):
            return self._connection(each, reads, bound, parent, alias)
        found = f"({rows(reads, bound, names, parent)}) AS {alias}"
        inner_text = concat(self.object(each.children, each.type.name, alias))
        if isinstance(reads, One):
            return [f"coalesce((SELECT {inner_text} FROM {found}), 'null')"]
        return [Text("["), f"(SELECT string_agg({inner_text}, ',') FROM {found})", Text("]")]

    def _connection(self, each: Selected, reads: Listing, bound: Bound, parent: Parent, alias: str) -> list[Piece]:
        assert bound.page is not None
        page, names = bound.page, self.names[id(each)]
        needs_places = any(child.name == "page_info" for child in each.children)
        # Rows come in the order of the subquery; from the list's end that is backwards.
        numbered = needs_places or page.from_end
        on_page = f" FILTER (WHERE {alias}.row_number <= {names['size']})" if needs_places else ""
        order = f" ORDER BY {alias}.row_number DESC" if page.from_end else ""

        def listed(item: list[Piece]) -> list[Piece]:
            return [Text("["), f"string_agg({concat(item)}, ','{order}){on_page}", Text("]")]

        def place(inner: Selected, page_info: Selected) -> list[Piece]:
            return _place(inner, page_info, reads, bound, names, alias)

        def part(child: Selected) -> list[Piece]:
            if child.name == TYPENAME:
                return [Text(f'"{each.type.name}"')]
            if child.name == "nodes":
                return listed(self.object(child.children, child.type.name, alias))
            if child.name == "edges":
                return listed(
                    members(
                        (inner.key, self._edge(inner, child, reads, page.ordering, alias)) for inner in child.children
                    )
                )
            if child.name == "page_info":
                return members(
                    (inner.key, _place(inner, child, reads, bound, names, alias)) for inner in child.children
                )
            assert child.name == "total_count", child.name
            where = conditions(reads, bound, names, parent)
            text = f"SELECT count(*) FROM {source(reads, parent)} AS t"
            return [f"({text}{' WHERE ' + ' AND '.join(where) if where else ''})"]

        text = concat(members((child.key, part(child)) for child in each.children))
        found = rows(reads, bound, names, parent, one_more=needs_places)
        if numbered:
            found = f"SELECT t.*, row_number() OVER (), count(*) OVER () AS row_count FROM ({found}) AS t"
        # An aggregate, so that there is one row even where the page is empty.
        return [f"(SELECT {text} FROM ({found}) AS {alias} HAVING true)"]

    def _edge(self, inner: Selected, edge: Selected, reads: Listing, ordering: Ordering, alias: str) -> list[Piece]:
        if inner.name == TYPENAME:
            return [Text(f'"{edge.type.name}"')]
        if inner.name == "cursor":
            return [Text('"'), _cursor(reads, ordering, alias), Text('"')]
        return self.object(inner.children, inner.type.name, alias)


def _place(
    inner: Selected, page_info: Selected, reads: Listing, bound: Bound, names: Mapping[str, str], alias: str
) -> list[Piece]:
    assert bound.page is not None
    page, size = bound.page, names["size"]
    if inner.name == TYPENAME:
        return [Text(f'"{page_info.type.name}"')]
    if inner.name in ("has_next_page", "has_previous_page"):
        if (inner.name == "has_next_page") == page.from_end:
            return [Text("true" if (page.before if page.from_end else page.after) is not None else "false")]
        return [f"CASE WHEN count(*) > {size} THEN 'true' ELSE 'false' END"]
    is_read_first = (inner.name == "start_cursor") != page.from_end
    row = "1" if is_read_first else f"least({alias}.row_count, {size})"
    cursor = f"min({_cursor(reads, page.ordering, alias)}) FILTER (WHERE {alias}.row_number = {row})"
    return [f"coalesce('\"' || {cursor} || '\"', 'null')"]


def _cursor(reads: Listing, ordering: Ordering, row: str) -> str:
    """As pages.encode_cursor writes it; PostgreSQL's base64 breaks lines."""
    text = f"concat('{ordering.cursors_of(reads.name)}:', {row}.{ordering.column}, ':', {row}.{reads.key})"
    return f"translate(rtrim(encode(convert_to({text}, 'UTF8'), 'base64'), '='), E'+/\\n', '-_')"
