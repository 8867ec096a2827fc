"""DLPack's structures by hand, and a library that lends numbers by them."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p), ("device", c_int32), ("device_id", c_int32), ("ndim", c_int32), ("code", c_uint8),
        ("bits", c_uint8), ("lanes", c_uint16), ("shape", POINTER(c_int64)), ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
    ]  # fmt: skip


DELETER = ctypes.CFUNCTYPE(None, c_void_p)


class Plain(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("manager", c_void_p), ("deleter", DELETER)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", c_uint32), ("minor", c_uint32), ("manager", c_void_p), ("deleter", DELETER),
        ("flags", c_uint64), ("tensor", Tensor),
    ]  # fmt: skip


NAMES = {Plain: b"dltensor", Versioned: b"dltensor_versioned"}

python = ctypes.pythonapi
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [c_void_p, c_char_p, c_void_p]
python.PyCapsule_GetPointer.restype = c_void_p
python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, c_char_p]
python.PyCapsule_GetName.restype = c_char_p
python.PyCapsule_GetName.argtypes = [ctypes.py_object]
python.PyCapsule_SetName.argtypes = [ctypes.py_object, c_char_p]


def look(capsule, kind):
    return kind.from_address(python.PyCapsule_GetPointer(capsule, NAMES[kind]))


class Lender:
    """A library that lends six numbers."""

    def __init__(self, kind=Plain, shape=(2, 3), strides=None, **fields):
        self.numbers = (ctypes.c_float * 8)(*range(8))
        self.deleted = 0
        self.kind = kind
        self.managed = kind(tensor=self.tensor(shape, strides), deleter=DELETER(self.delete))
        if kind is Versioned:
            self.managed.major = 1
        for name, value in fields.items():
            setattr(self.managed if hasattr(self.managed, name) else self.managed.tensor, name, value)
        # ctypes keeps no reference for a pointer in a capsule: the test holds `self`
        self.capsule = python.PyCapsule_New(ctypes.addressof(self.managed), NAMES[kind], None)

    def tensor(self, shape, strides):
        count = len(shape)
        return Tensor(
            data=ctypes.addressof(self.numbers), device=1, ndim=count, code=2, bits=32, lanes=1,
            shape=(c_int64 * count)(*shape), strides=(c_int64 * count)(*strides) if strides else None,
        )  # fmt: skip

    def delete(self, address):
        assert address == ctypes.addressof(self.managed)
        self.deleted += 1

    def name(self):
        return python.PyCapsule_GetName(self.capsule)
