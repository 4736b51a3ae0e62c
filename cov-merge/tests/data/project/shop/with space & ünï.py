def named(value):
    return value if value else None


if named(1):
    named(0)
