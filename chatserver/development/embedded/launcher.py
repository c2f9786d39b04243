"""Becomes another program, which ends with its parent.

Runs by its path (`python -I -S launcher.py …`) and imports none of our modules: this work belongs between fork and
exec, where a process with threads must not run Python.
"""

import ctypes
import os
import sys

# <linux/prctl.h>, <linux/securebits.h>, <linux/capability.h>
PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP = 28, 4
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    """Changes the user if asked to, requests a signal at the parent's death, and executes the program."""
    parent, death_signal, uid, gid, bypass_permissions = map(int, sys.argv[1:6])
    folder, *program = sys.argv[6:]
    try:
        if uid >= 0:
            change_user(uid, gid, bypass_permissions=bool(bypass_permissions))
        if sys.platform == "linux":
            prctl(PR_SET_PDEATHSIG, death_signal)  # after setuid, which clears it
            if os.getppid() != parent:
                sys.exit("the parent is dead already")
        os.chdir(folder)
        os.execv(program[0], program)  # noqa: S606
    except OSError as error:
        sys.exit(f"{program[0]}: {error}")


def change_user(uid: int, gid: int, *, bypass_permissions: bool) -> None:
    """Changes from root to a user. With bypass_permissions, keeps root's right to pass through closed folders.

    So root can run the tests in any checkout, below /root too: the programs in .venv and the folders of pytest, which
    only root may enter, are within reach of PostgreSQL's user, and no folder's permissions change.
    """
    if bypass_permissions:
        # Otherwise setuid drops all capabilities, and access(2), which initdb calls, ignores them.
        prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if bypass_permissions:
        keep_only(CAP_DAC_OVERRIDE)


def keep_only(capability: int) -> None:
    """Drops every capability but one, which survives exec (man 7 capabilities, "ambient")."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    check(ctypes.CDLL(None, use_errno=True).capset(header, effective_permitted_inheritable))
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def prctl(*arguments: int) -> None:
    """Makes the system call of this name (man 2 prctl). Raises OSError."""
    padded = [*arguments, 0, 0, 0, 0][:5]
    check(ctypes.CDLL(None, use_errno=True).prctl(*map(ctypes.c_ulong, padded)))


def check(result: int) -> None:
    """Raises OSError for errno unless the result of a C function is 0."""
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main()
