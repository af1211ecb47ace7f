import sys

from elftools.elf.elffile import ELFFile

with open(sys.executable, "rb") as f:
    elf = ELFFile(f)
    print(elf.header.e_machine)
    for section in elf.iter_sections():
        print(section.name, section.header.sh_size)
        if hasattr(section, "iter_symbols"):
            print(sum(1 for symbol in section.iter_symbols()))
        if hasattr(section, "iter_relocations"):
            print(sum(1 for relocation in section.iter_relocations()))
    for segment in elf.iter_segments():
        print(segment.header.p_type)
