"""What a customer is about to buy."""

from prices import discount


class Cart:
    def __init__(self, limit=100):
        self.items = []
        self.limit = limit

    def add(self, name, price, count=1):
        if len(self.items) + count > self.limit:
            raise ValueError(f"more than {self.limit} items")
        if price < 0:
            raise ValueError(f"{name}: a price below 0")
        self.items.extend([(name, price)] * count)

    def total(self):
        total = sum(price for _, price in self.items)
        if len(self.items) > 10:
            total -= discount(total)
        return total
