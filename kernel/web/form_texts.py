"""The texts of the page of a form, by language and by what they are in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {},
    "pl": {
        "Send": "Wyślij",
        "Thank you": "Dziękujemy",
        "Your answer has been sent.": "Odpowiedź została wysłana.",
        "required": "wymagane",
        "if it applies": "jeśli dotyczy",
        "Please choose": "Proszę wybrać",
        "Leave this empty": "Proszę zostawić puste",
        "Something is not right yet": "Coś się jeszcze nie zgadza",
        "The files have to be chosen again.": "Pliki trzeba wybrać ponownie.",
        "There is no such form.": "Nie ma takiego formularza.",
        "Please fill this in.": "Proszę wypełnić to pole.",
        "This form was open for too long. Please send it again.": (
            "Formularz był otwarty zbyt długo. Proszę wysłać go jeszcze raz."
        ),
        "This form is not open yet.": "Ten formularz nie jest jeszcze otwarty.",
        "This form is closed.": "Ten formularz jest zamknięty.",
        "This form is closed at this time of day.": "O tej porze ten formularz jest zamknięty.",
        "This form takes no more submissions.": "Ten formularz nie przyjmuje więcej zgłoszeń.",
        "Too many submissions. Please try again in a few minutes.": (
            "Zbyt wiele zgłoszeń. Proszę spróbować ponownie za kilka minut."
        ),
        "This page does not exist, or is switched off.": "Ta strona nie istnieje lub jest wyłączona.",
    },
}
