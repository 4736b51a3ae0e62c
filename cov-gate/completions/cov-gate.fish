complete -c cov-gate -l fail-under -d 'Least percentage of lines and branches together, as coverage.py judges' -r
complete -c cov-gate -l lines -d 'Least percentage of lines' -r
complete -c cov-gate -l branches -d 'Least percentage of branches' -r
complete -c cov-gate -l per-file -d 'Least percentage of lines and branches together in each file' -r
complete -c cov-gate -l rule -d 'What must hold of some files, see below; may be repeated, and replaces the configuration\'s rules' -r
complete -c cov-gate -l baseline -d 'An earlier report: say by how much the percentage has changed' -r
complete -c cov-gate -l project -d 'The project\'s directory, where its configuration is looked for' -r -F
complete -c cov-gate -l config -d 'The configuration, instead of what is found in the project\'s directory' -r -F
complete -c cov-gate -l no-decrease -d 'Demand that the percentage is no less than the baseline\'s'
complete -c cov-gate -l allow-no-threshold -d 'Pass where no threshold is set, and say so: for a pipeline that serves projects with and without one'
complete -c cov-gate -l coverage-py-rounding -d 'Judge as coverage.py does: round to its precision first; 100 % must be exact'
complete -c cov-gate -s q -l quiet -d 'Print only what is not in order'
complete -c cov-gate -s v -l verbose -d 'Print every rule, and every file that lacks something a broken rule asks for'
complete -c cov-gate -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-gate -s V -l version -d 'Print version'
