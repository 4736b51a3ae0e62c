type X = int
type Y[T] = list[
    T
]
type Z = (
    int
    | str
)
class A[T: int]:
    x: T
    def f[U](self, x: U) -> U:
        return x
def f[
    T,
    *U,
    **V,
](x: T) -> T:
    type W = int
    return x
@d
class B[T](A[T]):
    pass
def g[T: (int, str)](): pass
async def h[T](): ...
type = 1
type (x)
x = f"{'nested' + f'{"deeper"}'}"
y = f"{
    x  # a comment in a replacement field
}"
y = f"{
    x:>{10}}"
