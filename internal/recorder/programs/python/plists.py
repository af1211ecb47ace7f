import plistlib, datetime
d = {"a": 1, "b": 2.5, "c": [True, False, b"bytes"], "d": datetime.datetime(2020,1,1), "e": "ü", "big": 2**40, "neg": -5, "l": list(range(300))}
x = plistlib.dumps(d, fmt=plistlib.FMT_BINARY)
print(plistlib.loads(x) == d)
