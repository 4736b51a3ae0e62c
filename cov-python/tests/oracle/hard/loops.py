for x in y:
    a = 1
for x in y:
    a = 1
else:
    b = 1
for (
    x,
    y,
) in z:
    a = 1
for x in [
    1,
    2,
]:
    if x:
        break
    elif y:
        continue
    else:
        z = 1
else:
    a = 1
while x:
    a = 1
else:
    b = 1
while (
    x
    and y
):
    if x: break
    if y: continue
    z = 1
while True:
    if x:
        continue
    if y:
        break
while not False:
    if x: break
while 1 and True:
    break
while x and True:
    break
while 0 or 0:
    a = 1
while __debug__:
    break
while not __debug__:
    a = 1
for x in y:
    for z in x:
        if z:
            break
    else:
        continue
    break
for x in y:
    while x:
        for z in x:
            continue
        else:
            break
    else:
        pass
for x in y:
    def f():
        for a in b:
            return a
    class A:
        for a in b:
            continue
for x in y: pass
for x in y: \
    pass
for x in ():
    a = 1
while x: pass
for x in y:
    pass
else:
    pass
for x in y:  # pragma: no branch
    a = 1
while x:  # pragma: no branch
    a = 1
while x:  # pragma: no cover
    a = 1
else:
    b = 1
for x in y:
    a = 1
else:  # pragma: no cover
    b = 1
if x:  # pragma: no branch
    a = 1
elif y:  # pragma: no branch
    b = 1
while True:  # pragma: no branch
    if x:
        break
if True:
    a = 1
if 0:
    b = 1
