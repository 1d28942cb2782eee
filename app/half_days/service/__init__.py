"""Plan half-days, look again at what is owed, and do with them what people do."""

from app.half_days.service.ground import pattern_of
from app.half_days.service.moves import (
    encroach,
    excuse,
    find,
    free_slots,
    make_good,
    move,
    restore,
    take,
    waive,
)
from app.half_days.service.planning import first_day_of, plan
from app.half_days.service.replanning import replan
from app.half_days.service.standing import reconsider

__all__ = [
    "encroach",
    "excuse",
    "find",
    "first_day_of",
    "free_slots",
    "make_good",
    "move",
    "pattern_of",
    "plan",
    "reconsider",
    "replan",
    "restore",
    "take",
    "waive",
]
