#!/usr/bin/env bash
# fetch.sh FOLDER: files as people made them, one folder a package. Nothing of it is committed.
#
# Documents inside the source packages of libraries that read documents, and manuals of three
# documentation packages. FOLDER-science gets documents of science, FOLDER-apart manuals that no rule
# is ever tuned on: their texts are not looked at. Debian only, as root; the sources come from where apt's packages come.
set -euo pipefail
mkdir -p "$1/apt/lists" "$1/apt/parts" && cd "$1"
here=$PWD
sources=(pandoc libapache-poi-java libpdfbox2-java pypdf pdfminer)
manuals=(gnuplot-doc pari-doc octave-doc)

sed -s 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/*.sources > apt/parts/all.sources || true
sed -s -n 's/^deb /deb-src /p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list > apt/parts/all.list 2>/dev/null || true
apt=(apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::sourcelist=/dev/null
     -o "Dir::Etc::sourceparts=$here/apt/parts" -o "Dir::State::lists=$here/apt/lists")
"${apt[@]}" update

for package in "${sources[@]}"; do
    [ -d "$package" ] && continue
    (mkdir -p "apt/$package" && cd "apt/$package" && "${apt[@]}" source --download-only "$package")
    mkdir "$package"
    for archive in "apt/$package"/*.orig*.tar.*; do
        case $archive in *.asc) continue ;; esac
        tar -xf "$archive" -C "$package" --wildcards '*.pdf' '*.docx' '*.pptx' '*.docm' '*.pptm' 2>/dev/null || true
    done
done
unpack() { # PACKAGE FOLDER
    [ -d "$2" ] && return
    (cd apt && apt-get -qq -o APT::Sandbox::User=root download "$1")
    mkdir -p "$2" && dpkg -x apt/"$1"_*.deb "$2"
    find "$2" -name '*.pdf.gz' -exec gunzip -f {} +
}
for package in "${manuals[@]}"; do
    unpack "$package" "$package"
done
unpack texlive-science-doc "$here-science/texlive-science-doc"
for package in r-doc-pdf evolver-doc auto-multiple-choice-doc-pdf; do
    unpack "$package" "$here-apart/$package"
done
for package in python-docx python-pptx; do
    [ -d "$package" ] && continue
    (cd apt && "$here/../../.venv/bin/python" -m pip download -q --no-deps --no-binary :all: --no-build-isolation "$package")
    mkdir "$package" && tar -xf apt/"${package/-/_}"-*.tar.gz -C "$package"
done
