"""The names that libraries give to days, made fit for a reader."""

from __future__ import annotations

import re

NOISE = re.compile(r"\s*\([^)]*\)|\s*Starting at \d+|\s+(?:pre|pos)-pandemia|\s+Observed$|\s+Early Close$")
RENAMED = {
    "July 4th": "Independence Day",
    "Natal": "Christmas",
    "Vespera Natal": "Christmas Eve",
    "Ano Novo": "New Year's Eve",
    "Dia da Confraternizacao Universal": "New Year's Day",
    "Aniversario de Sao Paulo": "Anniversary of São Paulo",
    "Carnaval Segunda": "Carnival Monday",
    "Carnaval Terca": "Carnival Tuesday",
    "Quarta Cinzas": "Ash Wednesday",
    "Dia Trabalho": "Labour Day",
    "Constitucionalista": "Constitutionalist Revolution",
    "Independencia": "Independence Day",
    "Nossa Senhora de Aparecida": "Our Lady of Aparecida",
    "Dia dos Finados": "All Souls' Day",
    "Proclamacao da Republica": "Proclamation of the Republic",
    "Dia da Consciencia Negra": "Black Awareness Day",
    "Dia Nacional de Zumbi e da Consciencia Negra": "Black Awareness Day",
    "Weekend Christmas": "Christmas, substitute",
    "Weekend Boxing Day": "Boxing Day, substitute",
    "New Year's": "New Year's Holiday",
    "Last Working Day of Year": "Last trading day of the year",
    "Last Trading Day Of Calendar Year": "Last trading day of the year",
    "Last Trading Day Before Christmas": "Last trading day before Christmas",
    "Dia de Tiradentes": "Tiradentes",
    "Black Friday": "Day after Thanksgiving",
    "President's Day": "Presidents' Day",
    "Kings's Birthday": "King's Birthday",
    "Saudi Founding Day": "Founding Day",
    "National Day of Saudi Arabia": "National Day",
    "Juneteenth National Independence Day": "Juneteenth",
    "Hong Kong Special Region Establishment Day": "Establishment Day",
}


def plain(name: str) -> str:
    """A day's name without the bookkeeping that libraries put into it."""
    if "efore Independence Day" in name:
        return "Eve of Independence Day"
    short = NOISE.sub("", name).strip()
    return RENAMED.get(short, short)
