"""Words for people: every text that a user may read exists in English and in Chinese."""

from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Text(NamedTuple):
    """One statement in both languages of the project."""

    en: str
    zh: str

    def said(self, lang: Language) -> str:
        """Return the statement in `lang`.

        >>> Text("shelter", "安置点").said("zh")
        '安置点'
        """
        return self.zh if lang == "zh" else self.en


def same(words: str) -> Text:
    """Return a text that reads alike in both languages (an id, a number, a file name)."""
    return Text(words, words)
