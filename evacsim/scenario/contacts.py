"""Who is reached where (通讯录): for cards and lists, not for the simulation."""

from evacsim.scenario.section import Identifier, Section, Words


class Contact(Section):
    """The people of one office, zone, shelter or fleet, and their numbers."""

    id: Identifier
    """Office, zone, shelter or fleet."""
    name: str = ""
    """Person responsible (A 角)."""
    phone: Words = ""
    """Phone of the person responsible."""
    backup: str = ""
    """Who stands in (B 角)."""
    backup_phone: Words = ""
    """Phone of who stands in."""
    other_channel: str = ""
    """What else reaches them when the mobile network is down: radio, satellite phone, landline."""


PERSONS = ("name", "backup")
PHONES = ("phone", "backup_phone")
"""Fields that hold personal data."""
