"""What things cost."""


def discount(total):
    return total // 10 if total > 100 else 0
