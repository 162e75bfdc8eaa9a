#!/bin/sh
# Builds stats.sg as a library, and links it with a C program and, where rustc is there, with a Rust program.
#
#     examples/embed/build.sh [FOLDER]       # build/embed, if not given
#
# SIGILC and CC name the two compilers.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
sigilc=${SIGILC:-$root/.venv/bin/sigilc}
cc=${CC:-cc}
mkdir -p "${1:-$root/build/embed}"
cd "${1:-$root/build/embed}"

# The exported functions: an object and its header, stats.h.
"$sigilc" build -O3 --crate-type obj --emit header -o stats.o "$here/stats.sg"

# The library: those, and the runtime; a linker takes from it what the functions use. Its main() stays in the library.
rm -rf runtime libstats.a
mkdir runtime
for file in "$root"/runtime/*.c; do
    "$cc" -std=c11 -D_GNU_SOURCE -O2 -fPIC -fexceptions -I"$root/runtime/include" \
        -c "$file" -o "runtime/$(basename "$file" .c).o"
done
ar rcs libstats.a stats.o runtime/*.o

"$cc" -std=c11 -O2 -I. "$here/main.c" -o from_c -L. -lstats -lm -pthread
./from_c

if command -v rustc >/dev/null; then
    rustc --edition=2021 -O "$here/main.rs" -o from_rust -L . -l static=stats -l m
    ./from_rust
fi
