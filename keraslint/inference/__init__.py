"""A forward, flow-ordered abstract interpreter: a parsed document goes in, training events come out.

Nothing of the user's code is executed, and nothing is guessed: what is not understood is unknown, with
a reason.
"""

from keraslint.inference.events import (
    CompileEvent,
    DataEvent,
    Event,
    ModelSeen,
    MonitorEvent,
    OldEvent,
    Unseen,
    UseEvent,
)
from keraslint.inference.program import Interpreted, interpret
from keraslint.inference.projects import Project

__all__ = [
    "CompileEvent",
    "DataEvent",
    "Event",
    "Interpreted",
    "ModelSeen",
    "MonitorEvent",
    "OldEvent",
    "Project",
    "Unseen",
    "UseEvent",
    "interpret",
]
