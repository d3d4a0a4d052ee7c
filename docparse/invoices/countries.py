"""Countries by their names in the languages of Europe."""

from __future__ import annotations

from functools import cache

from docparse.invoices.text import squash

_NAMES = {
    "AT": "austria österreich autriche oostenrijk áustria",
    "BE": "belgium belgien belgique bélgica belgio belgië bélgica belgia",
    "CH": "switzerland schweiz suisse suiza svizzera zwitserland suíça szwajcaria",
    "CZ": "czechia česká|republika|czech|republic tschechien czechy",
    "DE": "germany deutschland allemagne alemania germania duitsland alemanha niemcy",
    "DK": "denmark dänemark danmark danemark dinamarca",
    "ES": "spain spanien españa espagne spagna spanje espanha hiszpania",
    "FI": "finland finnland suomi finlande", "FR": "france frankreich francia frankrijk frança francja",
    "GB": "united|kingdom great|britain england scotland wales uk großbritannien royaume-uni reino|unido regno|unito",
    "IE": "ireland irland irlande", "IT": "italy italien italia italie itália włochy", "LU": "luxembourg luxemburg",
    "NL": "netherlands the|netherlands niederlande nederland pays-bas países|bajos paesi|bassi países|baixos holandia",
    "NO": "norway norwegen norge", "PL": "poland polen polska pologne polonia polónia",
    "PT": "portugal portogallo portugalia",
    "SE": "sweden schweden sverige suède", "US": "united|states usa u.s.a. united|states|of|america",
    "CA": "canada kanada",
    "MY": "malaysia", "SG": "singapore", "IN": "india indien", "AU": "australia", "NZ": "new|zealand",
    "RE": "réunion la|réunion ile|de|la|réunion",
    "HU": "hungary ungarn", "RO": "romania rumänien", "SK": "slovakia slowakei", "SI": "slovenia slowenien",
    "HR": "croatia kroatien",
    "GR": "greece griechenland", "CN": "china", "JP": "japan", "BR": "brazil brasil", "MX": "mexico méxico",
    "LI": "liechtenstein",
}  # fmt: skip


@cache
def _codes() -> dict[str, str]:
    return {squash(name.replace("|", " ")): code for code, names in _NAMES.items() for name in names.split()}


def country_code(text: str) -> str | None:
    """ISO 3166 code of a line that is a country's name; None if it is none."""
    return _codes().get(squash(text))
