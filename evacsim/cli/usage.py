"""What is said of a command that is typed wrongly, in the language that it asks for (命令行用法)."""

from itertools import pairwise
from typing import IO, Any

import click

from evacsim.language import Text

Parts = tuple[str, ...]


class Commands(click.Group):
    """A group of commands that tells wrong usage in Chinese where `--lang zh` is typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take in what is typed, and keep it."""
        ctx.meta[__name__] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if not _is_chinese(ctx.meta[__name__]):
                raise
            raise Mistyped(error) from None


class WrongValue(click.BadParameter):
    """A value of an option that a command does not take; the rule in both languages."""

    def __init__(self, rule: Text, option: str) -> None:
        super().__init__(rule.en, param_hint=option)
        self.rule = rule


class Mistyped(click.UsageError):
    """A command that is typed wrongly, told in Chinese."""

    def __init__(self, error: click.UsageError) -> None:
        super().__init__(_told(error), error.ctx)

    def show(self, file: IO[Any] | None = None) -> None:
        """Write what is wrong, and how one asks for help."""
        lines = [f"错误：{self.message}"]
        if self.ctx is not None:
            usage = self.ctx.get_usage().removeprefix("Usage: ")
            lines = [f"用法：{usage}", f"帮助：{self.ctx.command_path} --help", "", *lines]
        click.echo("\n".join(lines), file=file, err=file is None)


def _is_chinese(args: Parts) -> bool:
    return "--lang=zh" in args or ("--lang", "zh") in pairwise(args)


def _told(error: click.UsageError) -> str:
    """Return in Chinese what is wrong; what a command says itself stays as it is."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}{_meant(error)}"
    command = getattr(error, "command_name", None)  # of click 8.4 and later
    if command is not None:
        return f"没有命令 {command}{_meant(error)}"
    if isinstance(error, click.MissingParameter):
        is_option = error.param is not None and error.param.param_type_name == "option"
        return f"缺少{'选项' if is_option else '参数'} {_hint(error)}"
    if isinstance(error, click.BadParameter):
        return f"{_hint(error)} 的值无效：{_rule(error)}"
    return error.format_message()


def _meant(error: click.UsageError) -> str:
    alike: list[str] = getattr(error, "possibilities", None) or []
    return f"，是否指 {'、'.join(alike)}？" if alike else ""


def _hint(error: click.BadParameter) -> str:
    if error.param_hint is not None:
        return error.param_hint if isinstance(error.param_hint, str) else "、".join(error.param_hint)
    return "" if error.param is None else error.param.get_error_hint(error.ctx).strip("'")


def _rule(error: click.BadParameter) -> str:
    """Return what a value must be, as far as its type says it."""
    if isinstance(error, WrongValue):
        return error.rule.zh
    kind = None if error.param is None else error.param.type
    if isinstance(kind, click.Choice):
        return f"须为 {'、'.join(map(str, kind.choices))} 之一"
    if isinstance(kind, click.IntRange):
        least = "" if kind.min is None else f"，不小于 {kind.min}"
        return f"须为整数{least}{'' if kind.max is None else f'，不大于 {kind.max}'}"
    if isinstance(kind, click.FloatRange):
        least = "" if kind.min is None else f"，不小于 {kind.min:g}"
        return f"须为数值{least}{'' if kind.max is None else f'，不大于 {kind.max:g}'}"
    return error.message
