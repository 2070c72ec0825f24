"""The failsafes of a simulated autopilot: what it does by itself when its link or its battery is going.

Numbers and defaults are the autopilots' own parameters, where the simulated one has them: PX4's NAV_DLL_ACT, COM_DL_LOSS_T,
COM_LOW_BAT_ACT, BAT_CRIT_THR, BAT_EMERGEN_THR; ArduCopter's FS_GCS_ENABLE, FS_GCS_TIMEOUT.
"""

from enum import Enum
from math import inf
from typing import Final

from sim.flavour import Flavour
from sim.params import ParamTable


class LinkWatch(Enum):
    """What makes a vehicle take its link for lost."""

    OFF = "off"
    FAULT = "fault"
    """Only a fault: a server that is restarted does not send a whole demonstration home."""
    SILENCE = "silence"
    """As a real one: no heartbeat of a ground station for a while, once there was one."""


class FailsafeAction(Enum):
    """What a failsafe does."""

    NONE = 0
    HOLD = 1
    RETURN = 2
    LAND = 3


_PX4_LINK_ACTIONS: Final = {1: FailsafeAction.HOLD, 2: FailsafeAction.RETURN, 3: FailsafeAction.LAND}
_ARDUPILOT_LINK_ACTIONS: Final = {1: FailsafeAction.RETURN, 5: FailsafeAction.LAND}
_NOTHING: Final = (FailsafeAction.NONE, "")
# Members looked up in their class at each tick cost as much as a message.
_PX4: Final = Flavour.PX4
_OFF: Final = LinkWatch.OFF
_SILENCE: Final = LinkWatch.SILENCE


class Failsafe:
    """Decides, once for each cause, what to do; `heard_at_s` is when a ground station was last heard."""

    __slots__ = (
        "_battery_stage",
        "_flavour",
        "_levels",
        "_levels_of",
        "_link_acted",
        "_lost_at_s",
        "_params",
        "_watch",
        "heard_at_s",
    )

    def __init__(self, flavour: Flavour, params: ParamTable, watch: LinkWatch) -> None:
        self._flavour, self._params, self._watch = flavour, params, watch
        self.heard_at_s: float | None = None
        self._lost_at_s: float | None = None
        self._link_acted = False
        self._battery_stage = 0
        self._levels_of = -1
        self._levels = (0, 0.0, 0.0)
        """The parameters about the battery, as they were after `_levels_of` changes of the table."""

    def reset(self) -> None:
        """Begin anew, as on the ground."""
        self._lost_at_s, self._link_acted, self._battery_stage = None, False, 0

    @property
    def link_timeout_s(self) -> float:
        """Seconds without a link after which it acts."""
        if self._flavour is _PX4:
            return self._params.value("COM_DL_LOSS_T", 10.0)
        return self._params.value("FS_GCS_TIMEOUT", 5.0)

    @property
    def link_action(self) -> FailsafeAction:
        """What it does when the link is lost."""
        if self._flavour is Flavour.PX4:
            return _PX4_LINK_ACTIONS.get(int(self._params.value("NAV_DLL_ACT", 2)), FailsafeAction.NONE)
        return _ARDUPILOT_LINK_ACTIONS.get(int(self._params.value("FS_GCS_ENABLE", 1)), FailsafeAction.NONE)

    def set_link_action(self, lost_link: str) -> None:
        """Set the autopilot up for what a plan files for a lost link: rtl, land or hold (which ArduCopter has not)."""
        if self._flavour is Flavour.PX4:
            self._params.set("NAV_DLL_ACT", {"hold": 1, "rtl": 2, "land": 3}.get(lost_link, 2))
        else:
            self._params.set("FS_GCS_ENABLE", {"rtl": 1, "land": 5}.get(lost_link, 1))

    def demanded(self, now_s: float, *, link_lost: bool, battery_left: float) -> tuple[FailsafeAction, str]:
        """Return what is to be done now and what to say of it; each cause demands its action once."""
        low = self._battery(battery_left)
        if low is not _NOTHING:
            return low
        silent_s = self._silent_s(now_s, link_lost)
        if silent_s == -inf or silent_s < self.link_timeout_s:
            self._link_acted = False
            return _NOTHING
        if self._link_acted:
            return _NOTHING
        self._link_acted = True
        return self.link_action, "Data link lost"

    def _silent_s(self, now_s: float, link_lost: bool) -> float:
        if self._watch is _OFF:
            return -inf
        if self._watch is _SILENCE:
            return -inf if self.heard_at_s is None else now_s - self.heard_at_s
        if not link_lost:
            self._lost_at_s = None
            return -inf
        if self._lost_at_s is None:
            self._lost_at_s = now_s
        return now_s - self._lost_at_s

    def _battery(self, left: float) -> tuple[FailsafeAction, str]:
        # Action 3 is PX4's "return at the critical, land at the emergency level"; ArduCopter is set up likewise here.
        params = self._params
        if params.changes != self._levels_of:
            self._levels_of = params.changes
            levels = params.value("BAT_CRIT_THR", 0.07), params.value("BAT_EMERGEN_THR", 0.05)
            self._levels = (int(params.value("COM_LOW_BAT_ACT", 3)), *levels)
        action, critical, emergency = self._levels
        stage = 2 if left < emergency else 1 if left < critical else 0
        if stage <= self._battery_stage:
            return _NOTHING
        self._battery_stage = stage
        if action == 0:
            return _NOTHING
        if stage == 2 or action == 2:
            return FailsafeAction.LAND, "Emergency battery level"
        return FailsafeAction.RETURN, "Critical battery level"
