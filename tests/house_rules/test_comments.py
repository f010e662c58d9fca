"""Every public member has a comment, and comments are wrapped so that no line holds a single word."""

from pathlib import Path

import pytest

from house_rules.members import Member, java_members, java_members_in, python_members
from house_rules.sources import AROUND, PRODUCT, CommentLine, comment_lines, files

JAVA = """
/// A type.
public final class Known<T extends Comparable<T>> {
    /// A field.
    public static final int[] FIELD = {1, 2};
    public static final String BARE = "; public int no() {}";
    private int hidden;

    /// A constructor.
    @Deprecated(since = "{")
    public Known(int value) { if (value > 0) { value--; } }

    public <R> R bare(Function<T, R> function) { return function.apply(() -> { return 1; }); }

    @Override
    public void close() {}

    /// A nested type.
    interface Inner {
        void bareToo(int a, int b);

        /// Documented.
        default int documented() { return 1; }

        private void own() {}
    }

    enum Bare { ONE, TWO }
}
"""


def lonely_words(places: tuple[str, ...]) -> list[CommentLine]:
    """Lines that continue a comment with one word. What is between two fences is a figure, not a sentence."""
    found = []
    for path in files(places, ".java", ".py", ".c", ".h"):
        before, in_figure = None, False
        for line in comment_lines(path):
            continues = before is not None and before.text and before.number == line.number - 1
            is_fence = line.text.startswith("```")
            in_figure = (in_figure and bool(continues)) != is_fence
            if continues and not is_fence and not in_figure and len(line.text.split()) == 1:
                found.append(line)
            before = line
    return found


def undocumented(members: list[Member]) -> list[str]:
    return [str(member) for member in members if not member.documented]


def test_java() -> None:
    members = [member for path in files(("src/main",), ".java") for member in java_members(path)]
    assert len(members) > 400
    assert undocumented(members) == []


def test_python() -> None:
    members = [
        member for path in files(("python", "tools", "hatch_build.py"), ".py") for member in python_members(path)
    ]
    assert len(members) > 100
    assert undocumented(members) == []


@pytest.mark.parametrize("places", [PRODUCT, AROUND])
def test_no_line_of_one_word(places: tuple[str, ...]) -> None:
    assert lonely_words(places) == []


def test_public_java_is_recognised() -> None:
    members = list(java_members_in(JAVA, "Known.java"))
    assert [(member.name, member.documented, member.is_field) for member in members] == [
        ("Known", True, False),
        ("FIELD", True, True),
        ("BARE", False, True),
        ("Known", True, False),
        ("bare", False, False),
        ("Inner", True, False),
        ("bareToo", False, False),
        ("documented", True, False),
        ("Bare", False, False),
    ]


def test_public_python_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("house_rules.sources.ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text('def bare(): pass\ndef _own(): pass\nclass Known:\n    """Is."""\n    def method(self): pass\n')
    found = [(member.name, member.documented) for member in python_members(path)]
    assert found == [("(module)", False), ("bare", False), ("Known", True), ("Known.method", False)]


def test_lonely_words_are_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("house_rules.sources.ROOT", tmp_path)
    (tmp_path / "A.java").write_text(
        '/// A sentence that goes\n/// on.\nString text = "// a\\n// b"; // word\n'
        "/// A figure:\n/// ```\n/// +--+\n/// ```\n/// A sentence that goes\n/// on.\n"
    )
    (tmp_path / "a.py").write_text('# word\n"""\n# a text\n# text\n"""\n# a sentence\n# ends\n')
    assert [(line.path, line.number, line.text) for line in lonely_words((".",))] == [
        ("A.java", 2, "on."),
        ("A.java", 9, "on."),
        ("a.py", 7, "ends"),
    ]
