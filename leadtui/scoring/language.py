"""Which language a post is written in, as far as its commonest words tell."""

from __future__ import annotations

from collections import Counter

_COMMON = {
    "English": "the and to of is in that it for you with on are this my have but not be was we what how any can do",
    "Spanish": "que los las una para por con está pero más como este del alguien quiero necesito hola gracias qué cómo muy",
    "French": "les des une est pour dans que qui avec sur pas vous nous je mais cette quel quelle comment bonjour merci très",
    "German": "der die und ist nicht ich ein eine für mit auf das wir aber wie oder auch haben kann jemand suche hallo danke",
    "Portuguese": "que não uma para com por mais como você mas são alguém preciso estou olá obrigado muito seu meu isso",
    "Italian": "che non una per con sono come più questo della qualcuno cerco ciao grazie anche gli nel mio molto",
    "Dutch": "het een van niet dat voor zijn met ik maar wij ook naar heb kan iemand zoek hallo bedankt deze",
    "Polish": "nie jest się na że jak dla ale czy mam jestem ktoś szukam proszę dziękuję przez",
}
_LANGUAGES: dict[str, list[str]] = {}
for _name, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_name)
_SAMPLE = 1_000
_PLAINLY_ENGLISH = (" the ", " and ", " to ", " is ", " for ", " it ", " my ", " with ")
"""Words that no other language here has; a few of them settle the matter at little cost."""
_LEAST = 4
"""Common words of a language that a post must hold before it is taken for it."""


def foreign_language(folded: str) -> str:
    """Return the language of a folded text when it is one of those known here and not English, else an empty string."""
    if sum(folded.count(word, 0, _SAMPLE) for word in _PLAINLY_ENGLISH) >= _LEAST:
        return ""
    counts = Counter(
        language
        for word in folded[:_SAMPLE].split()
        for language in _LANGUAGES.get(word.strip(".,;:!?()"), ())
    )
    best, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return best if best != "English" and count >= _LEAST and count > 2 * counts["English"] else ""
