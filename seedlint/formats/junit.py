"""Findings as JUnit's XML: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from seedlint.formats.places import told, view_of
from seedlint.formats.text import shown
from seedlint.model import Finding, Problem, Report

PACKAGE = "org.seedlint"


def render(report: Report) -> str:
    """A document in which problems are errors; a clean run is one case that passes."""
    suites: dict[str, list[Element]] = defaultdict(list)
    for path, case in _cases(report):
        suites[shown(path)].append(case)
    if not suites:
        suites["seedlint"].append(Element("testcase", name="No findings", classname="seedlint"))
    every = [case for cases in suites.values() for case in cases]
    root = Element("testsuites", {"name": "seedlint", **_counts(every)})
    for name, cases in suites.items():
        suite = SubElement(root, "testsuite", {"name": name, **_counts(cases), "package": PACKAGE})
        suite.extend(cases)
    indent(root, "    ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _counts(cases: Sequence[Element]) -> dict[str, str]:
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    counts = {"tests": len(cases), "skipped": 0, "errors": errors, "failures": failures}
    return {name: str(count) for name, count in counts.items()}


def _cases(report: Report) -> Iterator[tuple[str, Element]]:
    for finding in report.findings:
        yield finding.path, _failed(report, finding)
    for problem in report.problems:
        yield problem.path, _broken(problem)


def _failed(report: Report, finding: Finding) -> Element:
    view = view_of(report, finding)
    start = view.span.start
    case = _case(finding.path, finding.code)
    # The attributes count in the file, and a column of a cell is none of it.
    case.set("line", str(view.rows[0]))
    if view.cell is None:
        case.set("column", str(start.column))
    properties = SubElement(case, "properties")
    SubElement(properties, "property", name="severity", value=finding.severity.value)
    message = shown(finding.message)
    cell = "" if view.cell is None else f"cell {view.cell}, "
    failure = SubElement(case, "failure", message=message)
    failure.text = f"{cell}line {start.line}, col {start.column}, {message}"
    return case


def _broken(problem: Problem) -> Element:
    case = _case(problem.path, "not-linted")
    if problem.position is not None and problem.cell is None:
        case.set("line", str(problem.position.line))
        case.set("column", str(problem.position.column))
    SubElement(case, "error", message=shown(problem.message)).text = told(problem)
    return case


def _case(path: str, name: str) -> Element:
    place = PurePath(shown(path))
    return Element(
        "testcase",
        name=f"{PACKAGE}.{name}",
        classname=place.with_suffix("").as_posix(),
        file=place.as_posix(),
    )
