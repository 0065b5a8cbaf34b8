"""Signs of picture fonts as the characters that look like them: in Wingdings, ü is a check mark."""

_SYMBOL = {  # Adobe's encoding of Symbol
    0x20: " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA1: "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐—↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
}
_WINGDINGS = {
    0x21: "✏", 0x22: "✂", 0x28: "☎", 0x2A: "✉", 0x36: "⌛", 0x3F: "✍", 0x41: "✌", 0x43: "👍", 0x44: "👎", 0x45: "☜",
    0x46: "☞", 0x47: "☝", 0x48: "☟", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x52: "☼", 0x59: "✡", 0x5A: "☪", 0x6C: "●",
    0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "❑", 0x72: "❒", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥",
    0x9E: "·", 0x9F: "•", 0xA0: "▪", 0xA1: "○", 0xA4: "◉", 0xA5: "◎", 0xA7: "▪", 0xA8: "☐", 0xAA: "✦", 0xAB: "★",
    0xAC: "✶", 0xC3: "➢", 0xD5: "⌫", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE3: "↖",
    0xE4: "↗", 0xE5: "↙", 0xE6: "↘", 0xE7: "⬅", 0xE8: "➔", 0xE9: "⬆", 0xEA: "⬇", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧",
    0xF2: "⇩", 0xF3: "⬄", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    **{0x80 + number: sign for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")},
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x97: "●", 0x98: "●"}
_FONTS = {
    "symbol": {start + at: sign for start, row in _SYMBOL.items() for at, sign in enumerate(row)},
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": {},
    "webdings": {0x61: "✓", 0x63: "□", 0x67: "■", 0x72: "✗"},
}
_PRIVATE = range(0xF000, 0xF100)  # where Word keeps the signs of such fonts
_UNKNOWN = "•"


def is_of_signs(font: str) -> bool:
    """Whether letters in this font are pictures."""
    return font.lower() in _FONTS


def shown(text: str, font: str) -> str:
    """What a person sees of `text` set in `font`."""
    signs = _FONTS.get(font.lower())
    return text if signs is None else "".join(_shown(ord(sign), signs) for sign in text)


def sign(code: int, font: str) -> str:
    """What a person sees of one inserted symbol."""
    if font.lower() in _FONTS or code in _PRIVATE:
        return _shown(code, _FONTS.get(font.lower(), {}))
    is_character = 0x20 <= code < 0xD800 or 0xF900 <= code < 0xFFFE or 0x10000 <= code < 0xF0000
    return chr(code) if is_character else _UNKNOWN


def _shown(code: int, signs: dict[int, str]) -> str:
    place = code - _PRIVATE.start if code in _PRIVATE else code
    if place <= 0x20:
        return chr(max(place, 0x20) if code in _PRIVATE else code)
    return signs.get(place, _UNKNOWN if place <= 0xFF else chr(code))
