"""The report for leaders: what it is made from, and how it is written."""

from evacsim.report.leaders.folders import from_folders
from evacsim.report.leaders.parts import CauseRow, FixRow, LatestOrder, LeadersReport, LimitRow, of_study
from evacsim.report.leaders.writing import write_leaders

__all__ = [
    "CauseRow",
    "FixRow",
    "LatestOrder",
    "LeadersReport",
    "LimitRow",
    "from_folders",
    "of_study",
    "write_leaders",
]
