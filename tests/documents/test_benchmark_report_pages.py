"""Plots, links and the HTML page of the reports of benchmarks: well-formed, complete, accessible."""

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from documents.benchmark_results import memory, result, row, scaling
from documents.made_reports import PAGES, page, reports, section
from support.project import ROOT

pytestmark = pytest.mark.usefixtures("benchmarks")


def full_run() -> dict[str, Any]:
    latencies = [
        row("threadsafe_wakeup", metric=metric, title=f"thread wakeup, {metric}", rival=1.0 + number)
        for number, metric in enumerate(("p50", "p99", "max"))
    ]
    return result(
        row("callbacks_10k"),
        *latencies,
        row("first_1k", suite="cold", section="cold", shown_unit="us"),
        memory("used_loop", 2**23),
        row("protocol 1 KiB x 100", suite="io", section="io", metric="cpu", title='echo, "1 KiB" <x> 100, cpu'),
        row("call", section="breakdown", title="the call"),
        row("queue", section="breakdown", title="the queue"),
        *scaling("callbacks", {1000: 2.0, 10_000: 1.5}),
    )


def test_plots_are_well_formed_and_described() -> None:
    plots = {name: text for name, text in reports(full_run()).files.items() if name.endswith(".svg")}
    kinds = [
        "headline",
        "loop-warm",
        "loop-warm-latency",
        "loop-breakdown",
        "cold",
        "memory",
        "io",
        "loop-scaling-callbacks",
    ]
    assert set(plots) == {f"plots/{kind}-cpython-3.11-{theme}.svg" for kind in kinds for theme in ("light", "dark")}
    for name, text in plots.items():
        root = ElementTree.fromstring(text)
        assert root.get("aria-label"), name
        sizes = {int(each.get("font-size", "0")) for each in root.iter("{http://www.w3.org/2000/svg}text")}
        assert min(sizes) >= 13, name
        assert "nan" not in text, name
        assert "PyLoop" in text, name


def test_pictures_and_linked_files_exist() -> None:
    made = reports(full_run())
    files = made.files
    for name in PAGES[:3]:
        named = re.findall(r'"(plots/[^"]+)"', files[name])
        assert named, name
        assert [path for path in named if path not in files] == []
        assert [link for link in links(files[name]) if link not in files and not linked(link, "docs/benchmarks")] == []
    here = [link.removeprefix("docs/benchmarks/") for link in links(made.readme)]
    assert [link for link in here if link.partition("#")[0] not in files] == []


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", text)


def linked(link: str, folder: str) -> bool:
    """Whether the file is there, and its heading if one is named."""
    path, _, heading = link.partition("#")
    target = ROOT / folder / path
    if not target.is_file():
        return False
    titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return not heading or heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_contestants_that_are_no_loops_are_drawn_and_what_runs_on_pyloop_is_no_rival() -> None:
    made = row("frameworks_echo", suite="frameworks", section="frameworks")
    cells = made["contestants"]
    made["contestants"] = {
        **{name: cells[name] for name in ("asyncio", "pyloop")},
        **dict.fromkeys(("trio", "gevent"), cells["uvloop"]),
        "anyio on pyloop": cells["rloop"],
    }
    made["best_rival"] = "trio"
    versions = {name: {"version": "1.0", "engine": None} for name in made["contestants"]}
    run = result(made, contestants=versions)
    rivals = section(page("BENCHMARK_RESULTS.md", run), "Against each rival")
    assert re.findall(r"^\| (\S.*), CPython", rivals, flags=re.MULTILINE) == ["asyncio", "trio", "gevent"]
    plot = reports(run).files["plots/frameworks-cpython-3.11-light.svg"]
    assert all(f">{name}</text>" in plot for name in ("PyLoop", "trio", "gevent", "anyio on PyLoop"))


class Elements(HTMLParser):
    """Counts elements, and finds those that are not closed or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)
        if tag in ("link", "img", "iframe", "base") or dict(attrs).get("src"):
            self.wrong.append(f"{tag} loads something")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} is closed but not open")


def test_html_page_is_self_contained_and_accessible() -> None:
    elements = Elements()
    text = page("index.html", full_run())
    elements.feed(text)
    assert (elements.wrong, elements.open) == ([], [])
    assert ("html", {"lang": "en"}) in elements.seen
    identities = [attributes["id"] for _tag, attributes in elements.seen if "id" in attributes]
    assert len(identities) == len(set(identities))
    links = [attributes.get("href") or "" for tag, attributes in elements.seen if tag == "a"]
    assert {link[1:] for link in links} <= set(identities)
    tags = [tag for tag, _attributes in elements.seen]
    assert tags.count("table") == tags.count("caption") == tags.count("thead")
    assert all(attributes.get("scope") for tag, attributes in elements.seen if tag == "th")
    assert all(attributes.get("aria-label") for tag, attributes in elements.seen if tag == "svg")
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    assert 'echo, "1 KiB" &lt;x&gt; 100' in text.replace("&quot;", '"')
