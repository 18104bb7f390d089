"""The embedded corpus: dates and how they are written."""

import datetime
import re

import pytest

from apps.translation.reading.dates import TRAINED, UNSEEN, make, write

DATE = datetime.date(2021, 5, 3)


@pytest.mark.parametrize(
    "form, language, expected",
    [
        ("{weekday}, {month} {nth}, {yyyy}", "en", "Monday, May 3rd, 2021"),
        ("the {ordinal} of {month} {yyyy}", "en", "the third of May 2021"),
        ("{wday}, {dd}.{mm}.{yy}", "de", "Mo, 03.05.21"),
        ("{weekday}, den {d}. {month} {yyyy}", "de", "Montag, den 3. Mai 2021"),
        ("le {weekday} {nth} {month} {yyyy}", "fr", "le lundi 3 mai 2021"),
    ],
)
def test_written(form, language, expected):
    assert write(DATE, form, language) == expected


def test_english_as_the_c_locale_has_it():
    date = datetime.date(2019, 12, 31)
    for i in range(3000):
        day = date - datetime.timedelta(11 * i)
        text = write(day, "{weekday} {wday} {month} {mon} {dd} {yyyy}", "en")
        assert text == day.strftime("%A %a %B %b %d %Y")


def test_ordinals():
    found = [write(datetime.date(2000, 1, i), "{nth}", "en") for i in range(1, 32)]
    assert found[:4] == ["1st", "2nd", "3rd", "4th"] and found[9:14] == (
        ["10th", "11th", "12th", "13th", "14th"]
    )
    assert found[19:24] == ["20th", "21st", "22nd", "23rd", "24th"]
    assert found[29:] == ["30th", "31st"]
    assert write(datetime.date(2000, 1, 1), "{nth}", "fr") == "1er"


def test_no_date_is_in_two_sets_and_none_is_two_dates():
    sets = {which: make(which, 3000) for which in ("train", "valid", "test")}
    dates = {which: {iso for _, iso in pairs} for which, pairs in sets.items()}
    assert not dates["train"] & dates["valid"] and not dates["test"] & (
        dates["train"] | dates["valid"]
    )
    meant: dict[str, str] = {}
    for pairs in sets.values():
        for text, iso in pairs:
            assert datetime.date.fromisoformat(iso).isoformat() == iso
            assert meant.setdefault(text, iso) == iso


def test_the_same_seed_makes_the_same():
    assert make("train", 50) == make("train", 50)[:50]
    assert make("train", 50) != make("train", 50, seed=2)


def test_forms_of_the_test_are_new_but_made_of_what_is_known():
    for language, forms in UNSEEN.items():
        known = {field for form in TRAINED[language] for field in re.findall(r"{(\w+)}", form)}
        for form in forms:
            assert form not in TRAINED[language]
            assert set(re.findall(r"{(\w+)}", form)) <= known
