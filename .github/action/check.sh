#!/usr/bin/env bash
# The audit of action.yml: SARIF of the whole, annotations, a summary, and the exit code for the
# gate, which comes later. Inputs are in the environment, never in the text of a script.
set -euo pipefail

sarif="$RUNNER_TEMP/soundcheck.sarif"
summary="$RUNNER_TEMP/soundcheck-summary.md"
rm -f "$sarif" "$summary"
mapfile -t paths <<<"${SOUNDCHECK_PATHS:-.}"
read -r -a options <<<"${SOUNDCHECK_ARGS:-}"
options+=(--cache-dir "$RUNNER_TEMP/soundcheck-cache" --fail-on "${SOUNDCHECK_FAIL_ON:-warning}")
since="${SOUNDCHECK_SINCE:-}"
shown=(--output github --output "markdown=$summary")

run() { # run OPTION…: audit, and note the exit code
  code=0
  soundcheck check "${options[@]}" "$@" -- "${paths[@]}" || code=$?
}

if [ -z "$since" ]; then
  run --output "sarif=$sarif" "${shown[@]}"
else
  # Code scanning closes what an upload lacks, so it is given everything.
  run --output "sarif=$sarif" --exit-zero
  if [ "$code" -eq 0 ]; then
    # A checkout of the last commit alone does not hold the one before the change.
    git cat-file -e "${since%...}^{commit}" 2>/dev/null ||
      git fetch --quiet --no-tags --depth=1 origin "${since%...}" || true
    run --since "$since" "${shown[@]}"
  fi
fi

[ ! -e "$summary" ] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"
[ ! -e "$sarif" ] || echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
