x = """
# pragma: no cover
"""
y = '''
if x:  # pragma: no cover
    y
'''
z = f"""
{x}
# pragma: no cover
{
    y
}
"""
"""
:
"""
a = f"{x:>{y}}"
b = f"{x!r:^{y}.{z}}"
c = f'{x["a"]}'
d = f"{{}}" f"{x}" "plain"
e = f"{x=}"
f = f"{(lambda: 1)()}"
g = rf"\{x}"
h = f'''{
    x
}'''
i = "a" \
    "b"
j = ("a"
     # comment
     "b")
k = f"""
{x:
}""" if 0 else f"{x:}"
if x: y = """
"""
if f"""
{x}
""": y = 1
while """
""":
    break
print("""
""", end="")
m = b"""
"""
n = r'''
\'''
'''
o = "\N{BULLET}" "\
continued"
def f(): """docstring
of lines"""; return 1
def g():
    """a:
    b:
    """
    if x:  # pragma: no cover
        """a string
        of lines"""
        y = """
"""
    else:
        z = f"""{
x}"""
