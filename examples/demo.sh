#!/usr/bin/env bash
# The main job, end to end, on a temporary copy of examples/monorepo. Needs `cicdpack` and `git` on the PATH.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { # print a command as one would type it, then run it
  printf '\n$ %s\n' "$*"
  "$@"
}

cp -R "$here/monorepo/." "$work"
mkdir "$work/bundle_src" && cp -R "$here/../bundle_src/cicd" "$work/bundle_src/cicd"
cd "$work"
git init --quiet --initial-branch=main
git config user.name "Demo" && git config user.email "demo@example.com"
git add --all && git commit --quiet --message "the repository before CI/CD"

run cicdpack build
run cicdpack build --check
run cicdpack verify cicd.tar.gz --source bundle_src/cicd
printf '\n$ gzip -dc cicd.tar.gz | sha256sum\n'
gzip -dc cicd.tar.gz | sha256sum
git add cicd.tar.gz && git commit --quiet --message "the CI/CD bundle"

run cicdpack apply fraud-detector churn-model
run git status --short
run git --no-pager diff
run cicdpack apply fraud-detector churn-model
