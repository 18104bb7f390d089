"""Dates as people write them in English, French and German, and in ISO 8601: the embedded corpus.

All of it is made here, by chance from a seed. What could be two dates is left out: 3/5/21 is one in
May or in March, so figures have dots, which are German, or the year first. Two figures of a year
mean 1970 to 2069.
"""

import datetime
from collections.abc import Callable

import numpy as np

FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2069, 12, 31)

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
_SHORT_DAYS = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "fr": "lun. mar. mer. jeu. ven. sam. dim.",
    "de": "Mo Di Mi Do Fr Sa So",
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
    "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh "
    "twenty-eighth twenty-ninth thirtieth thirty-first"
)

# What {each} of these stands for, in a language.
_FIELDS: dict[str, Callable[[datetime.date, str], str]] = {
    "month": lambda date, of: _MONTHS[of].split()[date.month - 1],
    "mon": lambda date, of: _SHORT[of].split()[date.month - 1],
    "weekday": lambda date, of: _DAYS[of].split()[date.weekday()],
    "wday": lambda date, of: _SHORT_DAYS[of].split()[date.weekday()],
    "d": lambda date, of: str(date.day),
    "dd": lambda date, of: f"{date.day:02}",
    "m": lambda date, of: str(date.month),
    "mm": lambda date, of: f"{date.month:02}",
    "yyyy": lambda date, of: str(date.year),
    "yy": lambda date, of: f"{date.year % 100:02}",
    "nth": lambda date, of: _nth(date.day, of),
    "ordinal": lambda date, of: _ORDINALS.split()[date.day - 1],
}
TRAINED = {
    "en": [
        "{month} {d}, {yyyy}",
        "{month} {nth}, {yyyy}",
        "{d} {month} {yyyy}",
        "{nth} {month} {yyyy}",
        "the {nth} of {month} {yyyy}",
        "the {nth} of {month}, {yyyy}",
        "the {ordinal} of {month}, {yyyy}",
        "{weekday}, {month} {d}, {yyyy}",
        "{weekday}, {d} {month} {yyyy}",
        "{weekday} the {nth} of {month}, {yyyy}",
        "{mon} {d}, {yyyy}",
        "{d} {mon} {yyyy}",
        "{d}-{mon}-{yyyy}",
        "{wday}, {d} {mon} {yyyy}",
        "{wday} {mon} {d} {yyyy}",
        "{month} the {ordinal}, {yyyy}",
        "{yyyy} {month} {d}",
        "{d} {mon} '{yy}",
        "{yyyy}/{mm}/{dd}",
    ],
    "fr": [
        "{nth} {month} {yyyy}",
        "le {nth} {month} {yyyy}",
        "{weekday} {nth} {month} {yyyy}",
        "le {weekday} {nth} {month} {yyyy}",
        "{d} {mon} {yyyy}",
        "le {d} {mon} {yyyy}",
        "{wday} {d} {mon} {yyyy}",
        "{dd} {month} {yyyy}",
        "en {yyyy}, le {nth} {month}",
        "{nth} {month} {yy}",
    ],
    "de": [
        "{d}. {month} {yyyy}",
        "der {d}. {month} {yyyy}",
        "am {d}. {month} {yyyy}",
        "{weekday}, {d}. {month} {yyyy}",
        "{weekday}, den {d}. {month} {yyyy}",
        "{d}. {mon} {yyyy}",
        "{dd}.{mm}.{yyyy}",
        "{d}.{m}.{yyyy}",
        "{dd}.{mm}.{yy}",
        "{d}.{m}.{yy}",
        "{wday}, {dd}.{mm}.{yyyy}",
        "am {dd}.{mm}.{yyyy}",
        "{d}. {m}. {yyyy}",
    ],
}
#: What no training date is written like, though each of their parts is in one.
UNSEEN = {
    "en": [
        "{month} {d} {yyyy}",
        "{weekday}, the {nth} of {month} {yyyy}",
        "the {ordinal} of {month} {yyyy}",
        "{wday}, {mon} {d}, {yyyy}",
        "{weekday}, {mon} {d}, {yyyy}",
        "{nth} of {month}, {yyyy}",
    ],
    "fr": ["le {wday} {d} {mon} {yyyy}", "{weekday} {d} {mon} {yyyy}"],
    "de": [
        "am {weekday}, den {d}. {month} {yyyy}",
        "{wday}, {d}. {mon} {yyyy}",
        "{weekday}, {dd}.{mm}.{yyyy}",
        "der {dd}.{mm}.{yyyy}",
    ],
}


def make(which: str, count: int, seed: int = 1) -> list[tuple[str, str]]:
    """Dates as they are written and in ISO 8601.

    Args:
        which: `train`, `valid` or `test`. No date of one is in another. Every second one of the
            test is written as none of the others is, with parts that are in them.
        count: how many.
        seed: of the choice.
    """
    place = ("train", "valid", "test").index(which)
    rng = np.random.default_rng([seed, place])
    days = (LAST - FIRST).days + 1
    # The same for all three, so that each date is in one.
    days_of_all = np.random.default_rng(seed).permutation(days)
    share = days // 10
    mine = (days_of_all[2 * share :], days_of_all[:share], days_of_all[share : 2 * share])[place]
    found = []
    for i in range(count):
        date = FIRST + datetime.timedelta(int(rng.choice(mine)))
        forms = UNSEEN if which == "test" and i % 2 else TRAINED
        language = str(rng.choice(list(forms)))
        form = str(rng.choice(forms[language]))
        if "{yy}" in form and date.year < 1970:
            form = form.replace("{yy}", "{yyyy}")
        found.append((write(date, form, language), date.isoformat()))
    return found


def write(date: datetime.date, form: str, language: str) -> str:
    """A date in a form."""
    fields = {name: of(date, language) for name, of in _FIELDS.items() if f"{{{name}}}" in form}
    return form.format(**fields)


def _nth(day: int, language: str) -> str:
    if language == "fr":
        return "1er" if day == 1 else str(day)
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{'th' if day in (11, 12, 13) else suffix}"
