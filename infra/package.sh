#!/usr/bin/env bash
# Packs the published app into a zip that Functions can run: infra/package.sh FOLDER ZIP
# Or looks at one that is packed already:                    infra/package.sh --check ZIP
set -euo pipefail

folder=$1 zip=$(realpath "$2")
if [ "$folder" != --check ]; then
  rm -f "$zip"
  # The host reads the files as another user, who cannot read files published under a umask of 077.
  chmod -R a+rX "$folder"
  # The dot includes hidden folders, which a pattern like * would not.
  (cd "$folder" && zip --quiet --recurse-paths "$zip" .)
fi

files=$(zip -sf "$zip" | sed 's/^  //')
for file in host.json worker.config.json functions.metadata extensions.json AccountFunctions.dll .azurefunctions/; do
  grep -qxF "$file" <<<"$files" || { echo "the published app lacks $file" >&2; exit 1; }
done
if grep -qxF local.settings.json <<<"$files"; then
  echo "local.settings.json must not leave this machine" >&2
  exit 1
fi
