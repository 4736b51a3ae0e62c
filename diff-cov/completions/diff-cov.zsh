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
'(--diff --before --baseline)--only=[Take only a part of what changed\: committed since the base, staged, or neither staged nor committed]:PART:((committed\:"What was committed since the base"
staged\:"What is staged"
unstaged\:"What is not staged"))' \
'(--base --only --diff --before --baseline)--range=[Take the commits of a range, as in git diff\: A..B, or A...B from the merge base of both on]:A..B:_default' \
'(--base)--diff=[Take the change from a diff file instead of git; - is standard input]:FILE:_default' \
'(--base --diff)--before=[Compare the project with an older copy of it, without git]:DIR:_files' \
'--project=[The project'\''s directory, which the names of files in the reports start from]:DIR:_files' \
'*--exclude=[Leave files out that match, as in coverage.py'\''s omit; repeatable]:PATTERN:_default' \
'*--excuse=[Do not count changed lines that differ in white space alone, or that stood elsewhere before]:KIND:((whitespace\:"Those that differ in white space alone"
moved\:"Those of blocks that stood elsewhere before"))' \
'--baseline=[An earlier report, made before the change\: tell what became of everything since]:REPORT:_default' \
'--fail-under=[The least percentage of changed lines that must be covered, compared exactly]:PCT:_default' \
'--branches=[The least percentage of the arms of branches on changed lines]:PCT:_default' \
'--functions=[The least percentage of changed functions that must be called]:PCT:_default' \
'--max-lost=[How many lines that did not change may have lost their coverage since the baseline]:N:_default' \
'*--rule=[What must hold of some files\: '\''GLOB\: METRIC >= PCT'\'' or '\''GLOB\: lost <= N'\'', each GLOB for each file alone; repeatable]:RULE:_default' \
'--min-lines=[Do not judge percentages of a change of fewer lines]:N:_default' \
'*--to=[What to write, and where; repeatable; standard output without a path \[default\: text\]]:FORMAT[=PATH]:_default' \
'(--only --range --diff --before)--untracked[Count new files that git does not track yet as changed]' \
'--allow-stale[Follow lines through the difference where a file is not the one that was measured, as far as git still has that one]' \
'--all-files[Demand that every changed file of code is in the report, not only some]' \
'(--to --baseline)--tests[Print the tests that ran the changed lines instead, for cov-run --tests-from -]' \
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
