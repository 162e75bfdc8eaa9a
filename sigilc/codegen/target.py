"""Optimises LLVM text and emits machine code, through llvmlite."""

from __future__ import annotations

from functools import cache

import llvmlite.binding as llvm

from sigilc.crash import InternalError

HOST_CPU = "native"
_ERROR_LINES = 5


class Machine:
    """A module compiled at -O`level` for `cpu` (a name that LLVM knows, or `native`).

    InternalError when LLVM rejects the text; `verify` has it look at the module before and after optimisation, too.
    `debug`: at -O0 every variable stays where debuggers are told that it is.
    """

    def __init__(self, text: str, level: int, cpu: str = HOST_CPU, verify: bool = False, debug: bool = False):
        self._machine = _target_machine(cpu, level)
        # Before the text: how a type is aligned is settled when its loads and stores are read.
        self._module = _parse(f'target datalayout = "{self._machine.target_data}"\n'
                              f'target triple = "{self._machine.triple}"\n{text}')
        if verify:
            self._verify("before optimisation")
        if level > 0 or not debug:
            _optimise(self._module, self._machine, level)
        if verify:
            self._verify("after optimisation")

    def text(self) -> str:
        """The optimised LLVM text."""
        return str(self._module)

    def assembly(self) -> str:
        """The assembler text."""
        return str(self._machine.emit_assembly(self._module))

    def object(self) -> bytes:
        """The object file, position-independent."""
        return bytes(self._machine.emit_object(self._module))

    def _verify(self, when: str) -> None:
        try:
            self._module.verify()
        except RuntimeError as error:
            raise InternalError(f"LLVM finds the module invalid {when}: {_first_lines(error)}") from error


def _parse(text: str) -> llvm.ModuleRef:
    try:
        # A context of its own: nothing of one module reaches another.
        return llvm.parse_assembly(text, context=llvm.create_context())
    except RuntimeError as error:
        raise InternalError(f"LLVM rejects the module: {_first_lines(error)}") from error


def _first_lines(error: RuntimeError) -> str:
    return "\n".join(str(error).strip().splitlines()[:_ERROR_LINES])


def _optimise(module: llvm.ModuleRef, machine: llvm.TargetMachine, level: int) -> None:
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = level >= 2
    # Off by default in llvmlite, at every level.
    options.slp_vectorization = level >= 2
    builder = llvm.create_pass_builder(machine, options)
    if level == 0:
        # What makes code at -O0 bearable for a few milliseconds. Nothing is inlined, so `alwaysinline` stays a call.
        passes = llvm.create_new_module_pass_manager()
        passes.add_sroa_pass()
        passes.add_instruction_combine_pass()
        passes.add_simplify_cfg_pass()
    else:
        passes = builder.getModulePassManager()
    passes.run(module, builder)


@cache
def _target_machine(cpu: str, level: int) -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = ""
    if cpu == HOST_CPU:
        cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(cpu=cpu, features=features, opt=level, reloc="pic", codemodel="default")
