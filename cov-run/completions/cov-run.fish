complete -c cov-run -s n -l workers -d 'How many workers: a number, or one for each processor' -r
complete -c cov-run -l fork -d 'Whether workers are forked from one process that has started, or started one by one' -r -f -a "auto\t'Where it is safe'
always\t'Always, or not at all'
never\t'Never'"
complete -c cov-run -l out -d 'The directory for what is written' -r -F
complete -c cov-run -l shard -d 'Run the K-th of N shards' -r
complete -c cov-run -l core -d 'How coverage.py measures, where it has a choice' -r -f -a "auto\t'The fastest that is exact'
ctrace\t'coverage.py\'s tracer in C'
pytrace\t'coverage.py\'s tracer in Python'
sysmon\t'Python\'s own monitoring, from 3.12 on'"
complete -c cov-run -l source -d 'Measure this directory or package instead of what the configuration names' -r
complete -c cov-run -l python -d 'The project\'s Python [default: that of the active or the project\'s .venv, else python3]' -r -F
complete -c cov-run -l project -d 'The project\'s directory' -r -F
complete -c cov-run -l timings -d 'How long tests took: read to plan, and written [default: timings.json in the output directory]' -r -F
complete -c cov-run -l junit -d 'Where to write the JUnit file [default: junit-KofN.xml in the output directory]' -r -F
complete -c cov-run -l color -d 'When to colour' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c cov-run -l branch -d 'Measure branches, whatever the configuration says'
complete -c cov-run -l no-cov -d 'Measure nothing'
complete -c cov-run -s q -l quiet -d 'Print less'
complete -c cov-run -s v -l verbose -d 'Print more: a line for each test'
complete -c cov-run -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-run -s V -l version -d 'Print version'
