"""Call-ups and headquarters' picture in the report: who was reached how soon, and what was known of it (叫应)."""

import numpy as np

from evacsim.analysis.acknowledging import waits_by_called
from evacsim.analysis.commanding import SOON, picture_curve, picture_gap
from evacsim.analysis.contacting import ALL, contact_by_network, message_shares
from evacsim.analysis.people import Floats
from evacsim.language import Text
from evacsim.report.charts import POINTS
from evacsim.report.lines_drawn import Curve, people_over_time, shares_after, steps
from evacsim.report.markup import Html, Words, joined, table, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import KINDS, NETWORKS, count, duration, percent
from evacsim.terms import COMMAND_LEVELS

TRIED = {
    "network_tried": "tried",
    "network_no_network": "no_network",
    "network_busy": "busy",
    "network_lost": "lost",
    "network_received": "received",
}
"""Columns of the table of networks that the report shows, by their heads."""
SHORTEST, LONGEST = 600.0, 3600.0
"""The curve of acknowledgments is drawn over at least, and at most, this long [s]."""


def command_section(record: RunRecord, words: Words) -> Html:
    """Return how calls were acknowledged and what headquarters believed; empty where nobody calls or reports."""
    parts = []
    if len(record.tables["calls"]):
        parts += [tag("h3", words("calls")), _calls(record, words)]
    if len(record.tables["networks"]):
        parts += [tag("h3", words("networks")), _networks(record, words)]
    if len(record.tables["reports"]) and len(record.tables["picture"]):
        parts += [tag("h3", words("picture")), _picture(record, words)]
    return joined(parts)


def _calls(record: RunRecord, words: Words) -> Html:
    """Return the curve of acknowledgments by who is called, and the numbers behind it."""
    by_called = waits_by_called(record)
    longest = max(float(np.max(took[np.isfinite(took)], initial=0.0)) for took in by_called.values())
    end = min(max(longest, SHORTEST), LONGEST)
    curves, rows = [], []
    for called, took in by_called.items():
        text = words(COMMAND_LEVELS[called] if called in COMMAND_LEVELS else KINDS[called])
        curves.append(_curve(took, end, text))
        never = int(np.isinf(took).sum())
        rows.append(
            [
                text,
                count(len(took)),
                *_share(took <= SOON),
                _within(took, 0.5, words),
                _within(took, 0.9, words),
                _within(took, 1.0, words),
                tag("span", count(never), class_="over") if never else count(0),
            ]
        )
    heads = [
        "called",
        "called_times",
        "called_soon",
        "share",
        "called_half",
        "called_90",
        "called_all",
        "called_never",
    ]
    return joined(
        [
            tag("p", words("calls_note"), class_="note"),
            shares_after(curves, end, SOON, words("calls_axis"), words),
            table(words, heads, rows, kinds="tnnnnnnn"),
        ]
    )


def _networks(record: RunRecord, words: Words) -> Html:
    """Return what each network carried, and until when it reached how many zones."""
    shares, contact = message_shares(record), contact_by_network(record)
    use = record.tables["networks"].set_index("network")
    rows = []
    for network in (*use.index, "messenger", ALL):
        lasts = contact.loc[contact["network"] == network, "last_s"]
        carried = (
            [count(use.loc[network, name]) for name in TRIED.values()]
            if network in use.index
            else [""] * len(TRIED)
        )
        share = shares.get(network, np.nan)
        rows.append(
            [
                words(NETWORKS[network]),
                *carried,
                "" if np.isnan(share) else percent(share),
                f"{count(int(lasts.notna().sum()))}/{count(len(lasts))}" if len(lasts) else "",
                duration(float(lasts.min()), words.lang) if lasts.notna().any() else "",
            ]
        )
    heads = [
        "network",
        *TRIED,
        "network_share",
        "network_zones",
        "network_last",
    ]
    return joined(
        [
            tag("p", words("networks_note"), class_="note"),
            table(words, heads, rows, kinds="t" + "n" * (len(heads) - 1)),
        ]
    )


def _curve(took: Floats, end: float, text: str) -> Curve:
    """Return the share of calls that are acknowledged by each time since they were placed."""
    known = np.sort(took[took <= end])
    at = np.concatenate([[0.0], known, [end]])
    shares = np.concatenate([[0.0], np.arange(1, len(known) + 1), [len(known)]]) / len(took)
    return Curve(*steps(at, shares), text)


def _share(met: np.ndarray) -> tuple[str, str]:
    return count(int(met.sum())), percent(float(met.mean()))


def _within(took: Floats, share: float, words: Words) -> str:
    """Return within which time a share of the calls was acknowledged."""
    needed = int(np.ceil(share * len(took) - 1e-9))
    return duration(float(np.sort(took)[needed - 1]), words.lang)


def _picture(record: RunRecord, words: Words) -> Html:
    """Return what headquarters held to have left against who had, and how the reports fared."""
    at = np.linspace(0, record.end, POINTS)
    found = picture_curve(record, at)
    curves = [
        Curve(at, found[name].to_numpy(np.float64), words(key))
        for name, key in (("truth", "picture_truth"), ("believed", "picture_believed"))
    ]
    off = (found["believed"] - found["truth"]).to_numpy(np.float64)
    worst = int(np.argmax(np.abs(off)))
    reports = record.tables["reports"]["result"].value_counts()
    gap = percent(picture_gap(record))
    told = Text(
        f"Off by {gap} of all who had to go on the mean over time, every zone counted for itself; in sum "
        f"most wrong by {count(abs(off[worst]))} people. Of {count(reports.sum())} reports "
        f"{count(reports.get('lost', 0))} were lost, {count(reports.get('doubled', 0))} counted twice.",
        f"掌握情况与实际的偏差，各区域分别计算、按时间平均，为应转人数的 {gap}；"
        f"合计人数最大相差 {count(abs(off[worst]))} 人。上报 {count(reports.sum())} 次，"
        f"其中丢失 {count(reports.get('lost', 0))} 次，重复 {count(reports.get('doubled', 0))} 次。",
    )
    return people_over_time(record, curves, words("curve_people"), words) + tag(
        "p", words(told), class_="note"
    )
