"""What is packed can be unpacked."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from evacsim.report.packing import pack, zigzag


def unpack(text):
    numbers, number, place = [], 0, 0
    for byte in base64.b64decode(text):
        number |= (byte & 127) << place
        place += 7
        if byte < 128:
            numbers.append(number)
            number, place = 0, 0
    return numbers


def unzigzag(numbers):
    return [number // 2 if number % 2 == 0 else -(number + 1) // 2 for number in numbers]


@given(st.lists(st.integers(0, 2**40)))
def test_packed_numbers_come_back(numbers):
    assert unpack(pack(numbers)) == numbers


@given(st.lists(st.integers(-(2**30), 2**30)))
def test_signed_numbers_come_back(numbers):
    assert unzigzag(unpack(pack(zigzag(numbers)))) == numbers


def test_small_numbers_take_one_byte_each():
    assert len(base64.b64decode(pack([127] * 100))) == 100
