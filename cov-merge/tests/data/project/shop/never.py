"""A module that no shard imports."""


def never(value):
    if value:
        return 1
    for each in value:
        print(each)
