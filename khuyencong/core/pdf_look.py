"""Run by path in a process of its own, with limits: is the PDF on standard input whole, locked?

A crafted file makes any parser work for minutes. It knows no Django; its arguments are the folder
its library lies in and the seconds it may work. Prints one word: whole, locked, broken.
"""

import io
import logging
import resource
import sys

MEMORY = 768 * 2**20


def look(content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            return "locked"
        return "whole" if "/Root" in reader.trailer else "broken"
    except DependencyError:
        # Only a cipher that is not installed here can be missing.
        return "locked"
    except Exception:  # a damaged file may fail anywhere in the parser
        return "broken"


def main() -> None:
    seconds = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)  # a word an entry, for hundreds of thousands of entries
    sys.path.append(sys.argv[1])
    sys.stdout.write(look(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
