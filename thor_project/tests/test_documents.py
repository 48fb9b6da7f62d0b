"""The documents against the tree: packages and their directions, paths, commands, links and versions that they name."""

from __future__ import annotations

import re
import tomllib

import pytest
from django.conf import settings
from django.core.management import get_commands

from GlobalMarkets.services.websocket_features import MOST_WATCHED
from realtime.subscriber import MAX_TOPICS
from tests.guides import Edit, steps_of
from thor_project.env import ROOT, VARIABLES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINTER = PROJECT["tool"]["importlinter"]
LAYERS = [layer.split(" | ") for layer in LINTER["contracts"][0]["layers"]]
MACHINERY = {"cutover", "identity", "jobs", "realtime", "bulk"}
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
GUIDES = ROOT / "docs" / "cutover"  # whose readers make files themselves
TO_COME = {"docs/desk-dark.png"}  # taken when the desk has its face; then this set is empty
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])


def package_rows():
    """By package, what the table in docs/architecture.md says that it may import."""
    section = (ROOT / "docs/architecture.md").read_text().split("## The packages")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", section, re.MULTILINE))


def below(package):
    """What the linter lets a package import."""
    height = next(height for height, layer in enumerate(LAYERS) if package in layer)
    return {name for layer in LAYERS[height + 1 :] for name in layer}


def meant(words):
    """The packages that a cell of the table means."""
    if words == "everything":
        return below(LAYERS[0][0])
    if words == "machinery":
        return MACHINERY
    named = set(re.findall(r"`(\w+)`", words))
    return named.union(*map(below, named)) if words.endswith("and below") else named


def commands_in(text):
    return set(re.findall(r"manage\.py ([a-z]\w*)", text))


def test_the_table_lists_the_packages_of_the_tree_in_the_linters_order():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "scripts"}
    *ours, last = package_rows()
    assert ours == [name for layer in LAYERS for name in layer]
    assert set(ours) == packages == set(LINTER["root_packages"])
    assert (last, (ROOT / last).is_dir()) == ("frontend", True)


@pytest.mark.parametrize("package", [name for layer in LAYERS for name in layer])
def test_the_table_says_of_each_package_what_the_linter_lets_it_import(package):
    assert meant(package_rows()[package]) == below(package)


@each_document
def test_files_that_a_document_names_are_there(document):
    text = document.read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var"}
    named = re.findall(r"`([\w.-]+/[\w./-]+\.(?:py|ts|tsx|toml|sh|md|yaml|txt))`", text)
    missing += [path for path in named if path.split("/")[0] in tops and not (ROOT / path).exists()]
    made = {step.path for step in steps_of(text) if isinstance(step, Edit)} if document.parent == GUIDES else set()
    assert set(missing) <= TO_COME | made


@each_document
def test_commands_that_a_document_names_are_there(document):
    text = document.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert commands_in(text) <= get_commands().keys()
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_the_changes_begin_with_this_version_and_name_what_there_is():
    text = (ROOT / "CHANGELOG.md").read_text()
    newest = re.findall(r"^## (\S+)", text, re.MULTILINE)[0]
    assert newest == settings.VERSION == PROJECT["project"]["version"]
    assert set(re.findall(r"`([A-Z_]+)=", text)) <= {variable.name for variable in VARIABLES}
    assert {"cutover", "check_cutover_status", "runserver"} <= commands_in(text)


def test_the_protocol_tells_how_many_topics_there_may_be():
    text = (ROOT / "docs/protocol.md").read_text()
    assert f"the first {MOST_WATCHED} symbols of the watchlist" in text
    assert f"One socket holds at most {MAX_TOPICS} topics." in text
