"""Warnings to the public: over which channels, when, to whom, and what fails."""

import numpy as np
import pytest

from tests.reference.small_district import node
from tests.reference.word import ORDERED, channel, of_kind, office, run, word

HOUR = 3600.0
MANY = [{"id": "town", "node": node(0, 1), "population": 4000, "household_size": 1}]
HAMLET = [{"id": "hamlet", "node": node(0, 1), "population": 200, "household_size": 1}]


def told_by(record, zone):
    ledger = record.ledger[record.ledger["zone"] == zone]
    return ledger["told_s"]


def test_c4(tmp_path):
    """The second zone's office has the order an hour later; nobody there leaves before it goes out."""
    later = {"type": "fixed", "value": "60 min"}
    offices = [
        office("county", "county"),
        office("town-a", "town", "county"),
        office("town-b", "town", "county", handling=later),
        office("village-a", "village", "town-a", zones=["west"]),
        office("village-b", "village", "town-b", zones=["north"]),
    ]
    sure = {"ring": "1 min", "answer_day": 1, "answer_night": 1}
    record = run(
        word(tmp_path, organize={"offices": offices, "calling": sure}, channels=[channel("speaker")])
    )
    received = of_kind(record, "order_received").set_index("subject")["time_s"]
    assert received["office/village-b"] - received["office/village-a"] == HOUR
    out = of_kind(record, "broadcast").set_index("place")["time_s"]
    assert out["zone/north"] - out["zone/west"] == HOUR
    north = record.ledger[record.ledger["zone"] == "north"]
    assert north["departed_s"].min() >= out["zone/north"]
    assert told_by(record, "west").max() < told_by(record, "north").min()


def test_c5(tmp_path):
    """Two channels reach everybody at one instant: one word counts, that of the first row."""
    record = run(word(tmp_path, channels=[channel("siren", kind="siren"), channel("sms", kind="sms")]))
    sent = of_kind(record, "broadcast")
    assert sorted(zip(sent["subject"], sent["place"], sent["time_s"], strict=True)) == [
        (f"channel/{id_}", f"zone/{zone}", ORDERED) for id_ in ("siren", "sms") for zone in ("north", "west")
    ]
    assert sent.groupby("place")["value"].first().to_dict() == {"zone/north": 100, "zone/west": 200}
    told = of_kind(record, "told")
    assert told["subject"].is_unique
    assert of_kind(record, "ready")["subject"].is_unique
    assert len(told) == len(record.ledger)
    causes = record.events.set_index("seq").loc[told["cause"]]
    assert set(causes["subject"]) == {"channel/siren"}
    assert set(record.ledger["channel"]) == {"channel/siren"}
    assert (record.ledger["warned_s"] == ORDERED).all()


def test_two_channels_together_reach_as_many_as_their_bound(tmp_path):
    channels = [
        channel("siren", kind="siren", reach_night=0.9),
        channel("sms", kind="sms", reach_night=0.8),
    ]
    record = run(word(tmp_path, zones=MANY, channels=channels))
    share = record.ledger["warned_s"].notna().mean()
    assert share == pytest.approx(0.98, abs=3 * np.sqrt(0.98 * 0.02 / 4000))
    reach = record.tables["reach"].set_index("channel")
    assert reach["people"].tolist() == [4000, 4000, 4000]
    assert reach.loc["", "reached"] == record.ledger["warned_s"].notna().sum()
    assert record.tables["broadcasts"]["reached"].tolist() == reach["reached"].drop("").tolist()
    assert reach.loc["siren", "reached"] == pytest.approx(3600, abs=3 * np.sqrt(4000 * 0.09))
    never = of_kind(record, "never_reached")
    assert len(never) == record.ledger["warned_s"].isna().sum() > 0


def test_reach_is_that_of_the_hour_and_of_the_zone(tmp_path):
    """By day everybody hears, by night nobody - but where coverage says that half of them do."""
    deaf = channel("speaker", reach_day=1, reach_night=0)
    coverage = [{"channel": "speaker", "zones": ["west"], "reach_day": 0, "reach_night": 1}]
    by_night = run(word(tmp_path / "a", channels=[deaf], coverage=coverage))
    assert told_by(by_night, "west").notna().all()
    assert told_by(by_night, "north").isna().all()
    by_day = run(word(tmp_path / "b", channels=[deaf], coverage=coverage, start="2026-07-18 10:00"))
    assert told_by(by_day, "west").isna().all()
    assert told_by(by_day, "north").notna().all()


def test_messages_leave_one_after_the_other(tmp_path):
    """4000 messages at 2/s take 2000 s; the last is heard within a second of that, half of them by half of it."""
    record = run(word(tmp_path, zones=MANY, channels=[channel("sms", kind="sms", rate=2)]))
    heard = record.ledger["warned_s"] - ORDERED
    assert 1990 < heard.max() <= 2000
    assert heard.median() == pytest.approx(1000, abs=60)


def test_a_channel_without_network_fails_and_the_next_emission_is_heard(tmp_path):
    """A battery of four hours from T+1 h: it lasts until T+5 h; power is back at T+6 h."""
    given = word(
        tmp_path,
        zones=HAMLET,
        transfers=[{"zone": "hamlet", "trigger_at": "T+4 h 56 min"}],
        channels=[channel("sms", kind="sms", needs=["cell"], repeat="30 min")],
        sites=[
            {"id": "plant", "kind": "power", "node": node(0, 1), "serves": ["*"]},
            {"id": "mast", "kind": "cell", "node": node(0, 1), "serves": ["*"], "power_site": "plant"},
        ],
        outages=[{"site": "plant", "begins": "T+1 h", "ends": "T+6 h"}],
    )
    record = run(given)
    failed = of_kind(record, "broadcast_failed")
    # Ordered at T+5:01.
    assert failed["time_s"].tolist() == [5 * HOUR + 60, 5 * HOUR + 31 * 60]
    down = record.events.set_index("seq").loc[failed["cause"]]
    # The mast fell silent before the order came, so the order is the latest of both.
    assert set(down["kind"]) == {"decided"}
    assert of_kind(record, "broadcast")["time_s"].tolist() == [6 * HOUR + 60]
    assert (record.ledger["told_s"] == 6 * HOUR + 60).all()
    given["plan"]["zones"][0]["trigger_at"] = "T+4 h 54 min"
    early = run(given)
    assert of_kind(early, "broadcast_failed").empty
    assert (early.ledger["told_s"] == 5 * HOUR - 60).all()


def test_a_channel_goes_out_again_until_everybody_is_told(tmp_path):
    channels = [channel("speaker", reach_night=0.5, repeat="1 h"), channel("phone", kind="sms", rate=0.02)]
    record = run(word(tmp_path, zones=HAMLET, channels=channels))
    sent = of_kind(record, "broadcast")
    again = sent[sent["subject"] == "channel/speaker"]["time_s"]
    last = record.ledger["told_s"].max()
    # 200 messages at 0.02/s take 10 000 s.
    assert 2 * HOUR < last - ORDERED <= 10_000
    assert again.tolist() == [ORDERED, ORDERED + HOUR, ORDERED + 2 * HOUR]


def test_whoever_hears_tells_the_neighbors(tmp_path):
    half = channel("speaker", reach_night=0.5)
    quiet = run(word(tmp_path / "a", zones=MANY, channels=[half]))
    talking = run(word(tmp_path / "b", zones=MANY, channels=[half], word_of_mouth=0.05))
    direct = quiet.ledger["told_s"].notna()
    assert 0.4 < direct.mean() < 0.6
    assert talking.ledger["told_s"].notna().all()
    # Who hears it directly hears it as soon; the others later, half of those within minutes (C = 0.05/min).
    assert (talking.ledger["told_s"][direct] == ORDERED).all()
    others = talking.ledger["told_s"][~direct] - ORDERED
    # y' = C (0.5 + 0.5 y) (1 - y): one half of the others have heard after ln(3) / C.
    assert others.min() > 0
    assert others.median() == pytest.approx(np.log(3) / 0.05 * 60, rel=0.05)
    assert set(talking.ledger["channel"]) == {"channel/speaker"}


def test_another_channel_changes_nobody_elses_luck(tmp_path):
    """A channel that reaches nobody leaves all others as they were."""
    some = channel("speaker", reach_night=0.5, delay={"type": "lognormal", "median": "5 min", "sigma": 0.5})
    one = run(word(tmp_path / "a", channels=[some]))
    two = run(word(tmp_path / "b", channels=[some, channel("aa", kind="radio", reach_night=0)]))
    assert one.ledger["warned_s"].notna().any()
    assert one.ledger["warned_s"].equals(two.ledger["warned_s"])
    assert len(of_kind(two, "broadcast")) == 2 * len(of_kind(one, "broadcast"))


def test_the_operator_sends_when_it_has_the_order(tmp_path):
    """The county sends messages at once; the village's loudspeaker waits for the village to be called."""
    offices = [
        office("county", "county"),
        office("village", "village", "county", zones=["*"]),
    ]
    sure = {"ring": "1 min", "answer_day": 1, "answer_night": 1}
    channels = [channel("sms", kind="sms", operator="county"), channel("speaker")]
    record = run(word(tmp_path, organize={"offices": offices, "calling": sure}, channels=channels))
    sent = of_kind(record, "broadcast").groupby("subject")["time_s"].unique()
    assert sent["channel/sms"].tolist() == [ORDERED]
    assert sent["channel/speaker"].tolist() == [ORDERED + 60]
    assert set(record.ledger["channel"]) == {"channel/sms"}
