#!/usr/bin/env bash
# What action.yml runs: scans one domain or those of a file, one after another, and ends with the gravest exit code.
# Inputs come in the environment (INPUT_*), never as text of a script. Files go to INPUT_FOLDER, hostaudit-N.EXTENSION
# for the Nth domain; the job summary is what the markdown format writes.
set -uo pipefail

hostaudit=${HOSTAUDIT:-hostaudit}
folder=${INPUT_FOLDER:-hostaudit-results}
# Words of the input, never names of files that a pattern in it matches.
read -r -d '' -a formats <<<"${INPUT_FORMATS:-json sarif}" || true
most_summary=$((900 * 1024)) # bytes; GitHub drops the summary of a step above 1 MiB

refuse() {
  printf 'error: %s\n' "$1" >&2
  output exit-code 2
  exit 2
}

# An output whose delimiter nobody can have guessed, so that no text from outside ends it and begins another.
output() {
  local delimiter
  [ -n "${GITHUB_OUTPUT:-}" ] || return 0
  delimiter="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
}

# The graver of two exit codes: nothing was judged, a defect, failed, inconclusive, passed.
graver() {
  local code
  for code in 130 2 5 4 1 3; do
    if [ "$1" = "$code" ] || [ "$2" = "$code" ]; then
      echo "$code"
      return
    fi
  done
  if [ "$1" = 0 ] && [ "$2" = 0 ]; then echo 0; else echo 4; fi
}

extension() {
  case $1 in
    junit | cyclonedx) echo "$1.$([ "$1" = junit ] && echo xml || echo json)" ;;
    gitlab) echo gitlab.json ;;
    markdown) echo md ;;
    *) echo "$1" ;;
  esac
}

[ -n "${INPUT_DOMAIN:-}" ] || [ -n "${INPUT_TARGETS:-}" ] || refuse "give domain or targets"
[ -z "${INPUT_DOMAIN:-}" ] || [ -z "${INPUT_TARGETS:-}" ] || refuse "give domain or targets, not both"
[ -n "${INPUT_DOMAIN:-}" ] || [ -r "${INPUT_TARGETS}" ] || refuse "the file of targets cannot be read"
mkdir -p -- "$folder" || refuse "the folder cannot be made"

options=()
[ -z "${INPUT_POLICY:-}" ] || options+=("--policy=$INPUT_POLICY")
[ -z "${INPUT_FAIL_ON:-}" ] || options+=("--fail-on=$INPUT_FAIL_ON")
[ -z "${INPUT_UNKNOWN:-}" ] || options+=("--unknown=$INPUT_UNKNOWN")

domains=()
if [ -n "${INPUT_DOMAIN:-}" ]; then
  domains=("$INPUT_DOMAIN")
else
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line//$'\r'/}
    read -r word _ <<<"${line%%#*}" || true
    [ -z "$word" ] || domains+=("$word")
  done <"$INPUT_TARGETS"
fi
if [ ${#domains[@]} -eq 0 ]; then
  printf 'error: the file of targets names no domain\n' >&2
  output exit-code 5
  exit 5
fi

# Whatever is printed from here on, the runner takes no line of it for a command, until it reads this word again, which
# nobody can have guessed. hostaudit escapes commands itself; this holds whatever else is printed too.
resume="resume-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf '::stop-commands::%s\n' "$resume"
trap 'printf "\n::%s::\n" "$resume"' EXIT

worst=0
verdicts=
summary=0
number=0
for domain in "${domains[@]}"; do
  number=$((number + 1))
  page="$folder/hostaudit-$number.md"
  writes=()
  for format in ${formats[@]+"${formats[@]}"}; do
    [ "$format" = markdown ] || writes+=(-o "$format=$folder/hostaudit-$number.$(extension "$format")")
  done
  rm -f -- "$page"
  "$hostaudit" scan --quiet --no-progress --color never "${options[@]}" "${writes[@]}" -o "markdown=$page" -- "$domain" 2>&1
  code=$?
  worst=$(graver "$worst" "$code")
  verdicts="${verdicts}${verdicts:+$'\n'}$domain $code"
  if [ "${INPUT_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$page" ]; then
    size=$(wc -c <"$page")
    if [ $((summary + size)) -lt "$most_summary" ]; then
      cat -- "$page" >>"$GITHUB_STEP_SUMMARY"
      printf '\n' >>"$GITHUB_STEP_SUMMARY"
      summary=$((summary + size + 1))
    fi
  fi
done

output exit-code "$worst"
output verdicts "$verdicts"
output folder "$folder"
exit "$worst"
