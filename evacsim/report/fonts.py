"""A font with Chinese characters for drawings, found among those installed."""

import warnings

CJK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei",
    "PingFang SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Heiti SC",
    "SimSun", "FangSong",
)  # fmt: skip
"""Fonts that have Chinese characters, best first; one Noto file holds all its languages and may show one name."""


def font_families() -> list[str]:
    """Return font families for matplotlib: a Chinese one where one is installed, then its own.

    Warns where none is, because Chinese characters would be drawn as boxes.
    """
    from matplotlib import font_manager

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    found = [name for name in CJK_FONTS if name in installed][:1]
    if not found:
        warnings.warn(
            "no font with Chinese characters is installed; install one, such as the Debian package"
            " fonts-noto-cjk （未找到中文字体，请安装，例如 Debian 的 fonts-noto-cjk）",
            stacklevel=2,
        )
    return [*found, "DejaVu Sans"]
