#compdef cov-merge

autoload -U is-at-least

_cov-merge() {
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
'-o+[Where the report goes \[default\: standard output, as -\]]:FILE:_default' \
'--output=[Where the report goes \[default\: standard output, as -\]]:FILE:_default' \
'--format=[What the report is written as]:FORMAT:((json\:"The JSON report of the cov tools, which loses nothing"
cobertura\:"Cobertura XML, for other tools"))' \
'*--path-map=[Rename files\: those below FROM are below TO; may be repeated, the longest FROM wins]:FROM=TO:_default' \
'--project=[The project'\''s directory, which names of files are relative to]:DIR:_files' \
'--config=[The configuration for data files, instead of what is found in the project'\''s directory]:FILE:_files' \
'--python-version=[The Python that wrote the data files, which do not tell\: 3.11 or later \[default\: 3.13\]]:VERSION:_default' \
'--allow-incomplete[Merge what there is of a sharded run; the report says which shards are in it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::inputs -- What to merge \[default\: standard input, as -\]:_default' \
&& ret=0
}

(( $+functions[_cov-merge_commands] )) ||
_cov-merge_commands() {
    local commands; commands=()
    _describe -t commands 'cov-merge commands' commands "$@"
}

if [ "$funcstack[1]" = "_cov-merge" ]; then
    _cov-merge "$@"
else
    compdef _cov-merge cov-merge
fi
