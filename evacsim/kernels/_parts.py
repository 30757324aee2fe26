"""How parts of kernels are compiled: to what LLVM puts into the kernels that call them, and no further."""

from typing import Any

from numba.core import codegen, compiler, compiler_machinery, typed_passes, untyped_passes

COMPILER: Any = compiler.Compiler
LIBRARY: Any = codegen.JITCodeLibrary
PASSES: Any = compiler_machinery.PassManager

FOR_OTHER_CODE = (
    untyped_passes.WithLifting,
    untyped_passes.InlineClosureLikes,
    untyped_passes.InlineInlinables,
    untyped_passes.FindLiterallyCalls,
    untyped_passes.LiteralUnroll,
    untyped_passes.LiteralPropagationSubPipelinePass,
    untyped_passes.MakeFunctionToJitFunction,
    typed_passes.InlineOverloads,
    typed_passes.NopythonRewrites,
    typed_passes.NoPythonSupportedFeatureValidation,
    typed_passes.IRLegalization,
    typed_passes.AnnotateTypes,
    typed_passes.DumpParforDiagnostics,
)
"""What numba does for closures, contexts, arithmetic with whole arrays, literal types, to count references and to
show what it did. No part has any of it, and to look for it takes a tenth of the time that compiling takes."""


class PartCompiler(COMPILER):  # type: ignore[misc]
    """Numba's compiler, which leaves what it makes in a `PartLibrary`."""

    def define_pipelines(self) -> Any:
        """Return those of numba's steps that parts need; the last of them fill the library that is given them here."""
        state = self.state
        state.library = PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        needed = PASSES("part")
        for step, purpose in super().define_pipelines()[0].passes:
            if step not in FOR_OTHER_CODE:
                needed.add_pass(step, purpose)
        needed.finalize()
        return [needed]


class PartLibrary(LIBRARY):  # type: ignore[misc]
    """The code of a part, which never runs by itself: each kernel has its own copy, optimized with the kernel.

    So there is no machine code of it, and one pass of optimization, which makes the copies small, is enough:
    a third of the time that compiling takes.
    """

    @property
    def codegen(self) -> "PartLibrary":
        """Whom numba tells where the part's environment is."""
        return self

    def set_env(self, _name: str, _environment: Any) -> None:
        """Do nothing: Python's objects are found through the environment, and no part has any."""

    def get_pointer_to_function(self, _name: str) -> int:
        """Return 0, for none: nobody calls a part from outside."""
        self._ensure_finalized()
        return 0

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager(
            cost="cheap", opt=self._codegen._opt_level, loop_vectorize=False, slp_vectorize=False
        )
        passes.run(self._final_module, builder)

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True
