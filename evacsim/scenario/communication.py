"""Networks that carry messages between offices: public, private, satellite (公网、专网、卫星三网)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from evacsim.scenario.section import Number, Section, as_list, as_section, assumed, recalled
from evacsim.units import Count, Duration, Length, Share

Network = Literal["public", "private", "satellite"]
NETWORKS: tuple[Network, ...] = ("public", "private", "satellite")
"""The networks, in the order in which they are tried where the plan does not say."""
NETWORK_OF: dict[str, Network] = {
    "phone": "public",
    "landline": "public",
    "video": "public",
    "radio": "private",
    "satellite": "satellite",
}
"""The network of each means of calling; a messenger needs none."""


class PublicNetwork(Section):
    """公网: mobile phones over the base stations of `district.sites`, landlines, video lines."""

    loss: Share = assumed(0.0, "what is said on a line that stands is heard", lt=1)
    """Share of mobile calls that break off before the word is out, to be tried again."""
    taken: Share = assumed(0.0, "offices have priority", lt=1)
    """Share of the channels of each base station that the public's own calls take (话务拥塞)."""


class PrivateNetwork(Section):
    """专网: handsets over the trunked base stations of `district.sites` (370 MHz), and from one to the other."""

    loss: Share = assumed(0.0, "whoever is in range is heard", lt=1)
    """Share of calls that are not understood, to be tried again."""
    direct_range: Length = recalled(3000.0, "hand-held radios of 4 W over open land: 3-5 km", ge=0)
    """Distance up to which two handsets hear each other without a base station (脱网直通) [m]; never where 0."""
    battery: Duration = recalled(
        8 * 3600.0, "a shift: 8-12 h at 5 % talking, 5 % listening, 90 % waiting", gt=0
    )
    """How long the handsets of an office work once it has no power [s]; they are charged at once when it has."""


class SatelliteNetwork(Section):
    """卫星: satellite phones, which need nothing on the ground but a charged battery and the open sky."""

    phones: Count | None = Field(default=None, ge=0)
    """How many there are: offices that have `satellite` among their means get one each, from the top down, until
    none is left; one for each where absent."""
    battery: Duration = recalled(30 * 3600.0, "hand-held phones: about 30 h waiting, 4 h talking", gt=0)
    """How long the phone of an office works once it has no power [s]; it is charged at once when it has."""
    channels: Count | None = Field(default=None, ge=1)
    """Calls that the district can make at once over the satellite; no limit where absent."""
    loss: Share = assumed(0.0, "a phone under the open sky", lt=1)
    """Share of calls that break off before the word is out, to be tried again."""
    rain_limit: Number | None = Field(default=None, ge=0)
    """Rain of `hazard.flying_weather` above which more calls break off [mm/h]; no rain where absent."""
    rain_loss: Share = assumed(
        0.3, "bands of 10 GHz and above fade in heavy rain; hand-held phones hardly do", lt=1
    )
    """Share of calls that break off in such rain, instead of `loss`."""


class CrewWords(Section):
    """任务通联: how a task is said to the crew of a boat, a helicopter or a truck that waits.

    By mobile phone where base stations serve the nearest homes, by handset of the private network; no crew has a
    satellite phone (assumed). Each word takes the channels of a call and may be lost like one.
    """

    takes: Duration = assumed(30.0, "call sign, place, how many, how grave; said back", gt=0)
    """How long it takes to say a task [s]."""
    again_after: Duration = assumed(60.0, "the next try of a busy dispatcher", ge=1)
    """From a word that was lost, or found no channel, to the next [s]."""


class Communication(Section):
    """三网: over which networks offices call and report, and what each of them carries.

    A network that is not described here is not there. What travels over none of them has not happened for whoever
    was to hear it; a messenger goes when no network carries the call, if he is among the means of the caller.
    """

    order: Annotated[list[Network], BeforeValidator(as_list), Field(min_length=1)] = list(NETWORKS)
    """In which order networks are tried; those that are not named are not."""
    patience: Duration = assumed(30.0, "one holds the line half a minute")
    """How long a caller waits for a free channel before the next network is tried [s]."""
    crews: Annotated[CrewWords | None, BeforeValidator(as_section)] = None
    """Crews of boats, helicopters and trucks hear of tasks by phone or radio alone, where they are (任务通联); where
    absent they always hear, at once."""
    public: PublicNetwork | None = Field(default_factory=PublicNetwork)
    """公网."""
    private: PrivateNetwork | None = None
    """专网."""
    satellite: SatelliteNetwork | None = None
    """卫星."""
