"""The sources of 020 to 028 and 032: importing this module registers them."""

from renkei.town.source import (
    childallowance,
    childcare,
    childrearing,
    elderly,
    handicap,
    health,
    longcare,
    nationalpension,
    numbering,
    relief,
    stranger,
)

__all__ = [
    "childallowance",
    "childcare",
    "childrearing",
    "elderly",
    "handicap",
    "health",
    "longcare",
    "nationalpension",
    "numbering",
    "relief",
    "stranger",
]
