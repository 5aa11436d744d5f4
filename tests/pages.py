"""Pages of HTML, as a browser and as a screen reader take them apart."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta"}
LOADING = {"src", "srcset", "data", "poster", "action", "background"}


class Page(HTMLParser):
    """Whether all is closed, what is shown, what is named, and what would be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []
        self.loaded: list[str | None] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.elements.append((tag, dict(attrs)))
        self.loaded += [value for name, value in attrs if name in LOADING]
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every ``tag``."""
        return [attrs for name, attrs in self.elements if name == tag]
