"""Take the pictures of the documentation from a run of the demonstration district.

    python docs/make_pictures.py runs/gaocheng

Needs Chromium and a Chinese font; nothing in the tests depends on it.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

import evacsim as ev
from evacsim.language import LANGUAGES, Language

PICTURES = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 1100, 3000
MARGIN = 24
COLORS = 128
MOMENT = 26 * 3600
"""Second at which the map is taken: the river overtops its levee."""
SHOWN = {"report": ("verdict", "course"), "map": ("map",)}
"""Sections of the report that each picture shows."""


def main(results: Path) -> None:
    """Write every picture in both languages."""
    run = ev.open_run(results)
    for lang in LANGUAGES:
        for name, sections in SHOWN.items():
            take(run, lang, sections, PICTURES / f"gaocheng-{name}{'' if lang == 'en' else '.zh-CN'}.png")


def take(run: ev.Run, lang: Language, sections: tuple[str, ...], picture: Path) -> None:
    """Write a picture of some sections of the report of a run."""
    shown = ", ".join(f"#{section}" for section in sections)
    style = f"header, footer, section:not({shown}) {{display: none}}</style>"
    with TemporaryDirectory() as folder:
        page = ev.report(run, Path(folder) / "report.html", lang=lang)
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("</style>", style, 1), encoding="utf-8")
        shot = Path(folder) / "shot.png"
        subprocess.run(
            [
                *(browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}"),
                f"{page.as_uri()}#t={MOMENT}",
            ],
            check=True,
            capture_output=True,
        )
        trimmed(Image.open(shot).convert("RGB")).quantize(COLORS).save(picture, optimize=True)


def browser() -> str:
    """Return the command of Chromium."""
    found = next(
        (name for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), None
    )
    if found is None:
        raise SystemExit("no Chromium found (on Debian: apt install chromium fonts-noto-cjk)")
    return found


def trimmed(image: Image.Image) -> Image.Image:
    """Return a picture without the empty part below, with a small margin."""
    blank = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, blank).getbbox()
    bottom = image.height if box is None else min(box[3] + MARGIN, image.height)
    return image.crop((0, 0, image.width, bottom))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
