"""A page as a tree, by the standard library's tokenizer: enough to ask what a browser sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

_VOID = {"br", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """An element, its attributes decoded; one without a value has ``""``, as in a browser."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    @property
    def raw_text(self) -> str:
        return "".join(c if isinstance(c, str) else c.raw_text for c in self.children)

    @property
    def text(self) -> str:
        """Return the text, its white space collapsed as a browser does."""
        return " ".join(self.raw_text.split())

    def all(self, tag: str | None = None, **attributes: str) -> list[Element]:
        """Return the elements below with this tag and these values; ``class_`` is one class."""
        return [e for e in self.walk() if tag in {None, e.tag} and e.matches(attributes)]

    def one(self, tag: str | None = None, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tag} {attributes}"
        return found[0]

    def link(self, text: str) -> Element:
        found = [a for a in self.all("a") if a.text == text]
        assert len(found) == 1, f"{len(found)} links with the text {text!r}"
        return found[0]

    def submit(self, **changes: str) -> str:
        """Return the address that a browser opens when this form is sent with *changes* made."""
        assert self.tag == "form"
        assert self["method"] == "get"
        values = {e["name"]: e.get("value") or "" for e in self.all("input")}
        for select in self.all("select"):
            chosen = [o for o in select.all("option") if "selected" in o] or select.all("option")
            values[select["name"]] = chosen[0]["value"]
        assert changes.keys() <= values.keys()
        return f"{self['action']}?{urlencode(values | changes)}"

    def walk(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                if child.tag != "template":  # what is in there is in no page
                    yield from child.walk()

    def matches(self, wanted: dict[str, str]) -> bool:
        for name, value in wanted.items():
            if name == "class_":
                if value not in (self.get("class") or "").split():
                    return False
            elif self.get(name.replace("_", "-")) != value:
                return False
        return True


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    """Return the document; every element in it must be closed where it should be."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open == [builder.root], f"<{builder.open[-1].tag}> stays open"
    return builder.root
