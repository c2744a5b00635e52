"""Assembles the root file system of a base image from this machine's own files: no registry, no network.

What goes in: the interpreter that runs this file (where it stands on this machine), its standard library, a shell with
a few small tools, every shared library these are linked against, and a virtual environment with pip at ``/opt/venv``.
The image has the same glibc, OpenSSL and Python as the tests. It is not an official Python image and must not
be pushed anywhere: it holds this machine's certificate bundle.

With programs named after the folder, they go in instead of the interpreter and its environment: `rootfs.py ROOT node`.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

HOST = Path("/")

TOOLS = """
sh bash cat chmod chown cp cut date dirname env false find grep head id kill ldconfig ln ls mkdir mv readlink rm sed
sleep sort tail tar test touch tr true uname wc
"""

# Manylinux wheels may count on these whether or not anything here is linked against them.
PROMISED = """
libc.so.6 libdl.so.2 libgcc_s.so.1 libm.so.6 libnss_dns.so.2 libnss_files.so.2 libpthread.so.0 libresolv.so.2
librt.so.1 libstdc++.so.6 libutil.so.1
"""

FOLDERS = "dev etc/ssl/certs opt proc root run sys tmp usr/bin usr/lib usr/lib64 var/tmp"

LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "test", "tests", "site-packages", "dist-packages", "idlelib", "tkinter", "turtledemo", "lib2to3",
    "config-*", "_tkinter*", "_test*.so", "xxlimited*", "*.a", "nis.*",
)  # fmt: skip

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


def library_folders() -> list[Path]:
    """Where this machine keeps shared libraries, its own architecture's folders included."""
    plain = [HOST / "lib", HOST / "usr/lib", HOST / "usr/local/lib"]
    return [*plain, *HOST.glob("lib/*-linux-gnu"), *HOST.glob("usr/lib/*-linux-gnu")]


def inside(root: Path, place: Path) -> Path:
    """A place of this machine, in the tree."""
    return root / place.relative_to(HOST)


def skeleton(root: Path) -> None:
    """The empty folders and the few small files that libc and TLS look for."""
    for name in FOLDERS.split():
        (root / name).mkdir(parents=True)
    for name in ("bin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "sbin").symlink_to("usr/bin")
    for name in ("tmp", "var/tmp"):
        (root / name).chmod(0o1777)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    for name in ("etc/os-release", "etc/services", "etc/protocols", "etc/ssl/certs/ca-certificates.crt"):
        if (HOST / name).exists():
            shutil.copy(HOST / name, root / name)


def copy_file(source: Path, goal: Path) -> None:
    """One file with its links resolved."""
    goal.parent.mkdir(parents=True, exist_ok=True)
    if not goal.exists():
        shutil.copy(source.resolve(), goal)


def copy_interpreter(root: Path) -> Path:
    """The interpreter at its own place, and that place."""
    program = Path(sys._base_executable).resolve()
    copy_file(program, inside(root, program))
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix, "installed_base": sys.base_prefix}
    for kind in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_path(kind, vars=base))
        if not inside(root, folder).exists():
            shutil.copytree(folder, inside(root, folder), symlinks=True, ignore=LEFT_OUT)
    # Debian keeps the wheel of pip, which ensurepip installs, outside the standard library.
    wheels = HOST.glob("usr/share/python-wheels/*.whl")
    for file in (*Path(sys.base_prefix).glob("lib/libpython3*.so*"), *wheels):
        copy_file(file, inside(root, file))
    return program


def programs(root: Path) -> Iterator[Path]:
    """Every file in the tree that may be linked against a library."""
    for path in root.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        if ".so" in path.name or os.access(path, os.X_OK):
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def needed(files: Iterable[Path]) -> set[Path]:
    """The libraries that these files load, by path on this machine (ldd exits 1 when one of them is static)."""
    listed = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    words = [word for line in listed.splitlines() if line.startswith("\t") for word in line.split()]
    return {Path(word) for word in words if word.startswith("/") and Path(word).exists()}


def copy_libraries(root: Path) -> None:
    """Everything that the tree is linked against, and what wheels may count on."""
    for library in needed(programs(root)):
        loader = library.name.startswith("ld-linux")
        copy_file(library, root / "usr/lib64" / library.name if loader else inside(root, library))
    for name in PROMISED.split():
        found = next((folder / name for folder in library_folders() if (folder / name).exists()), None)
        if found:
            copy_file(found, inside(root, found))
    (root / "etc/ld.so.conf").write_text("".join(f"{folder}\n" for folder in library_folders()), encoding="ascii")
    subprocess.run(["ldconfig", "-r", root], check=True)


def copy_tools(root: Path) -> None:
    """The shell and the small programs."""
    skeleton(root)
    for tool in TOOLS.split():
        if found := shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin"):
            copy_file(Path(found), root / "usr/bin" / tool)


def with_programs(root: Path, programs_given: list[Path]) -> None:
    """Fill the empty folder ``root`` with these programs."""
    copy_tools(root)
    for program in programs_given:
        copy_file(program, root / "usr/bin" / program.name)
    copy_libraries(root)


def main(root: Path) -> None:
    """Fill the empty folder ``root`` with Python."""
    copy_tools(root)
    program = copy_interpreter(root)
    copy_libraries(root)
    # A virtual environment installs in one way on every build of Python, Debian's patched one too.
    subprocess.run(["chroot", root, program, "-m", "venv", "/opt/venv"], check=True)
    for folder in list(root.rglob("__pycache__")):
        shutil.rmtree(folder)
    for folder in program.parents:
        inside(root, folder).chmod(0o755)  # an account without rights must reach the interpreter


if __name__ == "__main__":
    folder, *given = map(Path, sys.argv[1:])
    if given:
        with_programs(folder, given)
    else:
        main(folder)
