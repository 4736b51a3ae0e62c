#compdef cov-report

autoload -U is-at-least

_cov-report() {
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
'*--to=[A format to write and where\: a file ("-" is standard output, the default), or a directory for html]:FORMAT[=PATH]:_default' \
'--project=[The root of the project, where sources and configuration are]:DIR:_files' \
'--config=[The coverage.py configuration to read instead of the project'\''s own]:FILE:_files' \
'*--include=[Report only files that match one of these patterns]:PATTERN,...:_default' \
'*--omit=[Report no file that matches one of these patterns]:PATTERN,...:_default' \
'*--contexts=[Report only what contexts ran that match one of these regular expressions]:REGEX,...:_default' \
'--precision=[Digits behind the point of percentages]:N:_default' \
'--sort=[The order of the table\: \[+-\]name, stmts, miss, branch, brpart or cover]:COLUMN:_default' \
'--title=[The title of HTML pages]:TEXT:_default' \
'--show-missing[Show the lines and branches that were missed]' \
'--no-show-missing[Do not show them]' \
'--skip-covered[Leave out files that miss nothing]' \
'--no-skip-covered[Keep them]' \
'--skip-empty[Leave out files without code]' \
'--no-skip-empty[Keep them]' \
'--show-contexts[Show the contexts of each line in html and coveragepy-json]' \
'--pretty-print[Indent coveragepy-json]' \
'-i[Do without sources that cannot be read]' \
'--ignore-errors[Do without sources that cannot be read]' \
'-q[Print no warnings]' \
'--quiet[Print no warnings]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'::report -- The report; "-" or nothing is standard input:_default' \
&& ret=0
}

(( $+functions[_cov-report_commands] )) ||
_cov-report_commands() {
    local commands; commands=()
    _describe -t commands 'cov-report commands' commands "$@"
}

if [ "$funcstack[1]" = "_cov-report" ]; then
    _cov-report "$@"
else
    compdef _cov-report cov-report
fi
