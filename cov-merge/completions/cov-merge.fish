complete -c cov-merge -s o -l output -d 'Where the report goes [default: standard output, as -]' -r
complete -c cov-merge -l format -d 'What the report is written as' -r -f -a "json\t'The JSON report of the cov tools, which loses nothing'
cobertura\t'Cobertura XML, for other tools'"
complete -c cov-merge -l path-map -d 'Rename files: those below FROM are below TO; may be repeated, the longest FROM wins' -r
complete -c cov-merge -l project -d 'The project\'s directory, which names of files are relative to' -r -F
complete -c cov-merge -l config -d 'The configuration for data files, instead of what is found in the project\'s directory' -r -F
complete -c cov-merge -l python-version -d 'The Python that wrote the data files, which do not tell: 3.11 or later [default: 3.13]' -r
complete -c cov-merge -l allow-incomplete -d 'Merge what there is of a sharded run; the report says which shards are in it'
complete -c cov-merge -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cov-merge -s V -l version -d 'Print version'
