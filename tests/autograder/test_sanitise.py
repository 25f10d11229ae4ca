"""Whatever became of a notebook, what can be recognised is graded, with a flag; the rest has a reason."""

from __future__ import annotations

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.records import AnswerKey, KeyCell, Role
from autograder.sanitise import Unreadable, read_notebook, rebuild
from autograder.sanitise.reading import MAX_BYTES, MAX_CELLS
from autograder.sanitise.runlist import MAX_EXTRAS

STUB = "def {0}(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
ANSWERS = {
    "double": "def double(x):\n    # zwei mal é\n    y = 2 * x\n    return y",
    "triple": "def triple(x):\n    return 3 * x",
}
CELLS = (
    KeyCell("text-1", Role.TEXT, "# Numbers, d’accord?", kind="markdown"),
    KeyCell("setup", Role.LOCKED, "import numpy as np"),
    KeyCell("double", Role.SOLUTION, "def double(x):\n    return x + x"),
    KeyCell("check_double", Role.CHECK, "assert double(2) == 4\nassert double(3) == 6", 2.0),
    KeyCell("figure", Role.CODE, "print(double(5))"),
    KeyCell("triple", Role.SOLUTION, "def triple(x):\n    return x + x + x"),
    KeyCell("check_triple", Role.CHECK, "assert triple(2) == 6", 1.0),
    KeyCell("why", Role.MANUAL, "Why three?\n\nSince it is.", 1.0, "markdown"),
)
KEY = AnswerKey(
    "numbers",
    CELLS,
    {cell.name: cell.source for cell in CELLS}
    | {name: STUB.format(name) for name in ANSWERS}
    | {"check_double": "assert double(2) == 4", "why": "Why three?\n\nYOUR ANSWER HERE"},
)
WORDS = "Why three?\n\nBecause two and one make it."


def good():
    """Return the notebook of a student who answered everything."""
    cells = []
    for cell in CELLS:
        source = ANSWERS.get(cell.name) or (WORDS if cell.name == "why" else KEY.released[cell.name])
        cells.append(new_cell(source, cell.name, cell.kind))
        if cell.role not in (Role.TEXT, Role.CODE):
            cells[-1]["metadata"] = {"nbgrader": {"grade_id": cell.name, "points": cell.points}}
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def new_cell(source, name="", kind="code"):
    cell = {"cell_type": kind, "id": name or f"id-{abs(hash(source))}", "metadata": {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def at(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def place(notebook, name):
    return notebook["cells"].index(at(notebook, name))


def nameless(cell):
    return {"cell_type": cell["cell_type"], "metadata": {}, "source": cell["source"]}


def sanitised(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return rebuild(read_notebook(data), KEY)


def answered(run):
    """Return the answers that can still earn their points: executed in order, each before its own check."""
    namespace, right = {}, set()
    for step in run.steps:
        if step.role is Role.CHECK:
            assert step.source == next(cell.source for cell in CELLS if cell.name == step.name)
            try:
                exec(step.source, dict(namespace))
                right.add(step.name.removeprefix("check_"))
            except Exception:
                continue
        elif step.role is Role.MANUAL and "Because two" in step.source:
            right.add("why")
        elif step.runs:
            try:
                exec(compile(step.source, step.name, "exec"), namespace)
            except Exception:
                continue
    return right


ALL = {"double", "triple", "why"}
DAMAGES = []


def damage(*, expect=ALL, flag=None):
    """Register one damage: a function that changes a good notebook, or returns what stands in its place."""

    def register(function):
        DAMAGES.append(pytest.param(function, set(expect), flag, id=function.__name__))
        return function

    return register


@damage()
def untouched(nb):
    pass


@damage(flag="check_double: the check was deleted; it was put back")
def deleted_check(nb):
    nb["cells"].remove(at(nb, "check_double"))


@damage(flag="setup: the given cell was deleted; it was put back")
def deleted_setup(nb):
    nb["cells"].remove(at(nb, "setup"))


@damage(expect={"triple", "why"}, flag="double: its cell is missing")
def deleted_answer(nb):
    nb["cells"].remove(at(nb, "double"))


@damage(expect={"double", "triple"}, flag="why: its cell is missing")
def deleted_words(nb):
    nb["cells"].remove(at(nb, "why"))


@damage()
def deleted_text(nb):
    nb["cells"].remove(at(nb, "text-1"))


@damage(flag="double: the answer's cell occurs 2 times")
def copied_answer(nb):
    nb["cells"].insert(3, copy.deepcopy(at(nb, "double")))


@damage(flag="double: the answer's cell occurs 2 times")
def copied_with_the_stub_left_behind(nb):
    stub = copy.deepcopy(at(nb, "double")) | {"source": STUB.format("double")}
    nb["cells"].insert(4, stub)


@damage(flag="check_double: the check occurs 2 times")
def copied_check(nb):
    nb["cells"].append(copy.deepcopy(at(nb, "check_double")))


@damage(flag="triple: its cell is missing, but another cell defines it")
def merged_into_the_first(nb):
    at(nb, "double")["source"] += "\n\n" + at(nb, "triple")["source"]
    nb["cells"].remove(at(nb, "triple"))


@damage(flag="double: answered in the cell triple")
def merged_into_the_second(nb):
    at(nb, "triple")["source"] = at(nb, "double")["source"] + "\n\n" + at(nb, "triple")["source"]
    nb["cells"].remove(at(nb, "double"))


@damage()
def merged_with_its_check(nb):
    at(nb, "double")["source"] += "\n\n" + at(nb, "check_double")["source"]
    nb["cells"].remove(at(nb, "check_double"))


@damage(flag="lost its name")
def everything_in_one_nameless_cell(nb):
    source = "\n\n".join(cell["source"] for cell in nb["cells"] if cell["cell_type"] == "code")
    nb["cells"] = [new_cell(source), new_cell(WORDS, kind="markdown")]


@damage(flag="occurs 2 times")
def split_in_the_middle_with_both_names(nb):
    cell = at(nb, "double")
    rest = copy.deepcopy(cell) | {"source": "    return y"}
    cell["source"] = "def double(x):\n    y = 2 * x"
    nb["cells"].insert(place(nb, "double") + 1, rest)


@damage(flag="occurs 2 times")
def split_in_the_middle_without_a_name(nb):
    cell = at(nb, "double")
    cell["source"] = "def double(x):"
    nb["cells"].insert(place(nb, "double") + 1, new_cell("    y = 2 * x\n    return y"))


@damage(flag="occurs 3 times")
def split_into_three(nb):
    cell = at(nb, "double")
    cell["source"] = "def double("
    where = place(nb, "double") + 1
    nb["cells"][where:where] = [new_cell("x):"), new_cell("    return 2 * x")]


@damage(flag="another order")
def reversed_order(nb):
    nb["cells"].reverse()


@damage(flag="another order")
def shuffled(nb):
    random.Random(3).shuffle(nb["cells"])


@damage(flag="double: the answer was turned into a text cell; it was run as code")
def answer_as_markdown(nb):
    at(nb, "double")["cell_type"] = "markdown"


@damage(flag="double: the answer was turned into a text cell; it was run as code")
def answer_as_raw(nb):
    at(nb, "double")["cell_type"] = "raw"


@damage(flag="check_double: the check was turned into another type of cell")
def check_as_markdown(nb):
    at(nb, "check_double")["cell_type"] = "markdown"


@damage()
def words_as_code(nb):
    at(nb, "why")["cell_type"] = "code"


@damage()
def without_grade_ids(nb):
    for cell in nb["cells"]:
        cell["metadata"] = {}


@damage()
def without_ids(nb):
    for cell in nb["cells"]:
        del cell["id"]
    nb["nbformat_minor"] = 4


@damage(flag="double: the cell lost its name; recognised by the function that it defines")
def without_any_names(nb):
    nb["cells"] = [nameless(cell) for cell in nb["cells"]]


@damage(flag="why: the cell lost its name")
def without_any_names_and_without_the_question(nb):
    at(nb, "why")["source"] = "Because two and one make it."
    nb["cells"] = [nameless(cell) for cell in nb["cells"]]


@damage(flag="recognised by")
def without_names_and_in_another_order(nb):
    nb["cells"] = [nameless(cell) for cell in reversed(nb["cells"])]


@damage()
def all_ids_the_same(nb):
    for cell in nb["cells"]:
        cell["id"] = "same"


@damage(flag="recognised by")
def all_ids_the_same_and_no_grade_ids(nb):
    nb["cells"] = [nameless(cell) | {"id": "same"} for cell in nb["cells"]]


@damage(flag="occurs 2 times")
def duplicate_grade_id_on_an_experiment(nb):
    nb["cells"].insert(2, new_cell("print('try')") | {"metadata": {"nbgrader": {"grade_id": "double"}}})


@damage(flag="double: answered in the cell triple")
def swapped_grade_ids(nb):
    first, second = at(nb, "double"), at(nb, "triple")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]


@damage(flag="double: answered in the cell check_double")
def swapped_with_the_check(nb):
    first, second = at(nb, "double"), at(nb, "check_double")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]
    first["id"], second["id"] = second["id"], first["id"]


@damage()
def renamed_grade_ids(nb):
    for cell in nb["cells"]:
        cell["metadata"] = {"nbgrader": {"grade_id": "x" + cell["id"]}}


@damage()
def edited_points_and_locks(nb):
    for cell in nb["cells"]:
        cell["metadata"] = {
            "nbgrader": {"grade_id": cell["id"], "points": 99, "locked": False, "grade": True}
        }


@damage(flag="check_double: the check was edited; the original was used")
def edited_check(nb):
    at(nb, "check_double")["source"] = "pass"


@damage(flag="setup: the given cell was edited; the original was used")
def edited_setup(nb):
    at(nb, "setup")["source"] = "import os as np"


@damage()
def answers_among_experiments(nb):
    nb["cells"].insert(0, new_cell("scratch = 1"))
    nb["cells"].append(new_cell("def other(): pass"))
    nb["cells"].append(new_cell("A note.", kind="markdown"))


@damage(flag="saved for 'R'")
def kernel_of_r(nb):
    nb["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}


@damage(flag="saved for 'julia-1.9'")
def kernel_of_julia_without_a_language(nb):
    nb["metadata"] = {"kernelspec": {"name": "julia-1.9"}}


@damage()
def kernel_of_conda(nb):
    nb["metadata"]["kernelspec"] = {"name": "conda-env-ml-py", "language": "python"}


@damage()
def no_notebook_metadata(nb):
    del nb["metadata"]


@damage(flag="format 3, not format 4")
def format_3(nb):
    cells = [cell | {"input": cell["source"]} for cell in nb["cells"]]
    for cell in cells:
        if cell["cell_type"] == "code":
            del cell["source"]
    return {"worksheets": [{"cells": cells[:4]}, {"cells": cells[4:]}], "nbformat": 3, "nbformat_minor": 0}


@damage(flag="format 2, not format 4")
def format_2(nb):
    cells = [
        {"cell_type": "code", "input": cell["source"]}
        if cell["cell_type"] == "code"
        else {"cell_type": "markdown", "source": cell["source"]}
        for cell in nb["cells"]
    ]
    return {"worksheets": [{"cells": cells}], "nbformat": 2}


@damage(flag="an unknown format")
def format_of_nonsense(nb):
    nb["nbformat"] = [[["four"]]]


@damage(flag="an unknown format")
def no_format(nb):
    del nb["nbformat"]


for minor in range(6):

    def format_4(nb, minor=minor):
        nb["nbformat_minor"] = minor
        if minor < 5:
            for cell in nb["cells"]:
                del cell["id"]

    format_4.__name__ = f"format_4_{minor}"
    damage()(format_4)


@damage()
def sources_as_lists(nb):
    for cell in nb["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


@damage()
def windows_line_ends(nb):
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return json.dumps(nb, indent=1).replace("\n", "\r\n").encode()


@damage()
def old_macintosh_line_ends(nb):
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r")


@damage()
def spaces_at_line_ends(nb):
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "  \n\n") + "\n\n"


for encoding in ("utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le"):

    def encoded(nb, encoding=encoding):
        return json.dumps(nb, ensure_ascii=False).encode(encoding)

    encoded.__name__ = f"encoded_as_{encoding}"
    damage(flag="the file is encoded as utf-")(encoded)


@damage()
def unescaped_unicode(nb):
    return json.dumps(nb, ensure_ascii=False).encode()


@damage(flag="read as Latin-1")
def encoded_as_latin_1(nb):
    nb["cells"][0]["source"] = "# Numbers, naïveté"
    return json.dumps(nb, ensure_ascii=False).encode("latin-1")


@damage(flag="some characters of the file are damaged")
def one_broken_byte(nb):
    nb["cells"].append(new_cell("# çà et là, déjà vu: X", "", "markdown"))
    return json.dumps(nb, ensure_ascii=False).encode().replace(b"vu: X", b"vu: \xff")


@damage()
def lone_surrogates(nb):
    at(nb, "double")["source"] += "\n# \ud800"
    nb["cells"].append(new_cell("'\udfff'"))


@damage()
def padded_with_nul(nb):
    return json.dumps(nb).encode() + b"\0" * 5000


@damage(flag="what stands behind the end of the notebook was left out")
def rubbish_behind(nb):
    return json.dumps(nb).encode() + b"\n<!-- sent by mail -->"


@damage(flag="what stands behind the end of the notebook was left out")
def twice_in_one_file(nb):
    return json.dumps(nb).encode() * 2


@damage()
def not_a_number(nb):
    nb["metadata"]["scale"] = float("nan")
    nb["metadata"]["size"] = float("inf")


@damage()
def enormous_number(nb):
    return json.dumps(nb).replace('"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 9000).encode()


@damage()
def duplicate_json_keys(nb):
    return json.dumps(nb).replace('"cell_type": "code"', '"cell_type": "raw", "cell_type": "code"').encode()


@damage(expect={"triple", "why"}, flag="1 damaged cell(s) were left out")
def source_as_a_number(nb):
    at(nb, "double")["source"] = 42


@damage(expect={"triple", "why"}, flag="1 damaged cell(s) were left out")
def source_as_a_list_of_numbers(nb):
    at(nb, "double")["source"] = [1, 2]


@damage(flag="4 damaged cell(s) were left out")
def null_cells(nb):
    nb["cells"] += [None, 3, "text", []]


@damage(expect={"triple", "why"}, flag="1 damaged cell(s) were left out")
def enormous_source(nb):
    at(nb, "double")["source"] += "\n#" + "x" * (2 << 20)


@damage()
def metadata_of_wrong_types(nb):
    nb["metadata"] = ["kernelspec"]
    for cell, wrong in zip(
        nb["cells"], [None, 3, [], "x", {"nbgrader": 3}, {"nbgrader": {"grade_id": []}}] * 2, strict=False
    ):
        cell["metadata"] = wrong


@damage()
def ids_of_wrong_types(nb):
    for cell in nb["cells"]:
        cell["id"] = {"a": [1]}


@damage()
def outputs_of_wrong_types(nb):
    for cell, wrong in zip(
        nb["cells"], [None, 3, {}, "x", [None], [3], [{"output_type": 3}]] * 2, strict=False
    ):
        cell["outputs"] = cell["execution_count"] = wrong


@damage()
def attachments(nb):
    at(nb, "why")["attachments"] = {"a.png": {"image/png": "x" * 1000}}


@damage(flag="unresolved merge")
def conflict_inside_an_answer(nb):
    lines = json.dumps(nb, indent=1).splitlines()
    where = next(i for i, line in enumerate(lines) if '"source": "def triple' in line)
    other = lines[where].replace("3 * x", "4 * x")
    lines[where : where + 1] = ["<<<<<<< HEAD", lines[where], "=======", other, ">>>>>>> mine"]
    return "\n".join(lines).encode()


@damage(flag="unresolved merge")
def conflict_where_one_side_is_the_stub(nb):
    lines = json.dumps(nb, indent=1).splitlines()
    where = next(i for i, line in enumerate(lines) if '"source": "def triple' in line)
    stub = "   " + json.dumps("source") + ": " + json.dumps(STUB.format("triple")) + ","
    lines[where : where + 1] = ["<<<<<<< HEAD", stub, "||||||| base", "=======", lines[where], ">>>>>>> mine"]
    return "\n".join(lines).encode()


@damage(flag="unresolved merge")
def conflict_of_whole_files(nb):
    blank = good()
    for name in ANSWERS:
        at(blank, name)["source"] = STUB.format(name)
    return f"<<<<<<< HEAD\n{json.dumps(nb)}\n=======\n{json.dumps(blank)}\n>>>>>>> x\n".encode()


@damage(flag="unresolved merge")
def conflict_with_one_broken_side(nb):
    return f"<<<<<<< HEAD\n{json.dumps(nb)}\n=======\n{{broken\n>>>>>>> x\n".encode()


@damage(expect={"double", "triple"}, flag="a Python script, not a notebook")
def really_a_script(nb):
    return ("import numpy as np\n\n" + "\n\n\n".join(ANSWERS.values())).encode()


@damage(flag="a Python script, not a notebook")
def really_a_script_with_cells(nb):
    marked = [f"# %% {cell['id']}\n{cell['source']}" for cell in nb["cells"] if cell["cell_type"] == "code"]
    return "\n\n".join([*marked, "# %% why [markdown]\n" + WORDS]).encode()


@damage()
def ten_thousand_cells(nb):
    nb["cells"][1:1] = [new_cell("", kind="markdown") for _ in range(10_000)]


@damage(flag=f"only the first {MAX_EXTRAS} of 10000 cells")
def ten_thousand_experiments(nb):
    nb["cells"] += [new_cell("pass") for _ in range(10_000)]


@damage(flag="occurs 5001 times")
def five_thousand_copies(nb):
    nb["cells"] += [copy.deepcopy(at(nb, "double")) for _ in range(5000)]


@damage(flag=f"only the first {MAX_CELLS} of")
def more_cells_than_anyone_reads(nb):
    nb["cells"] += [{"cell_type": "raw", "source": ""}] * MAX_CELLS


@pytest.mark.parametrize(("change", "expected", "flag"), DAMAGES)
def test_what_can_be_recognised_is_graded(change, expected, flag):
    notebook = good()
    changed = change(notebook)
    run = sanitised(notebook if changed is None else changed)

    assert answered(run) == expected
    assert [step.name for step in run.steps if step.role is Role.CHECK] == ["check_double", "check_triple"]
    if flag is not None:
        assert [found for found in run.flags if flag in found], run.flags
    assert len(run.steps) < 2 * MAX_EXTRAS
    assert all(f.isprintable() and len(f) < 300 for f in run.flags)


def test_the_corpus_is_large():
    assert len(DAMAGES) >= 60


def test_a_good_notebook_has_no_flags():
    assert sanitised(good()).flags == ()


def test_the_cells_of_the_key_are_never_the_students():
    for name in ("check_double", "setup"):
        notebook = good()
        at(notebook, name)["source"] = "raise SystemExit"
        step = next(step for step in sanitised(notebook).steps if step.name == name)

        assert (step.source, step.theirs) == (next(c.source for c in CELLS if c.name == name), False)


def test_names_are_unique():
    notebook = good()
    notebook["cells"] += [new_cell("a = 1"), new_cell("a = 2"), new_cell("Note", kind="markdown")]
    names = [step.name for step in sanitised(notebook).steps]

    assert len(set(names)) == len(names)


UNREADABLE = {
    "empty": (b"", "the file is empty"),
    "spaces": (b" \r\n\t\0\0", "the file is empty"),
    "truncated": (json.dumps(good()).encode()[:-200], "breaks off or is damaged"),
    "one_brace": (b"{", "breaks off or is damaged"),
    "an_object": (b"{}", "holds no list of cells"),
    "a_list": (b"[]", "not a notebook"),
    "a_number": (b"3", "not a notebook"),
    "null": (b"null", "not a notebook"),
    "a_page": (b"<!doctype html><html><body>Sign in</body></html>", "breaks off or is damaged"),
    "prose": (b"I could not do it, sorry.", "breaks off or is damaged"),
    "no_cells": (b'{"cells": [], "nbformat": 4}', "the notebook has no cells"),
    "cells_of_a_wrong_type": (b'{"cells": {"a": 1}}', "holds no list of cells"),
    "empty_worksheets": (b'{"worksheets": [{}, 3], "nbformat": 3}', "the notebook has no cells"),
    "worksheets_of_a_wrong_type": (b'{"worksheets": 3}', "holds no list of cells"),
    "deep": (b"[" * 200_000, "nested too deeply"),
    "deep_in_a_notebook": (b'{"cells": ' + b'{"a":' * 100_000, "nested too deeply"),
    "a_zip": (b"PK\3\4" + bytes(range(256)), "breaks off or is damaged"),
    "sixty_megabytes": (b" " * MAX_BYTES + b"{}", "larger than 50 MB"),
    "millions_of_lists": (b"[" + b"[]," * 4_000_000 + b"0]", "millions of parts"),
    "conflict_of_rubbish": (b"<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n", "breaks off or is damaged"),
}


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_has_a_reason(data, reason):
    with pytest.raises(Unreadable, match=reason) as caught:
        read_notebook(data)

    assert len(str(caught.value)) < 300


def test_the_untouched_notebook_keeps_its_stubs():
    notebook = good()
    for cell in notebook["cells"]:
        cell["source"] = KEY.released[cell["id"]]

    run = sanitised(notebook)

    assert (answered(run), run.flags) == (set(), ())


def test_deep_metadata_does_no_harm():
    deep = "[" * 900 + "]" * 900
    data = json.dumps(good()).replace('"nbformat": 4', f'"nbformat": {deep}').encode()

    assert answered(sanitised(data)) == ALL


def attempt(data):
    try:
        run = sanitised(data)
    except Unreadable as error:
        assert str(error)
    else:
        assert [step.name for step in run.steps if step.role is Role.CHECK] == [
            "check_double",
            "check_triple",
        ]
        json.dumps([step.source for step in run.steps], ensure_ascii=False).encode()


leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*KEY.released])
)
trees = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | trees,
        "source": st.sampled_from([*KEY.released.values(), *ANSWERS.values(), "def double("]) | trees,
        "input": trees,
        "id": st.sampled_from([*KEY.released]) | trees,
        "metadata": st.fixed_dictionaries({"nbgrader": st.fixed_dictionaries({"grade_id": leaf}) | trees})
        | trees,
    },
)
documents = st.fixed_dictionaries(
    {"cells": st.lists(cells | trees, max_size=8)}, optional={"nbformat": leaf | trees, "metadata": trees}
)


@settings(max_examples=300, deadline=None)
@given(documents | trees)
def test_whatever_the_json_only_unreadable_comes_out(document):
    attempt(json.dumps(document).encode())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_bytes_change_only_unreadable_comes_out(data):
    mutated = bytearray(json.dumps(good(), ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(mutated)))
        length = data.draw(st.integers(0, 20))
        mutated[start : start + length] = data.draw(st.binary(max_size=20))
    attempt(bytes(mutated))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass"))
)
def test_whatever_bytes_come_only_unreadable_comes_out(data):
    attempt(data)
