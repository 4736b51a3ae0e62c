# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_cov_run_global_optspecs
    string join \n n/workers= fork= collect= out= shard= branch contexts core= source= no-cov python= project= tests-from= rerun retries= timeout= timings= junit= events= reporter= color= q/quiet v/verbose cmd preset= shards= tests= list-cmd= shell stream h/help V/version
end

function __fish_cov_run_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_cov_run_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_cov_run_using_subcommand
    set -l cmd (__fish_cov_run_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c cov-run -n "__fish_cov_run_needs_command" -s n -l workers -d 'How many workers: a number, or one for each processor' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l fork -d 'Whether workers are forked from one process that has started, or started one by one' -r -f -a "auto\t'Where it is safe'
always\t'Always, or not at all'
never\t'Never'"
complete -c cov-run -n "__fish_cov_run_needs_command" -l collect -d 'Whether all tests are collected before the first one runs, or a file when a worker takes it' -r -f -a "auto\t'All first, where somebody needs the whole list'
all\t'All first'
lazy\t'Each file when it is taken'"
complete -c cov-run -n "__fish_cov_run_needs_command" -l out -d 'The directory for what is written' -r -F
complete -c cov-run -n "__fish_cov_run_needs_command" -l shard -d 'Run the K-th of N shards; "auto" asks the CI system, "auto/N" one that tells only K' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l core -d 'How coverage.py measures, where it has a choice' -r -f -a "auto\t'The fastest that is exact'
ctrace\t'coverage.py\'s tracer in C'
pytrace\t'coverage.py\'s tracer in Python'
sysmon\t'Python\'s own monitoring, from 3.12 on'"
complete -c cov-run -n "__fish_cov_run_needs_command" -l source -d 'Measure this directory or package instead of what the configuration names' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l python -d 'The project\'s Python [default: that of the active or the project\'s .venv, else python3]' -r -F
complete -c cov-run -n "__fish_cov_run_needs_command" -l project -d 'The project\'s directory' -r -F
complete -c cov-run -n "__fish_cov_run_needs_command" -l tests-from -d 'Run the tests that this says: what `diff-cov --tests` writes; - is standard input' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l retries -d 'How often a test that failed is tried again: at once in the same worker, the last time alone in a fresh one; with --cmd, a shard that failed' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l timeout -d 'How long a test may take, where neither a mark nor the project says so; with --cmd, a shard' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l timings -d 'How long tests took: read to plan, and written [default: timings.json in the output directory]' -r -F
complete -c cov-run -n "__fish_cov_run_needs_command" -l junit -d 'Where to write the JUnit file [default: junit-KofN.xml in the output directory]' -r -F
complete -c cov-run -n "__fish_cov_run_needs_command" -l events -d 'Where to write what happens, as it happens: a line of JSON for each event' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l reporter -d 'Who prints, and whether plug-ins that report (pytest-html, a conftest\'s terminal summary) are served' -r -f -a "auto\t'cov-run prints; a pytest serves plug-ins that report, where there are any'
pytest\t'A pytest prints, with all its plug-ins'
cov-run\t'cov-run prints, and plug-ins that report are not served'"
complete -c cov-run -n "__fish_cov_run_needs_command" -l color -d 'When to colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c cov-run -n "__fish_cov_run_needs_command" -l preset -d 'Have the command measured: set what its kind of program needs; "list" lists what there is' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l shards -d 'How many shards there are, all of which run here [default: as many as workers]' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l tests -d 'Split these tests over the shards: a file with one a line' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l list-cmd -d 'Split the tests over the shards that this shell command lists, one a line' -r
complete -c cov-run -n "__fish_cov_run_needs_command" -l branch -d 'Measure branches, whatever the configuration says'
complete -c cov-run -n "__fish_cov_run_needs_command" -l contexts -d 'Record which test ran which line'
complete -c cov-run -n "__fish_cov_run_needs_command" -l no-cov -d 'Measure nothing'
complete -c cov-run -n "__fish_cov_run_needs_command" -l rerun -d 'Run what the last run left to be done: tests that failed or never ran, and new ones'
complete -c cov-run -n "__fish_cov_run_needs_command" -s q -l quiet -d 'Print less'
complete -c cov-run -n "__fish_cov_run_needs_command" -s v -l verbose -d 'Print more: a line for each test'
complete -c cov-run -n "__fish_cov_run_needs_command" -l cmd -d 'Run the command behind -- instead of pytest, once for each shard'
complete -c cov-run -n "__fish_cov_run_needs_command" -l shell -d 'Have the shell run the command'
complete -c cov-run -n "__fish_cov_run_needs_command" -l stream -d 'Show what shards print as they print it, not when they end'
complete -c cov-run -n "__fish_cov_run_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -n "__fish_cov_run_needs_command" -s V -l version -d 'Print version'
complete -c cov-run -n "__fish_cov_run_needs_command" -a "list" -d 'Print the tests that would run, an id a line'
complete -c cov-run -n "__fish_cov_run_needs_command" -a "split" -d 'Of test ids or files in a pipe, print those of one shard'
complete -c cov-run -n "__fish_cov_run_needs_command" -a "timings" -d 'Merge files that say how long tests took'
complete -c cov-run -n "__fish_cov_run_needs_command" -a "replay" -d 'Run again what one worker ran, test by test in the same order'
complete -c cov-run -n "__fish_cov_run_needs_command" -a "bisect" -d 'Find the tests that make another one fail'
complete -c cov-run -n "__fish_cov_run_needs_command" -a "rescue" -d 'Write the results of a run that was killed, as far as it had got'
complete -c cov-run -n "__fish_cov_run_using_subcommand list" -l python -d 'The project\'s Python [default: that of the active or the project\'s .venv, else python3]' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand list" -l project -d 'The project\'s directory' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand list" -l files -d 'Print the files that the tests are in, each once'
complete -c cov-run -n "__fish_cov_run_using_subcommand list" -s 0 -l null -d 'End each with a NUL, not with a line end, as `xargs -0` wants it'
complete -c cov-run -n "__fish_cov_run_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -n "__fish_cov_run_using_subcommand split" -l timings -d 'How long tests take: timings of cov-run, durations of pytest-split, or a JUnit file of pytest' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand split" -s 0 -l null -d 'Names end with a NUL, not with a line end, both in what is read and in what is printed'
complete -c cov-run -n "__fish_cov_run_using_subcommand split" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -n "__fish_cov_run_using_subcommand timings" -s o -l output -d 'Where the timings go [default: standard output, as -]' -r
complete -c cov-run -n "__fish_cov_run_using_subcommand timings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -n "__fish_cov_run_using_subcommand replay" -l out -d 'The output directory of that run' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand replay" -l shard -d 'Its shard' -r
complete -c cov-run -n "__fish_cov_run_using_subcommand replay" -l python -d 'The project\'s Python [default: that of the active or the project\'s .venv, else python3]' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand replay" -l project -d 'The project\'s directory' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand replay" -l timeout -d 'How long a test may take, where neither a mark nor the project says so' -r
complete -c cov-run -n "__fish_cov_run_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -n "__fish_cov_run_using_subcommand bisect" -l out -d 'The output directory of that run' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand bisect" -l shard -d 'Its shard' -r
complete -c cov-run -n "__fish_cov_run_using_subcommand bisect" -l python -d 'The project\'s Python [default: that of the active or the project\'s .venv, else python3]' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand bisect" -l project -d 'The project\'s directory' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand bisect" -l timeout -d 'How long a test may take, where neither a mark nor the project says so' -r
complete -c cov-run -n "__fish_cov_run_using_subcommand bisect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -n "__fish_cov_run_using_subcommand rescue" -l out -d 'The output directory of that run' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand rescue" -l shard -d 'Its shard' -r
complete -c cov-run -n "__fish_cov_run_using_subcommand rescue" -l project -d 'The project\'s directory' -r -F
complete -c cov-run -n "__fish_cov_run_using_subcommand rescue" -s h -l help -d 'Print help (see more with \'--help\')'
