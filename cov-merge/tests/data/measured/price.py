def price(total, member):
    if member:
        return total * 9 // 10
    return total
