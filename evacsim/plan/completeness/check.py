"""What a check is: a clause of a document, and a function that finds where a plan falls short of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evacsim.language import Text
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.shortcoming import Link, Severity, Shortcoming
from evacsim.scenario.given import Loc

NAMED = 8
"""So many ids are named in a sentence; all of them stand in `subjects`."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a plan falls short of one clause."""

    found: Text
    """What is there, in numbers."""
    remedy: Text
    loc: Loc
    """Steps from the root of the scenario."""
    subjects: Sequence[str] = ()
    """Ids of what it is about."""
    figures: Mapping[str, float] = field(default_factory=dict)


def _always(_: Facts) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Check:
    """One clause, and how to see whether a plan keeps it."""

    id: str
    link: Link
    severity: Severity
    clause: Text
    """What must hold, with the document that says so."""
    find: Callable[[Facts], Iterator[Gap]]
    applies: Callable[[Facts], bool] = _always
    """Whether the plan has anything that the clause is about; one that does not apply earns no points."""

    def shortcomings(self, facts: Facts) -> Iterator[Shortcoming]:
        """Yield what a plan lacks by this clause."""
        for gap in self.find(facts):
            yield Shortcoming(
                check=self.id,
                link=self.link,
                severity=self.severity,
                clause=self.clause,
                found=gap.found,
                remedy=gap.remedy,
                loc=gap.loc,
                subjects=tuple(gap.subjects),
                figures=dict(gap.figures),
            )


def silent(link: Link, name: str, what: Text) -> Callable[[Facts], Iterator[Gap]]:
    """Return a check of whether the plan says anything at `plan.<link>.text.<name>`."""

    def find(facts: Facts) -> Iterator[Gap]:
        if not getattr(getattr(facts.plan, link).text, name):
            yield unsaid(("plan", link, "text", name), what)

    return find


def unsaid(loc: Loc, what: Text) -> Gap:
    """Return that the plan does not say something."""
    path = ".".join(map(str, loc))
    return Gap(
        Text(f"the plan does not say {what.en}", f"预案未写明{what.zh}"),
        Text(f"write it at {path}", f"在 {path} 写明"),
        loc,
    )


def out_of(n: int, total: int, en: str, zh: str) -> Text:
    """Return how many of some things are meant, in words that do not say "84 of 84".

    >>> out_of(3, 84, "shelters", "安置点"), out_of(84, 84, "shelters", "安置点").zh
    (Text(en='3 of 84 shelters', zh='84 个安置点中有 3 个'), '全部 84 个安置点')
    """
    if n == total:
        return Text(f"all {total} {en}", f"全部 {total} 个{zh}")
    return Text(f"{n} of {total} {en}", f"{total} 个{zh}中有 {n} 个")


def naming(ids: Collection[str], total: int) -> Text:
    """Return a colon and some ids by name; nothing where a long list of all of them would say no more than "all".

    >>> naming(["a"], 9).en, naming([str(k) for k in range(9)], 9)
    (': a', Text(en='', zh=''))
    """
    if len(ids) == total and total > NAMED:
        return Text("", "")
    named = listed(ids)
    return Text(f": {named.en}", f"：{named.zh}")


def listed(ids: Collection[str]) -> Text:
    """Return some ids by name, the others by number.

    >>> listed(["a", "b"]), listed(list("abcdefghij"))[0]
    (Text(en='a, b', zh='a、b'), 'a, b, c, d, e, f, g, h and 2 more')
    """
    first = list(ids)[:NAMED]
    more = len(ids) - len(first)
    if not more:
        return Text(", ".join(first), "、".join(first))
    return Text(f"{', '.join(first)} and {more} more", f"{'、'.join(first)} 等 {len(ids)} 个")
