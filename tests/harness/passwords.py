"""crypt(3), called directly: newer versions of Python no longer have the module `crypt`."""

import ctypes
import ctypes.util

_library = ctypes.CDLL(ctypes.util.find_library('crypt') or 'libcrypt.so.1')
_library.crypt.restype = ctypes.c_char_p
_library.crypt.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
_library.crypt_gensalt.restype = ctypes.c_char_p
_library.crypt_gensalt.argtypes = (ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_int)


def crypt(password, setting):
    """Hash with the prefix, cost and salt of `setting`, which can also be a complete hash."""
    result = _library.crypt(password.encode(), setting.encode()).decode('ascii')
    assert not result.startswith('*'), f'crypt(3) refuses {setting}'
    return result


def new_hash(password, prefix, cost):
    """Hash with a fresh salt, e.g. prefix `$2b$` and cost 4."""
    return crypt(password, _library.crypt_gensalt(prefix.encode(), cost, None, 0).decode('ascii'))


def matches(password, hash_text):
    return crypt(password, hash_text) == hash_text
