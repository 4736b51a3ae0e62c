from cart import Cart


def test_a_cart_adds_up():
    cart = Cart(limit=2)
    cart.add("pen", 3, count=2)
    assert cart.total() == 6
