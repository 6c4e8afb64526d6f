"""Filters as the kernel reads them, also for processors that this machine does not have."""

from __future__ import annotations

import struct

import pytest

from vectorstore.processes.seccomp import NUMBERS, Argument, Call, filter_program

ALLOWED, KILLED, NOT_PERMITTED, NO_SUCH_CALL = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
CALLS = [
    Call("read"),
    Call("clone", (Argument(0, (0x10000,), 0xFF000000 | 0x10000),)),
    Call("fcntl", (Argument(1, (0, 1, 3)),)),
    Call("fcntl", (Argument(1, (4,)), Argument(2, (0,), 0o20000))),
]


def verdict(program: bytes, number: int, machine: int, *arguments: int) -> int:
    """What the kernel would do: a machine with one register, over what it knows of a call."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=iIQ6Q", number, machine, 0, *padded)
    steps = [struct.unpack("HBBI", program[at : at + 8]) for at in range(0, len(program), 8)]
    place = register = 0
    while True:
        code, if_true, if_false, value = steps[place]
        place += 1
        if code == 0x20:
            (register,) = struct.unpack_from("=I", data, value)
        elif code == 0x54:
            register &= value
        elif code == 0x15:
            place += if_true if register == value else if_false
        elif code == 0x35:
            place += if_true if register >= value else if_false
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"no such step: {code:#x}")


@pytest.mark.parametrize("machine", MACHINES)
def test_only_what_is_listed_passes(machine: str) -> None:
    column, architecture = MACHINES[machine]
    program = filter_program(machine, CALLS)

    def ask(name: str, *arguments: int) -> int:
        number = NUMBERS[name][column]
        assert number is not None
        return verdict(program, number, architecture, *arguments)

    assert ask("read") == ALLOWED
    assert ask("write") == ask("openat") == ask("ioctl") == NOT_PERMITTED
    assert ask("clone", 0x3D0F00) == ALLOWED
    # fork; a thread in a new name space for processes.
    assert ask("clone", 17) == ask("clone", 0x3D0F00 | 0x20000000) == NOT_PERMITTED
    assert [ask("fcntl", 5, command) for command in (0, 1, 3)] == [ALLOWED] * 3
    assert ask("fcntl", 5, 4, 0o4000) == ALLOWED
    assert ask("fcntl", 5, 4, 0o24000) == ask("fcntl", 5, 8) == ask("fcntl", 5, 10) == NOT_PERMITTED
    # The kernel reads 32 bits of a command, so the rest makes no difference.
    assert ask("fcntl", 5, 8 | 1 << 32) == NOT_PERMITTED
    assert verdict(program, 435, architecture) == verdict(program, 437, architecture) == NO_SUCH_CALL
    assert verdict(program, 9999, architecture) == NOT_PERMITTED


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_end_the_process(machine: str) -> None:
    column, architecture = MACHINES[machine]
    program = filter_program(machine, CALLS)
    number = NUMBERS["read"][column]
    assert number is not None
    for _, other in MACHINES.values():
        assert verdict(program, number, other) == (ALLOWED if other == architecture else KILLED)
    assert verdict(program, 0x40000000 | number, architecture) == KILLED
    # 32-bit calls of x86 have numbers of their own: 3 is read there, and close here.
    assert verdict(program, 3, 0x40000003) == KILLED


def test_every_number_is_listed_once_for_each_machine() -> None:
    for column in (0, 1):
        numbers = [pair[column] for pair in NUMBERS.values() if pair[column] is not None]
        assert len(numbers) == len(set(numbers))
