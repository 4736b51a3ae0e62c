#compdef diff-cov

autoload -U is-at-least

_diff-cov() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'--base=[Compare with the merge base of REF and HEAD]:REF:_default' \
'(--base)--diff=[Take the change from a diff file instead of git; - is standard input]:FILE:_default' \
'(--base --diff)--before=[Compare the project with an older copy of it, without git]:DIR:_files' \
'--project=[The project'\''s directory, which the names of files in the reports start from]:DIR:_files' \
'*--exclude=[Leave files out that match, as in coverage.py'\''s omit; repeatable]:PATTERN:_default' \
'--fail-under=[The least percentage of changed lines that must be covered, compared exactly]:PCT:_default' \
'*--to=[What to write, and where\: text, markdown or json; repeatable; standard output without a path \[default\: text\]]:FORMAT[=PATH]:_default' \
'(--diff --before)--untracked[Count new files that git does not track yet as changed]' \
'(-v --verbose)-q[Print one line only]' \
'(-v --verbose)--quiet[Print one line only]' \
'-v[Say on standard error how files were found, and what was left out]' \
'--verbose[Say on standard error how files were found, and what was left out]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::reports -- Coverage reports, JSON or Cobertura XML, told by content; several are merged; - or none is standard input:_default' \
&& ret=0
}

(( $+functions[_diff-cov_commands] )) ||
_diff-cov_commands() {
    local commands; commands=()
    _describe -t commands 'diff-cov commands' commands "$@"
}

if [ "$funcstack[1]" = "_diff-cov" ]; then
    _diff-cov "$@"
else
    compdef _diff-cov diff-cov
fi
