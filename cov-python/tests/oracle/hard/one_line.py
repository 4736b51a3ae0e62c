if a: b = 1
if a: b = 1; c = 1
if a: b = 1
else: c = 1
if a: b = 1
elif c: d = 1
else: e = 1
while a: b = 1
while a: break
while a: continue
while True: break
for a in b: c = 1
for a in b: break
for a in b: c = 1
else: d = 1
def f(): return 1
def g(): pass
def h(a=lambda: 1): return a
def i(): yield 1; return
def j(): raise A
def k(): "docstring"
def m(): "docstring"; return 1
class A: pass
class B: a = 1; b = 2
class C: "docstring"
class D: a: int
try: a = 1
except: pass
try: a = 1
finally: pass
@d
def n(): return 1
if a: pass; pass
if a:
    def o(): return 1
elif b: raise A
if 0: a = 1
if 1: a = 1
else: b = 1
async def p(): return 1
async def q(): await a
async def r():
    async for a in b: c = 1
    async with a: b = 1
    return [a async for a in b]
assert a, b; c = 1
a = lambda: 1; b = lambda: 2
def s(a: int = 1) -> int: return a
def t(): return (
    1
)
if a: b = (
    1
)
if (
    a
): b = 1
for a in (
    b
): c = 1
while (
    a
): b = 1
with a: return_ = 1
class E(
    A
): a = 1
def u(
    a
): return a
def v():
    while 1: a = 1
