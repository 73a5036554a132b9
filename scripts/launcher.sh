#!/bin/sh
# Starts kaish. A V8 start-up snapshot holds the ready parser, and it fits only the very node it was made by;
# the stamp tells which. Anything else, and the interactive REPL (Ink is ESM, which a snapshot cannot load), starts
# the ordinary way.
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
dir=${self%/*}
node=$(command -v node) || {
  echo "kaish: node is not on PATH; install Node.js 20.19 or newer" >&2
  exit 127
}

interactive() {
  [ -t 0 ] && [ -t 1 ] || return 1
  while [ $# -gt 0 ]; do
    case $1 in
      -k | --kernel | --connect | --context) shift; [ $# -gt 0 ] || return 1 ;;
      -k* | --kernel=* | --connect=* | --context=*) ;;
      *) return 1 ;;
    esac
    shift
  done
}

if [ -z "$NODE_OPTIONS" ] && [ -r "$dir/kaish.stamp" ] && ! interactive "$@"; then
  read -r stamp <"$dir/kaish.stamp"
  if [ "$stamp" = "$(stat -Lc '%d:%i:%s:%Y' "$node" 2>/dev/null)" ]; then
    exec "$node" --snapshot-blob "$dir/kaish.blob" "$dir" "$@"
  fi
fi
exec "$node" "$dir/main.cjs" "$@"
