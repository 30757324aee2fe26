"""What was found of a plan, as HTML for a notebook: the five links with light and score, then what each lacks."""

from evacsim.language import Language, Text
from evacsim.plan.examined_told import CAVEAT, where_it_stands
from evacsim.plan.examining import Examination
from evacsim.plan.scoring import LIGHTS, Score
from evacsim.plan.shortcoming import LINKS, SEVERITIES, Shortcoming
from evacsim.report.markup import Html, joined, tag

HEADS = (
    Text("weight", "程度"),
    Text("found", "检查发现"),
    Text("clause", "依据"),
    Text("remedy", "处理"),
    Text("where", "位置"),
)
COLORS = {"red": "#b3261e", "amber": "#b26a00", "green": "#2e7d32"}
"""Colours of the lights, dark enough to be read on white."""


def examined_html(found: Examination, *, lang: Language = "zh") -> str:
    """Return what was found as HTML: a line for each link, its shortcomings folded below it."""
    head = Text(f"Plan of {found.scenario}: {found.plan}", f"预案检验：{found.scenario}，{found.plan}")
    links = [_link(score, found, lang) for score in found.scores]
    return str(
        tag("div", tag("h4", head.said(lang)), joined(links), tag("p", tag("small", CAVEAT.said(lang))))
    )


def _link(score: Score, found: Examination, lang: Language) -> Html:
    own = [one for one in found.shortcomings if one.link == score.link]
    line = Text(
        f" {score.points:.0f} of 100, {score.kept} of {score.clauses} clauses kept",
        f" {score.points:.0f} 分，{score.clauses} 条中符合 {score.kept} 条",
    )
    light = tag("b", LIGHTS[score.light].said(lang), style=f"color:{COLORS[score.light]}")
    summary = tag("summary", tag("b", LINKS[score.link].said(lang)), " ", light, line.said(lang))
    heads = tag("tr", *(tag("th", head.said(lang)) for head in HEADS))
    table = tag("table", tag("thead", heads), tag("tbody", joined(_row(one, lang) for one in own)))
    return tag("details", summary, table if own else "", **({"open": ""} if score.light == "red" else {}))


def _row(one: Shortcoming, lang: Language) -> Html:
    texts = (SEVERITIES[one.severity], one.found, one.clause, one.remedy)
    cells = [tag("td", text.said(lang), style="text-align:left") for text in texts]
    return tag(
        "tr", *cells, tag("td", tag("code", where_it_stands(one.place)), tag("small", f" {one.check}"))
    )
