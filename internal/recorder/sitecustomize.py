"""Write down every use that a program makes of the module struct.

structpack record puts this file into a directory of its own at the front of
PYTHONPATH, so that it runs when a Python starts, and in every Python that the
program starts. It needs CPython 3.6 or later, or PyPy, and the standard library.

STRUCTPACK_RECORD names the file for the calls, STRUCTPACK_RECORD_OPTIONS has the
options as JSON. Each call is one line of JSON, written with one system call: what
was written before a program dies is whole.
"""


def _structpack_record():
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    output = os.environ.get("STRUCTPACK_RECORD")
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != here]

    # Run the sitecustomize that this one hides.
    module = sys.modules.pop("sitecustomize", None)
    try:
        import importlib.util
        if importlib.util.find_spec("sitecustomize") is not None:
            import sitecustomize  # noqa: F401
    except ImportError:
        pass
    if "sitecustomize" not in sys.modules and module is not None:
        sys.modules["sitecustomize"] = module
    if not output:
        return

    import json
    import random
    import struct
    import threading
    import time

    raw_struct = struct.Struct
    struct_error = struct.error
    raw = {name: getattr(struct, name) for name in ("pack", "pack_into", "unpack", "unpack_from", "iter_unpack", "calcsize")}
    getframe = sys._getframe
    options = json.loads(os.environ.get("STRUCTPACK_RECORD_OPTIONS", "{}"))
    most = max(1, options.get("max", 40))
    most_bytes = options.get("max_bytes", 1 << 16)
    everything = options.get("all", False)
    lock = threading.RLock()
    recording = threading.local()  # .busy while this thread is in here: what it calls itself is no use of the program's
    chooser = random.Random(1)  # the program's own random numbers stay as they are

    # ---- what is written ------------------------------------------------------

    def hex_of(b):
        return bytes(b).hex()

    def bits_of(x):
        return raw["pack"](">d", x).hex()

    def tag(v):
        """A value as JSON, for what struct makes of it."""
        if v is None:
            return {"none": True}
        if isinstance(v, bool):
            return {"bool": bool(v)}
        if isinstance(v, int):
            return {"int": "%d" % v}
        if isinstance(v, float):
            return {"float": bits_of(float(v))}
        if isinstance(v, complex):
            return {"complex": [bits_of(v.real), bits_of(v.imag)]}
        if isinstance(v, (bytes, bytearray)):
            return {"bytes": hex_of(v)}
        if isinstance(v, str):
            return {"str": v}
        if hasattr(type(v), "__index__"):
            return {"int": "%d" % v.__index__()}
        if hasattr(type(v), "__float__") and not isinstance(v, (list, tuple, dict, set)):
            return {"float": bits_of(float(v))}
        if isinstance(v, (list, tuple)):
            return {"list": [{"none": True}] * min(len(v), 4)}
        return {"object": True} if v else {"none": True}

    def shape(v):
        """What makes a value unlike others: its type, and whether it is special."""
        if isinstance(v, (bytes, bytearray, str)):
            return (type(v).__name__, len(v))
        if isinstance(v, int):
            return (type(v).__name__, v < 0, v.bit_length() // 8)
        return (type(v).__name__, v == v)

    muted = [False]  # while the cost is measured

    def write(line):
        if muted[0]:
            return
        data = (json.dumps(line) + "\n").encode("ascii")
        try:
            fd = os.open(output, os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
            try:
                os.write(fd, data)
            finally:
                os.close(fd)
        except OSError:
            pass  # the program goes on as it would without us

    def header():
        import platform
        float_of = lambda bits: raw["unpack"](">d", bytes.fromhex(bits))[0]
        return {
            "structpack": 1,
            "about": "calls that " + (os.path.basename(options.get("program", "")) or "a program") + " made",
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "byteorder": sys.byteorder,
            "long": raw["calcsize"]("l"),
            "pointer": raw["calcsize"]("P"),
            "align8": raw["calcsize"]("bq") - 8,
            "nan": {
                "cast": bits_of(raw["unpack"]("@f", raw["pack"]("@I", 0x7f812345))[0]),
                "double": bits_of(float_of("7ff0000000000001")),
            },
        }

    # ---- where a call stands, and what its source calls the values --------------

    def directories():
        import sysconfig
        paths = sysconfig.get_paths()
        return [os.path.realpath(paths[k]) + os.sep for k in ("stdlib", "platstdlib") if paths.get(k)]

    try:
        library = directories()
    except Exception:
        library = [os.path.dirname(os.path.realpath(os.__file__)) + os.sep]
    packages = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)

    def in_library(path):
        if path.startswith("<frozen"):
            return True
        path = os.path.realpath(path)
        return any(path.startswith(d) for d in library) and not any(p in path for p in packages)

    def relative(path):
        """The file, as the program would call it, and on no machine's own path."""
        if path.startswith("<"):
            return path
        full = os.path.realpath(path)
        for p in packages:
            if p in full:
                return full.rsplit(p, 1)[1].replace(os.sep, "/")
        for d in library:
            if full.startswith(d):
                return "lib/" + full[len(d):].replace(os.sep, "/")
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        for d in (os.path.dirname(os.path.realpath(main)) if main else None, os.path.realpath(start)):
            if d and full.startswith(d + os.sep):
                return full[len(d) + 1:].replace(os.sep, "/")
        return os.path.basename(full)

    start = os.getcwd()
    trees = {}

    def tree_of(filename):
        """The file's calls with their parents, or None."""
        if filename not in trees:
            try:
                import ast
                with open(filename, "rb") as f:
                    source = f.read()
                tree = ast.parse(source)
                parents, calls = {}, []
                for node in ast.walk(tree):
                    for child in ast.iter_child_nodes(node):
                        parents[child] = node
                    if isinstance(node, ast.Call):
                        calls.append(node)
                trees[filename] = (parents, calls)
            except Exception:
                trees[filename] = None
        return trees[filename]

    def code_space(frame):
        """What a name means in a frame."""
        return lambda name: frame.f_locals.get(name, frame.f_globals.get(name))

    def call_of(frame, op):
        """The ast.Call that is running, and the parents of nodes."""
        code, lasti, lineno = frame.f_code, frame.f_lasti, frame.f_lineno
        found = tree_of(code.co_filename)
        if found is None:
            return None, None
        parents, calls = found
        if hasattr(code, "co_positions"):
            position = list(code.co_positions())[lasti // 2]
            for node in calls:
                if (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset) == position:
                    return node, parents
        import ast

        def name(node):
            f = node.func
            return f.attr if isinstance(f, ast.Attribute) else f.id if isinstance(f, ast.Name) else ""
        near = [n for n in calls if n.lineno <= lineno <= getattr(n, "end_lineno", n.lineno)]
        exact = [n for n in near if name(n) == op]
        space = code_space(frame)
        renamed = [n for n in near if isinstance(n.func, ast.Name) and getattr(space(n.func.id), "_op", None) == op]
        for some in (exact, renamed, near):
            if len(some) == 1:
                return some[0], parents
        return None, None

    def name_of(node):
        """What the source calls a value: a name, an attribute, a key, the argument of int(x), a text."""
        import ast
        while True:
            text = getattr(node, "value", getattr(node, "s", None)) if type(node).__name__ in ("Constant", "Bytes", "Str") else None
            if isinstance(text, (bytes, str)):
                if isinstance(text, bytes):
                    text = text.decode("latin-1")
                text = text.strip()
                return text if text.isalnum() and all(c < '\x80' for c in text) and len(text) <= 16 else None
            if isinstance(node, ast.Name):
                return node.id
            if isinstance(node, ast.Attribute):
                return node.attr
            if isinstance(node, ast.Subscript):
                key = getattr(node.slice, "value", node.slice)  # Index before 3.9
                text = getattr(key, "value", getattr(key, "s", None))
                if isinstance(text, str):
                    return text
                node = node.value
                continue
            if isinstance(node, ast.Call):
                f = node.func
                if isinstance(f, ast.Name) and f.id == "len" and node.args:
                    inner = name_of(node.args[0])
                    return "len_" + inner if inner else None
                if isinstance(f, ast.Attribute) and (not node.args or f.attr in ("encode", "ljust", "rjust", "to_bytes")):
                    inner = name_of(f.value)
                    return inner if f.attr in ("encode", "ljust", "rjust", "to_bytes", "strip", "lower", "upper") else f.attr
                if node.args:
                    node = node.args[0]
                    continue
                return f.id if isinstance(f, ast.Name) else None
            if isinstance(node, ast.BinOp):
                left = name_of(node.left)
                return left or name_of(node.right)
            if isinstance(node, (ast.UnaryOp, ast.Starred, ast.Await)):
                node = getattr(node, "operand", getattr(node, "value", None))
                continue
            if isinstance(node, ast.BoolOp):
                node = node.values[0]
                continue
            if isinstance(node, ast.IfExp):
                inner = name_of(node.body)
                return inner or name_of(node.orelse)
            return None

    def target_names(node):
        import ast
        if isinstance(node, (ast.Tuple, ast.List)):
            return [("*" if isinstance(e, ast.Starred) else "") + (name_of(e) or "") for e in node.elts]
        return None

    def fields_of(node, frame):
        """The field names of the class that a node names, in the running program."""
        import ast
        try:
            if isinstance(node, ast.Name):
                v = frame.f_locals.get(node.id, frame.f_globals.get(node.id))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                v = getattr(frame.f_locals.get(node.value.id, frame.f_globals.get(node.value.id)), node.attr, None)
            else:
                return None
            if hasattr(v, "__dataclass_fields__"):
                return list(v.__dataclass_fields__)
            if isinstance(getattr(v, "_fields", None), tuple):
                return list(v._fields)
            if isinstance(v, (list, tuple)) and v and all(isinstance(x, str) for x in v):
                return list(v)
            if isinstance(v, type):
                code = v.__init__.__code__
                return list(code.co_varnames[1:code.co_argcount]) or None
        except Exception:
            pass
        return None

    def constant(node, frame):
        """The integer that a node is, with the name of the constant if it has one."""
        import ast
        node = getattr(node, "value", node) if type(node).__name__ == "Index" else node
        value = getattr(node, "value", getattr(node, "n", None)) if type(node).__name__ in ("Constant", "Num") else None
        name = ""
        if isinstance(node, ast.Name):
            value, name = frame.f_globals.get(node.id), node.id.strip("_")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
            return value, name
        return None, ""

    def name_after(node, parents, frame, made):
        """What becomes of a result that goes into one name: v = unpack(...), then
        a, b = v or a = v[0] or a, b = v[1:3] or f(v[CONSTANT]) or T(*v) or T._make(v)."""
        import ast
        scope = node
        while scope in parents and not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            scope = parents[scope]
        found = {}
        for later in ast.walk(scope):
            if isinstance(later, ast.Assign) and isinstance(later.value, ast.Name) and later.value.id == node.id and later.lineno >= node.lineno:
                names = target_names(later.targets[0])
                if names:
                    return names
            if isinstance(later, ast.Call) and later.args:
                f, arg = later.func, later.args[0]
                of = None
                if isinstance(f, ast.Attribute) and f.attr == "_make" and isinstance(arg, ast.Name) and arg.id == node.id:
                    of = f.value
                elif isinstance(arg, ast.Starred) and isinstance(arg.value, ast.Name) and arg.value.id == node.id:
                    of = f
                names = fields_of(of, frame) if of is not None else None
                if names:
                    made.append(name_of(of))
                    return names
            if not isinstance(later, ast.Subscript) or not isinstance(later.value, ast.Name) or later.value.id != node.id:
                continue
            up = parents.get(later)
            target = up.targets[0] if isinstance(up, ast.Assign) and later is up.value else None
            pair = parents.get(up)
            if isinstance(up, (ast.Tuple, ast.List)) and isinstance(pair, ast.Assign) and up is pair.value:
                several = pair.targets[0]
                if isinstance(several, (ast.Tuple, ast.List)) and len(several.elts) == len(up.elts):
                    target = several.elts[up.elts.index(later)]
            if isinstance(later.slice, ast.Slice):
                first = constant(later.slice.lower, frame)[0] if later.slice.lower is not None else 0
                for k, name in enumerate(target_names(target) or ()):
                    if first is not None and name:
                        found.setdefault(first + k, name)
                continue
            index, name = constant(later.slice, frame)
            if index is not None:
                own = name_of(target) if target is not None else None
                if own or name:
                    found[index] = found.get(index) or own or name
        if found:
            return [found.get(i, "") for i in range(max(found) + 1)]
        return None

    def result_names(call, parents, frame, rows, made, depth=0):
        """The names that the values of a result get. made is told the type that they go into."""
        import ast
        node = call
        while node in parents:
            parent = parents[node]
            if isinstance(parent, ast.Subscript) and node is parent.value:
                index = constant(parent.slice, frame)[0]
                if index is not None:
                    up = parents.get(parent)
                    while isinstance(up, (ast.Call, ast.BinOp, ast.Starred)):
                        up = parents.get(up)
                    if isinstance(up, ast.Assign):
                        one = name_of(up.targets[0])
                    elif isinstance(up, (ast.AnnAssign, ast.AugAssign)):
                        one = name_of(up.target)
                    elif isinstance(up, ast.keyword):
                        one = up.arg
                    elif isinstance(up, ast.Return) and depth < 4 and frame.f_back is not None:
                        above, others = call_of(frame.f_back, frame.f_code.co_name)
                        up = others.get(above) if above is not None else None
                        one = name_of(up.targets[0]) if isinstance(up, ast.Assign) else up.arg if isinstance(up, ast.keyword) else None
                        if one is None and frame.f_code.co_name[0] != "<":
                            one = frame.f_code.co_name
                    else:
                        one = None
                    if one:
                        return [""] * index + [one]
                return None
            if isinstance(parent, (ast.Assign, ast.AnnAssign, getattr(ast, "NamedExpr", ast.Assign))):
                target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
                names = target_names(target)
                if names is None and isinstance(target, ast.Name):
                    names = name_after(target, parents, frame, made)
                return names
            if isinstance(parent, (ast.For, ast.AsyncFor)) and node is parent.iter:
                names = target_names(parent.target)
                if names is None and isinstance(parent.target, ast.Name):
                    names = name_after(parent.target, parents, frame, made)
                return names
            if isinstance(parent, ast.comprehension) and node is parent.iter:
                names = target_names(parent.target)
                if names is None and isinstance(parent.target, ast.Name):
                    names = name_after(parent.target, parents, frame, made) if rows else [parent.target.id]
                return names
            if isinstance(parent, ast.Starred):
                node = parent
                continue
            if isinstance(parent, ast.Return) and depth < 4 and frame.f_back is not None:
                up = frame.f_back
                above, others = call_of(up, frame.f_code.co_name)
                if above is None:
                    return None
                return result_names(above, others, up, rows, made, depth + 1)
            if isinstance(parent, ast.Call):
                f = parent.func
                if isinstance(f, ast.Attribute) and f.attr == "_make":
                    made.append(name_of(f.value))
                    return fields_of(f.value, frame)
                if isinstance(f, ast.Name) and f.id == "map" and len(parent.args) == 2:
                    inner = parent.args[0]
                    return fields_of(inner.value if isinstance(inner, ast.Attribute) and inner.attr == "_make" else inner, frame)
                if node in parent.args and node is not parent.args[0] and "zip" in (name_of(f) or ""):
                    first = parent.args[0]
                    if isinstance(first, (ast.Tuple, ast.List)):
                        texts = [getattr(e, "value", getattr(e, "s", "")) for e in first.elts]
                        return [t if isinstance(t, str) else "" for t in texts]
                    return fields_of(first, frame)
                if isinstance(node, ast.Starred):
                    made.append(name_of(f))
                    return fields_of(f, frame)
                if isinstance(f, ast.Name) and f.id in ("list", "tuple", "iter", "enumerate"):
                    node = parent
                    continue
                return None
            if isinstance(parent, (ast.Tuple, ast.List, ast.BinOp, ast.IfExp, ast.Await)):
                node = parent
                continue
            return None
        return None

    def value_names(call, op, method, count, frame):
        """The names of the arguments that are values."""
        import ast
        skip = {"pack": 1, "pack_into": 3}[op] - (1 if method else 0)
        starred = [i for i, arg in enumerate(call.args) if isinstance(arg, ast.Starred)]
        if starred and starred[0] < skip or not starred and len(call.args) == count:
            skip = 0  # a functools.partial has the format already
        names = []
        for arg in call.args[skip:]:
            if isinstance(arg, ast.Starred):
                over = arg.value
                if isinstance(over, (ast.ListComp, ast.GeneratorExp)):
                    over = over.generators[0].iter
                known = fields_of(over, frame)
                rest = count - (len(call.args) - skip - 1)
                if known and len(known) == rest:
                    names += known
                else:
                    one = name_of(arg.value) or ""
                    names += [one] * rest if rest == 1 else ["*" + one] + [""] * (rest - 1)
            else:
                names.append(name_of(arg) or "")
        return names[:count] if len(names) >= count else names

    def qualified(node, parents):
        """What co_qualname says from 3.11 on."""
        import ast
        path = []
        while node in parents:
            node = parents[node]
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                path = [node.name] + (["<locals>"] if path else []) + path
            elif isinstance(node, ast.ClassDef):
                path = [node.name] + path
        return ".".join(path)

    def describe(frame, op, method, count, rows):
        """Place, names and receiver of the running call."""
        code = frame.f_code
        place = {"file": relative(code.co_filename), "line": frame.f_lineno,
                 "func": getattr(code, "co_qualname", code.co_name)}
        names = receiver = None
        made = []
        try:
            self = frame.f_locals.get("self")
            if self is not None and not isinstance(self, raw_struct):
                made.append("." + type(self).__name__)
            call, parents = call_of(frame, op)
            if call is not None:
                import ast
                if op in ("pack", "pack_into"):
                    names = value_names(call, op, method, count, frame)
                elif op != "calcsize":
                    names = result_names(call, parents, frame, op == "iter_unpack", made)
                if not hasattr(code, "co_qualname"):
                    place["func"] = qualified(call, parents) or place["func"]
                if method and isinstance(call.func, ast.Attribute):
                    receiver = name_of(call.func.value)
                elif call.args and isinstance(call.args[0], (ast.Name, ast.Attribute, ast.Subscript)):
                    receiver = name_of(call.args[0])
        except Exception:
            pass
        return place, names, receiver, [name for name in made if name]

    # ---- which calls are kept ---------------------------------------------------

    class Site(object):
        """One place with one format: what was seen there, and what of it is kept."""
        __slots__ = ("calls", "kept", "shapes", "low", "high", "next", "weight", "reservoir", "place", "names", "receiver", "types", "op", "format")

        def __init__(self):
            self.calls = self.kept = 0
            self.shapes, self.low, self.high = set(), {}, {}
            self.reservoir, self.next, self.weight = [], None, 1.0
            self.place = self.names = self.receiver = self.types = None

    sites = {}
    ignored = object()
    closely = 2000  # how many calls of a site are looked at one by one

    def skip_ahead(site, size):
        """Algorithm L of reservoir sampling (Li, 1994): no random number for a call that is passed over."""
        import math
        site.weight *= math.exp(math.log(1.0 - chooser.random()) / size)
        site.next = site.calls + 1 + int(math.log(1.0 - chooser.random()) / math.log(max(1e-300, 1.0 - site.weight)) if site.weight < 1.0 else 0)

    def fresh(site, values):
        """Whether a call has a shape or an extreme that no call before it had."""
        key = tuple(shape(v) for v in values[:64])
        new = key not in site.shapes
        if new:
            if len(site.shapes) >= 4 * most:
                return False
            site.shapes.add(key)
        for i, v in enumerate(values[:64]):
            if isinstance(v, (int, float)) and v == v:
                if i not in site.low or v < site.low[i]:
                    site.low[i], new = v, new or i in site.low
                if i not in site.high or v > site.high[i]:
                    site.high[i], new = v, new or i in site.high
        return new

    def consider(frame, op, fmt, method, values, count, line):
        """Count a call, and keep it or not. line() makes what is written of it."""
        key = (frame.f_code, frame.f_lasti, op, fmt)
        site = sites.get(key)
        if site is None:
            if process[0] != os.getpid():
                forked()
            if len(sites) >= 100000:
                return
            filename = frame.f_code.co_filename
            if not everything and in_library(filename):
                sites[key] = ignored
                return
            site = sites[key] = Site()
        elif site is ignored:
            return
        site.calls += 1
        if site.calls > closely:
            if site.next is None or site.calls < site.next:
                return
        with lock:
            first = most - most // 4  # of shapes and extremes; the rest is the reservoir's
            if site.calls <= closely and site.kept < first and fresh(site, values):
                made = finish(site, frame, op, fmt, method, count, line)
                if made is not None:
                    site.kept += 1
                    write(made)
                return
            size = most // 4
            if size == 0:
                site.next = None
                return
            if len(site.reservoir) < size:
                made = finish(site, frame, op, fmt, method, count, line)
                if made is not None:
                    site.reservoir.append(made)
                if len(site.reservoir) == size:
                    skip_ahead(site, size)
            elif site.next is not None and site.calls >= site.next:
                made = finish(site, frame, op, fmt, method, count, line)
                if made is not None:
                    site.reservoir[chooser.randrange(size)] = made
                skip_ahead(site, size)

    def finish(site, frame, op, fmt, method, count, line):
        made = line()
        if made is None:
            return None
        if site.place is None:
            site.op, site.format = op, made.get("format", made.get("format_bytes", ""))
            site.place, site.names, site.receiver, site.types = describe(frame, op, method, count, op == "iter_unpack")
        made["place"] = site.place
        if site.names and any(site.names):
            made["names"] = site.names
        if site.receiver:
            made["receiver"] = site.receiver
        if site.types:
            made["types"] = site.types
        return made

    def base(op, fmt):
        if isinstance(fmt, (bytes, bytearray)):
            try:
                return {"op": op, "format": fmt.decode("ascii")}
            except UnicodeDecodeError:
                return {"op": op, "format_bytes": fmt.hex()}
        return {"op": op, "format": fmt}

    def failed(line, e):
        line["error"], line["message"] = type(e).__name__, str(e)
        return line

    def size_of(fmt):
        try:
            return raw["calcsize"](fmt)
        except Exception:
            return None

    def line_of(op, fmt, args, result, error):
        """The line for a call, or None if it is too large to keep."""
        line = base(op, fmt)
        if op == "calcsize":
            if error is None:
                line["ok"] = result
        elif op == "pack":
            if error is None and len(result) > most_bytes or len(args) > most_bytes:
                return None
            line["values"] = [tag(v) for v in args]
            if error is None:
                line["ok"] = hex_of(result)
        elif op == "pack_into":
            buffer, offset, values = args[0], args[1], args[2:]
            size, length = size_of(fmt), len(memoryview(buffer).cast("B"))
            if size is None or size > most_bytes or len(values) > most_bytes:
                return None
            line["values"] = [tag(v) for v in values]
            if error is None:
                at = offset if offset >= 0 else offset + length
                line["hex"] = "00" * size  # the bytes around are not the call's
                line["offset"] = 0
                line["ok"] = hex_of(memoryview(buffer).cast("B")[at:at + size])
                if (at, length) != (0, size):
                    line["was"] = {"offset": int(offset), "length": length}
            elif length <= most_bytes:
                line["hex"], line["offset"], line["buffer"] = "00" * length, int(offset), "00" * length
            else:
                return None
        else:
            view = memoryview(args[0]).cast("B")
            length, size = len(view), size_of(fmt)
            offset = args[1] if len(args) > 1 else 0
            if op == "unpack_from":
                if error is None and size is not None:
                    if size > most_bytes:
                        return None
                    at = offset if offset >= 0 else offset + length
                    line["hex"], line["offset"] = hex_of(view[at:at + size]), 0
                    if (at, length) != (0, size):
                        line["was"] = {"offset": int(offset), "length": length}
                elif length <= most_bytes:
                    line["hex"], line["offset"] = hex_of(view), int(offset)
                else:
                    return None
            else:
                if length > most_bytes:
                    return None
                line["hex"] = hex_of(view)
            if error is None:
                line["ok"] = [tag(v) for v in result]
        return failed(line, error) if error is not None else line

    def note(frame, op, fmt, method, args, result, error):
        if getattr(recording, "busy", False):
            return
        recording.busy = True
        try:
            if isinstance(fmt, raw_struct):
                fmt = fmt.format
            if not isinstance(fmt, (str, bytes)):
                return
            values = args if op == "pack" else args[2:] if op == "pack_into" else result if isinstance(result, tuple) else ()
            count = len(values)
            if error is not None:
                values = values + (type(error).__name__,)
            consider(frame, op, fmt, method, values, count, lambda: line_of(op, fmt, args, result, error))
        except Exception:
            pass  # whatever it is, the program has its own answer
        finally:
            recording.busy = False

    def note_rows(frame, fmt, method, view, size, rows):
        """An iter_unpack that is over, or dropped: the records that were taken of it."""
        if getattr(recording, "busy", False):
            return
        recording.busy = True
        try:
            taken = min(len(rows), max(1, most_bytes // max(1, size)))

            def line():
                made = base("iter_unpack", fmt)
                made["hex"] = hex_of(view[:taken * size])
                made["ok"] = [[tag(v) for v in row] for row in rows[:taken]]
                if taken * size != len(view):
                    made["was"] = {"offset": 0, "length": len(view)}
                return made
            if taken and taken * size <= max(most_bytes, size):
                consider(frame, "iter_unpack", fmt, method, rows[0], len(rows[0]), line)
        except Exception:
            pass
        finally:
            recording.busy = False

    # ---- what the program calls instead -----------------------------------------

    class Moment(object):
        """A frame as it is now, for a call that is noted when the frame has gone on."""

        def __init__(self, frame):
            self.f_code, self.f_lasti, self.f_lineno = frame.f_code, frame.f_lasti, frame.f_lineno
            self.f_globals, self.f_back, self._frame = frame.f_globals, frame.f_back, frame

        @property
        def f_locals(self):
            return self._frame.f_locals

    class Rows(object):
        """What iter_unpack returns. It notes the call at the first record, and at
        the end with all of the first records."""

        def __init__(self, rows, frame, fmt, method, data):
            self._rows, self._frame, self._fmt, self._method = rows, frame, fmt, method
            self._first, self._noted = [], False
            try:
                self._view = memoryview(data).cast("B")
                self._size = raw["calcsize"](fmt)
            except Exception:
                self._view = None

        def __iter__(self):
            return self

        def __length_hint__(self):
            return self._rows.__length_hint__()

        def __next__(self):
            try:
                row = next(self._rows)
            except BaseException:
                self._note()
                raise
            if len(self._first) < 16:
                self._first.append(row)
            elif not self._noted:
                self._note()
            return row

        def _note(self):
            if not self._noted:
                self._noted = True
                if self._view is not None and self._first:
                    note_rows(self._frame, self._fmt, self._method, self._view, self._size, self._first)
                self._frame = self._view = None

        def __del__(self):
            try:
                self._note()
            except Exception:
                pass

    def rows_of(frame, fmt, method, data, call):
        try:
            rows = call()
        except Exception as e:
            note(frame, "iter_unpack", fmt, method, (data,), None, e)
            raise
        if isinstance(fmt, raw_struct):
            fmt = fmt.format
        return Rows(rows, Moment(frame), fmt, method, data)

    class Function(object):
        """A function of the module. It is no method of a class that it stands in,
        as a function written in C is none."""

        def __init__(self, op):
            self._op, self._raw = op, raw[op]
            self.__name__ = self.__qualname__ = op
            self.__doc__ = self._raw.__doc__
            self.__module__ = "_struct"
            self.__text_signature__ = getattr(self._raw, "__text_signature__", None)
            self.__self__ = getattr(self._raw, "__self__", None)

        def __repr__(self):
            return repr(self._raw)

        def __reduce__(self):
            return self._op  # as pickle names a global

        def __call__(self, *args, **kwargs):
            op = self._op
            if op == "iter_unpack" and len(args) == 2:
                return rows_of(getframe(1), args[0], False, args[1], lambda: self._raw(*args))
            try:
                result = self._raw(*args, **kwargs)
            except Exception as e:
                if args:
                    note(getframe(1), op, args[0], False, self._arguments(args, kwargs), None, e)
                raise
            if args:
                note(getframe(1), op, args[0], False, self._arguments(args, kwargs) if kwargs else args[1:], result, None)
            return result

        def _arguments(self, args, kwargs):
            if self._op == "unpack_from" and kwargs:
                return (args[1] if len(args) > 1 else kwargs["buffer"], kwargs.get("offset", 0))
            return args[1:]

    class Struct(raw_struct):
        __doc__ = raw_struct.__doc__

        def pack(self, *args):
            try:
                result = raw_struct.pack(self, *args)
            except Exception as e:
                note(getframe(1), "pack", self.format, True, args, None, e)
                raise
            note(getframe(1), "pack", self.format, True, args, result, None)
            return result

        def pack_into(self, *args):
            try:
                result = raw_struct.pack_into(self, *args)
            except Exception as e:
                note(getframe(1), "pack_into", self.format, True, args, None, e)
                raise
            note(getframe(1), "pack_into", self.format, True, args, None, None)
            return result

        def unpack(self, *args):
            try:
                result = raw_struct.unpack(self, *args)
            except Exception as e:
                note(getframe(1), "unpack", self.format, True, args, None, e)
                raise
            note(getframe(1), "unpack", self.format, True, args, result, None)
            return result

        def unpack_from(self, buffer, offset=0):
            try:
                result = raw_struct.unpack_from(self, buffer, offset)
            except Exception as e:
                note(getframe(1), "unpack_from", self.format, True, (buffer, offset), None, e)
                raise
            note(getframe(1), "unpack_from", self.format, True, (buffer, offset), result, None)
            return result

        def iter_unpack(self, *args):
            if len(args) != 1:
                return raw_struct.iter_unpack(self, *args)
            return rows_of(getframe(1), self.format, True, args[0], lambda: raw_struct.iter_unpack(self, args[0]))

    for name in ("pack", "pack_into", "unpack", "unpack_from", "iter_unpack"):
        getattr(Struct, name).__doc__ = getattr(raw_struct, name).__doc__
    Struct.__module__, Struct.__qualname__ = raw_struct.__module__, "Struct"

    def install():
        modules = [struct]
        try:
            import _struct
            modules.append(_struct)
        except ImportError:
            pass
        for module in modules:
            module.Struct = Struct
            for name in raw:
                setattr(module, name, Function(name))

    # ---- the beginning and the end ----------------------------------------------

    def begin():
        """Write the header, if this is the first process."""
        try:
            fd = os.open(os.path.join(here, "first"), os.O_CREAT | os.O_EXCL)
        except OSError:
            return
        os.close(fd)
        write(header())

    def end():
        if process[0] != os.getpid():  # 3.6 cannot be asked to call forked
            forked()
        recording.busy = True
        with lock:
            for site in list(sites.values()):
                if site is ignored:
                    continue
                for made in site.reservoir:
                    write(made)
                if site.place is not None:
                    write({"site": site.place, "op": "", "call": site.op, "format": site.format, "calls": site.calls})
            sites.clear()
        recording.busy = False

    def cost():
        """Microseconds that a call which is not kept takes longer."""
        pack, plain = struct.pack, raw["pack"]
        code = compile("def f(pack, n):\n for i in range(n):\n  pack('<IHB', i & 255, 2, 3)\n", "<structpack>", "exec")
        space = {}
        exec(code, space)
        n = closely + 3000
        space["f"](pack, n)
        n, took = 3000, []
        for call in (pack, plain):
            best = None
            for _ in range(3):
                t = time.perf_counter()
                space["f"](call, n)
                t = time.perf_counter() - t
                best = t if best is None or t < best else best
            took.append(best)
        return (took[0] - took[1]) / n * 1e6

    def finish_process():
        end()
        if options.get("cost") and os.getpid() == options_pid:
            muted[0] = True
            try:
                microseconds = cost()
            except Exception:
                return
            finally:
                sites.clear()
                muted[0] = False
            write({"op": "", "cost": round(microseconds, 2)})

    options_pid = os.getpid()
    process = [options_pid]

    def forked():
        """A child begins with no calls of its own."""
        process[0] = os.getpid()
        sites.clear()
        chooser.seed(process[0])

    begin()
    install()
    import atexit
    atexit.register(finish_process)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
    # A child of multiprocessing ends without atexit.
    exit_now = os._exit

    def _exit(status):
        try:
            end()
        except Exception:
            pass
        exit_now(status)
    os._exit = _exit


try:
    _structpack_record()
except Exception as _e:  # the program runs as it would without us
    import sys as _sys
    _sys.stderr.write("structpack record: %s: %s\n" % (type(_e).__name__, _e))
del _structpack_record
