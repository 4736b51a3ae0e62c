#compdef cov-run

autoload -U is-at-least

_cov-run() {
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
'-n+[How many workers\: a number, or one for each processor]:N|auto:_default' \
'--workers=[How many workers\: a number, or one for each processor]:N|auto:_default' \
'--fork=[Whether workers are forked from one process that has started, or started one by one]:WHEN:((auto\:"Where it is safe"
always\:"Always, or not at all"
never\:"Never"))' \
'--collect=[Whether all tests are collected before the first one runs, or a file when a worker takes it]:WHEN:((auto\:"All first, where somebody needs the whole list"
all\:"All first"
lazy\:"Each file when it is taken"))' \
'--out=[The directory for what is written]:DIR:_files' \
'--shard=[Run the K-th of N shards; "auto" asks the CI system, "auto/N" one that tells only K]:K/N|auto:_default' \
'--core=[How coverage.py measures, where it has a choice]:NAME:((auto\:"The fastest that is exact"
ctrace\:"coverage.py'\''s tracer in C"
pytrace\:"coverage.py'\''s tracer in Python"
sysmon\:"Python'\''s own monitoring, from 3.12 on"))' \
'*--source=[Measure this directory or package instead of what the configuration names]:DIR_OR_PKG:_default' \
'--python=[The project'\''s Python \[default\: that of the active or the project'\''s .venv, else python3\]]:EXE:_files' \
'--project=[The project'\''s directory]:DIR:_files' \
'(--rerun)--tests-from=[Run the tests that this says\: what \`diff-cov --tests\` writes; - is standard input]:FILE:_default' \
'--retries=[How often a test that failed is tried again\: at once in the same worker, the last time alone in a fresh one; with --cmd, a shard that failed]:N:_default' \
'--timeout=[How long a test may take, where neither a mark nor the project says so; with --cmd, a shard]:SECS:_default' \
'--timings=[How long tests took\: read to plan, and written \[default\: timings.json in the output directory\]]:FILE:_files' \
'--junit=[Where to write the JUnit file \[default\: junit-KofN.xml in the output directory\]]:FILE:_files' \
'--events=[Where to write what happens, as it happens\: a line of JSON for each event]:FILE:_default' \
'--reporter=[Who prints, and whether plug-ins that report (pytest-html, a conftest'\''s terminal summary) are served]:WHO:((auto\:"cov-run prints; a pytest serves plug-ins that report, where there are any"
pytest\:"A pytest prints, with all its plug-ins"
cov-run\:"cov-run prints, and plug-ins that report are not served"))' \
'--color=[When to colour]:WHEN:((auto\:"On a terminal, unless \`NO_COLOR\` is set"
always\:"Always"
never\:"Never"))' \
'--preset=[Have the command measured\: set what its kind of program needs; "list" lists what there is]:NAME:_default' \
'--shards=[How many shards there are, all of which run here \[default\: as many as workers\]]:N:_default' \
'(--list-cmd)--tests=[Split these tests over the shards\: a file with one a line]:FILE|-:_default' \
'--list-cmd=[Split the tests over the shards that this shell command lists, one a line]:COMMAND:_default' \
'--branch[Measure branches, whatever the configuration says]' \
'--contexts[Record which test ran which line]' \
'--no-cov[Measure nothing]' \
'--rerun[Run what the last run left to be done\: tests that failed or never ran, and new ones]' \
'*-q[Print less]' \
'*--quiet[Print less]' \
'*-v[Print more\: a line for each test]' \
'*--verbose[Print more\: a line for each test]' \
'--cmd[Run the command behind -- instead of pytest, once for each shard]' \
'--shell[Have the shell run the command]' \
'--stream[Show what shards print as they print it, not when they end]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'::paths -- Files, directories or node ids to run:_default' \
'::pytest_args -- Arguments for pytest, or the command of --cmd:_default' \
":: :_cov-run_commands" \
"*::: :->cov-run" \
&& ret=0
    case $state in
    (cov-run)
        words=($line[3] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:cov-run-command-$line[3]:"
        case $line[3] in
            (list)
_arguments "${_arguments_options[@]}" : \
'--python=[The project'\''s Python \[default\: that of the active or the project'\''s .venv, else python3\]]:EXE:_files' \
'--project=[The project'\''s directory]:DIR:_files' \
'--files[Print the files that the tests are in, each once]' \
'-0[End each with a NUL, not with a line end, as \`xargs -0\` wants it]' \
'--null[End each with a NUL, not with a line end, as \`xargs -0\` wants it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::paths -- Files, directories or node ids:_default' \
&& ret=0
;;
(split)
_arguments "${_arguments_options[@]}" : \
'--timings=[How long tests take\: timings of cov-run, durations of pytest-split, or a JUnit file of pytest]:FILE:_files' \
'-0[Names end with a NUL, not with a line end, both in what is read and in what is printed]' \
'--null[Names end with a NUL, not with a line end, both in what is read and in what is printed]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':shard -- The K-th of N shards, or what the CI system says, as with --shard:_default' \
'::input -- What to split\: test ids, or files, one a line \[default\: standard input, as -\]:_default' \
&& ret=0
;;
(timings)
_arguments "${_arguments_options[@]}" : \
'-o+[Where the timings go \[default\: standard output, as -\]]:FILE:_default' \
'--output=[Where the timings go \[default\: standard output, as -\]]:FILE:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::inputs -- What to merge \[default\: standard input, as -\]:_default' \
&& ret=0
;;
(replay)
_arguments "${_arguments_options[@]}" : \
'--out=[The output directory of that run]:DIR:_files' \
'--shard=[Its shard]:K/N:_default' \
'--python=[The project'\''s Python \[default\: that of the active or the project'\''s .venv, else python3\]]:EXE:_files' \
'--project=[The project'\''s directory]:DIR:_files' \
'--timeout=[How long a test may take, where neither a mark nor the project says so]:SECS:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':target -- A worker, as in gw1 (or gw1.2 for its third process); or a test, with which the sequence then ends:_default' \
&& ret=0
;;
(bisect)
_arguments "${_arguments_options[@]}" : \
'--out=[The output directory of that run]:DIR:_files' \
'--shard=[Its shard]:K/N:_default' \
'--python=[The project'\''s Python \[default\: that of the active or the project'\''s .venv, else python3\]]:EXE:_files' \
'--project=[The project'\''s directory]:DIR:_files' \
'--timeout=[How long a test may take, where neither a mark nor the project says so]:SECS:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':test -- The id of the test:_default' \
&& ret=0
;;
(rescue)
_arguments "${_arguments_options[@]}" : \
'--out=[The output directory of that run]:DIR:_files' \
'--shard=[Its shard]:K/N:_default' \
'--project=[The project'\''s directory]:DIR:_files' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
        esac
    ;;
esac
}

(( $+functions[_cov-run_commands] )) ||
_cov-run_commands() {
    local commands; commands=(
'list:Print the tests that would run, an id a line' \
'split:Of test ids or files in a pipe, print those of one shard' \
'timings:Merge files that say how long tests took' \
'replay:Run again what one worker ran, test by test in the same order' \
'bisect:Find the tests that make another one fail' \
'rescue:Write the results of a run that was killed, as far as it had got' \
    )
    _describe -t commands 'cov-run commands' commands "$@"
}
(( $+functions[_cov-run__subcmd__bisect_commands] )) ||
_cov-run__subcmd__bisect_commands() {
    local commands; commands=()
    _describe -t commands 'cov-run bisect commands' commands "$@"
}
(( $+functions[_cov-run__subcmd__list_commands] )) ||
_cov-run__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'cov-run list commands' commands "$@"
}
(( $+functions[_cov-run__subcmd__replay_commands] )) ||
_cov-run__subcmd__replay_commands() {
    local commands; commands=()
    _describe -t commands 'cov-run replay commands' commands "$@"
}
(( $+functions[_cov-run__subcmd__rescue_commands] )) ||
_cov-run__subcmd__rescue_commands() {
    local commands; commands=()
    _describe -t commands 'cov-run rescue commands' commands "$@"
}
(( $+functions[_cov-run__subcmd__split_commands] )) ||
_cov-run__subcmd__split_commands() {
    local commands; commands=()
    _describe -t commands 'cov-run split commands' commands "$@"
}
(( $+functions[_cov-run__subcmd__timings_commands] )) ||
_cov-run__subcmd__timings_commands() {
    local commands; commands=()
    _describe -t commands 'cov-run timings commands' commands "$@"
}

if [ "$funcstack[1]" = "_cov-run" ]; then
    _cov-run "$@"
else
    compdef _cov-run cov-run
fi
