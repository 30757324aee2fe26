"""Every zone's latest safe order in the annex, with a map of the time that is left."""

import math
from collections.abc import Iterator

from evacsim.language import Language, Text
from evacsim.report.leaders.document import TEXT_WIDTH, Block, Heading, Picture, body
from evacsim.report.leaders.page_two import margin, orders_table
from evacsim.report.leaders.parts import LeadersReport
from evacsim.report.leaders.wording import UNTESTED
from evacsim.report.orders_map import orders_map
from evacsim.report.roads_drawn import parse_line

MAP = (TEXT_WIDTH, 120.0)
"""Width and height of the map [mm]."""


def orders_listed(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    """Yield the map and the table of all zones that are ordered to go."""
    yield Heading(Text("Annex L  Latest safe orders", "附件十二　最迟安全下令时间").said(lang), 1)
    if not parts.latest_orders:
        yield body(UNTESTED.said(lang))
        return
    if parts.record is not None:
        tables = parts.record.tables
        lines = [line for line in map(parse_line, tables["links"]["line"]) if line]
        left = {order.zone: margin(order) for order in parts.latest_orders if not math.isnan(order.ordered_s)}
        drawn = orders_map(tables["zones"], lines, left, width=MAP[0], height=MAP[1], lang=lang)
        told = Text("Time left between the order and the latest safe one", "下令时间至最迟安全时间的余量")
        yield Picture(drawn, MAP[0], told.said(lang))
    yield orders_table(parts, parts.latest_orders, lang)
