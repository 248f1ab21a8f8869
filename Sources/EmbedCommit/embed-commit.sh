#!/bin/sh
# Writes the commit of a working tree as Swift source. Usage: embed-commit.sh TREE FILE
unset GIT_DIR GIT_WORK_TREE
commit=
top=$(git -C "$1" rev-parse --show-toplevel 2>/dev/null) || top=
# An archive that was unpacked inside another repository has no commit of its own.
if [ -n "$top" ] && [ "$top" -ef "$1" ]; then commit=$(git -C "$1" rev-parse --short=12 HEAD 2>/dev/null) || commit=; fi
printf 'extension BuildCommit: EmbeddedCommit { static let commit = "%s" }\n' "$commit" > "$2"
