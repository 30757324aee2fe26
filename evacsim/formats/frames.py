"""The files of a raster series, and the time each stands for."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from evacsim.errors import FormatError, Issue
from evacsim.formats.rows import refuse
from evacsim.language import Text

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def files_of(pattern: str | Path) -> list[Path]:
    """Return the files that a path or a pattern such as `water/depth_*.asc` names, by name.

    Raises
    ------
    FormatError
        If there is none.
    """
    path = Path(pattern)
    parts = path.parts
    wild = next((place for place, part in enumerate(parts) if re.search(r"[*?\[]", part)), None)
    found = [path] if wild is None else sorted(Path(*parts[:wild]).glob(str(Path(*parts[wild:]))))
    found = [file for file in found if file.is_file()]
    if not found:
        rule = Text("no such file", "没有这样的文件")
        remedy = Text("check the path or pattern", "检查路径或通配符")
        raise FormatError(str(pattern), [Issue(str(pattern), rule, remedy)])
    return found


def times_in_names(files: list[Path], *, unit: float) -> list[tuple[float, Path]]:
    """Return the files in the order of the times in their names, with these times [s].

    The time is the number that differs from name to name, times `unit` [s]; all else in the
    names must be alike.

    >>> [time for time, _ in times_in_names([Path("d2_0120.asc"), Path("d2_60.asc")], unit=1.0)]
    [60.0, 120.0]

    Raises
    ------
    FormatError
        For names that differ in more or less than one number, and for gaps in a regular series.
    """
    folder = str(files[0].parent)
    shapes = [NUMBER.sub("#", file.stem) for file in files]
    usual = Counter(shapes).most_common(1)[0][0]
    refuse(
        folder, [_odd_name(file, usual) for file, shape in zip(files, shapes, strict=True) if shape != usual]
    )
    numbers = [tuple(map(float, NUMBER.findall(file.stem))) for file in files]
    varying = [place for place, column in enumerate(zip(*numbers, strict=True)) if len(set(column)) > 1]
    if usual.count("#") == 1:
        varying = [0]
    if len(varying) != 1:
        rule = Text("the names do not differ in exactly one number", "文件名之间应恰有一个数字不同")
        remedy = Text(
            "name the files by their time, such as depth_120.asc, or say the step between them",
            "按时间命名文件，如 depth_120.asc，或写明帧间隔 step",
        )
        raise FormatError(
            folder, [Issue(folder, rule, remedy, value=", ".join(file.name for file in files[:3]))]
        )
    timed = sorted((row[varying[0]] * unit, file) for row, file in zip(numbers, files, strict=True))
    refuse(folder, _gaps(timed, unit))
    return timed


def _odd_name(file: Path, usual: str) -> Issue:
    rule = Text(
        f"is not named like the others ({usual}{file.suffix})",
        f"与其他文件的命名（{usual}{file.suffix}）不同",
    )
    remedy = Text("narrow the pattern so that it leaves this file out", "收窄通配符，排除该文件")
    return Issue(str(file), rule, remedy, "name", value=file.name)


def _gaps(timed: list[tuple[float, Path]], unit: float) -> list[Issue]:
    """Return the frames that are missing: between equal steps, one that is their multiple."""
    times = [time for time, _ in timed]
    steps = [later - sooner for sooner, later in pairwise(times)]
    issues = []
    for place in range(1, len(steps) - 1):
        before, gap, after = steps[place - 1 : place + 2]
        if before == after == min(steps) > 0 and gap > before and gap % before == 0:
            lost = [times[place] + before * (number + 1) for number in range(round(gap / before) - 1)]
            numbers = ", ".join(f"{time / unit:g}" for time in lost)
            rule = Text(f"no frame for {numbers}", f"缺少 {numbers} 的帧")
            remedy = Text("add the missing files", "补上缺少的文件")
            issues.append(
                Issue(str(timed[place][1]), rule, remedy, "next frame", value=timed[place + 1][1].name)
            )
    return issues


def times_by_step(files: list[Path], *, step: float) -> list[tuple[float, Path]]:
    """Return the files in the order of their names, `step` apart, the first at 0 [s].

    A number in a name counts as a number: `depth_2` comes before `depth_10`.
    """
    return [(place * step, file) for place, file in enumerate(sorted(files, key=_natural))]


def _natural(file: Path) -> tuple[tuple[str, float], ...]:
    words = NUMBER.split(file.stem)
    numbers = [float(number) for number in NUMBER.findall(file.stem)]
    return tuple(zip(words, [*numbers, -1.0], strict=True))
