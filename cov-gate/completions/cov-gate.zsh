#compdef cov-gate

autoload -U is-at-least

_cov-gate() {
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
'--fail-under=[Least percentage of lines and branches together, as coverage.py judges]:PCT:_default' \
'--lines=[Least percentage of lines]:PCT:_default' \
'--branches=[Least percentage of branches]:PCT:_default' \
'--per-file=[Least percentage of lines and branches together in each file]:PCT:_default' \
'*--rule=[What must hold of some files, see below; may be repeated, and replaces the configuration'\''s rules]:RULE:_default' \
'--baseline=[An earlier report\: say by how much the percentage has changed]:FILE:_default' \
'--project=[The project'\''s directory, where its configuration is looked for]:DIR:_files' \
'--config=[The configuration, instead of what is found in the project'\''s directory]:FILE:_files' \
'--no-decrease[Demand that the percentage is no less than the baseline'\''s]' \
'--allow-no-threshold[Pass where no threshold is set, and say so\: for a pipeline that serves projects with and without one]' \
'--coverage-py-rounding[Judge as coverage.py does\: round to its precision first; 100 % must be exact]' \
'(-v --verbose)-q[Print only what is not in order]' \
'(-v --verbose)--quiet[Print only what is not in order]' \
'-v[Print every rule, and every file that lacks something a broken rule asks for]' \
'--verbose[Print every rule, and every file that lacks something a broken rule asks for]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'::report -- The report \[default\: standard input, as -\]:_default' \
&& ret=0
}

(( $+functions[_cov-gate_commands] )) ||
_cov-gate_commands() {
    local commands; commands=()
    _describe -t commands 'cov-gate commands' commands "$@"
}

if [ "$funcstack[1]" = "_cov-gate" ]; then
    _cov-gate "$@"
else
    compdef _cov-gate cov-gate
fi
