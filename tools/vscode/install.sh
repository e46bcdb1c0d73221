#!/usr/bin/env bash
# Installs a real VS Code (the one that the npm package code-server carries) and a Chromium for the extension's tests.
# No install script runs but the compilation of spdlog.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq && apt-get install -y -qq chromium
  else
    echo "Chromium is missing: install it, or set CHROMIUM to the path of one" >&2
    exit 1
  fi
fi

version=$(node -p 'require("./package.json").dependencies["code-server"]')
[ "$(cat node_modules/.ready 2> /dev/null)" = "$version" ] && exit 0
npm ci --ignore-scripts --no-audit --no-fund
cd node_modules/code-server/lib/vscode
npm install --omit=dev --ignore-scripts --no-save --no-audit --no-fund # npm ci refuses: its npm-shrinkwrap.json is out of step
JOBS=max npm rebuild @vscode/spdlog --ignore-scripts=false             # without it the Output panel and log files stay empty
test -f node_modules/@vscode/spdlog/build/Release/spdlog.node
cd ../../../..
echo "$version" > node_modules/.ready
