"""The report says what each network carried; nothing of it where the plan does not describe them."""

import evacsim as ev
from evacsim.report.command_told import command_section
from evacsim.report.markup import Words
from tests.engine.test_carrying import CELL, described


def section(given, lang):
    return str(command_section(ev.simulate(ev.from_mapping(given), seed=1).record, Words(lang)))


def test_the_report_tells_what_each_network_carried(tmp_path):
    given = described(
        tmp_path,
        networks={"private": {"direct_range": "2 km"}},
        means=["phone", "radio"],
        sites=[CELL],
        outages=[{"site": "cell", "begins": "T+1 h"}],
    )
    english, chinese = section(given, "en"), section(given, "zh")
    assert "private network" in english
    assert "did not reach" in english
    row = chinese[chinese.index(">专网<") :]
    assert "100.0%" in row[: row.index("</tr>")]
    assert "三网通联" in chinese


def test_a_plan_without_networks_has_no_such_table(tmp_path):
    assert "三网通联" not in section(described(tmp_path, networks=None, means=["phone"], sites=[CELL]), "zh")
