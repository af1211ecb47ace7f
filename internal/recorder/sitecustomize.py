"""Write down every use that a program makes of the module struct.

structpack record puts this file into a directory of its own at the front of
PYTHONPATH, so that it runs when a Python starts, and in every Python that the
program starts. It needs CPython 3.6 or later, or PyPy.

STRUCTPACK_RECORD names the file for the calls, STRUCTPACK_RECORD_OPTIONS has the
options. Each call is one line of JSON, written with one system call: what was
written before a program dies is whole.

It imports modules that are built into Python only: a program may have a json.py or
a random.py of its own. It calls no method of the program's objects, which may do
anything: their __index__ is called once, by struct.
"""


def _structpack_record():
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    output = os.environ.get("STRUCTPACK_RECORD")
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != here]

    # Run the sitecustomize that this one hides. What it raises is for the caller.
    module = sys.modules.pop("sitecustomize", None)
    hidden = None
    try:
        import sitecustomize  # noqa: F401
    except Exception as e:
        if not isinstance(e, ImportError) or e.name != "sitecustomize":
            hidden = e
    if "sitecustomize" not in sys.modules and module is not None:
        sys.modules["sitecustomize"] = module
    if not output:
        return hidden

    import _ast
    import _thread
    import _warnings
    import atexit
    import time

    loaded = set(sys.modules)
    import math
    import struct
    # A program may have a math.py of its own too.
    for name in ("math", "struct"):
        if name not in loaded:
            del sys.modules[name]

    raw_struct = struct.Struct
    raw = {name: getattr(struct, name) for name in ("pack", "pack_into", "unpack", "unpack_from", "iter_unpack", "calcsize")}
    raw_pack, raw_unpack, raw_size = raw["pack"], raw["unpack"], raw["calcsize"]
    format_of, size_of_struct = raw_struct.format.__get__, raw_struct.size.__get__
    getframe = sys._getframe
    options = os.environ.get("STRUCTPACK_RECORD_OPTIONS", "").split("\n")
    most, most_bytes = max(1, int(options[0])), int(options[1])
    everything, program, program_directory, start = options[2] == "all", options[3], options[4], options[5]
    recording = _thread._local()  # .busy while this thread is in here: what it calls itself is no use of the program's

    class Random(object):
        """The program's own random numbers stay as they are."""
        state = 1

        def random(self):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            return (self.state >> 11) / (1 << 53)

    chooser = Random()

    # ---- what is written ------------------------------------------------------

    safe = frozenset(chr(c) for c in range(0x20, 0x7f)) - frozenset('"\\')

    def quoted(s):
        if safe.issuperset(s):
            return '"' + s + '"'
        units = []
        for c in s:
            n = ord(c)
            if c in safe:
                units.append(c)
            elif n < 0x10000:
                units.append("\\u%04x" % n)
            else:
                units.append("\\u%04x\\u%04x" % (0xd800 + ((n - 0x10000) >> 10), 0xdc00 + (n & 0x3ff)))
        return '"' + "".join(units) + '"'

    def json(v):
        if v is None:
            return "null"
        if v is True or v is False:
            return "true" if v else "false"
        if isinstance(v, str):
            return quoted(v)
        if isinstance(v, dict):
            return "{" + ", ".join(quoted(k) + ": " + json(v[k]) for k in v) + "}"
        if isinstance(v, (list, tuple)):
            return "[" + ", ".join([json(x) for x in v]) + "]"
        return repr(v)

    def hex_of(b):
        return memoryview(b).cast("B").hex() if len(b) else ""

    def bits_of(x):
        return raw_pack(">d", x).hex()

    def static(cls, name):
        """An attribute of a class, without the methods that a class may have for that."""
        for base in type.__dict__["__mro__"].__get__(cls):
            space = type.__dict__["__dict__"].__get__(base)
            if name in space:
                return space[name]
        return None

    hooks = ("__index__", "__int__", "__float__", "__complex__", "__bool__", "__len__")

    def tag(v):
        """A value as JSON, for what struct makes of it, or None if a method of its
        own decides that."""
        t = type(v)
        if v is None:
            return {"none": True}
        if t is bool:
            return {"bool": v}
        if issubclass(t, int):
            return {"int": int.__repr__(v)}
        if issubclass(t, float):
            return {"float": bits_of(v)}
        if issubclass(t, complex):
            v = complex.__pos__(v)
            return {"complex": [bits_of(v.real), bits_of(v.imag)]}
        if t is bytes or t is bytearray:
            return {"bytes": v.hex()}
        if issubclass(t, (bytes, bytearray)):
            return None  # which PyPy refuses
        if issubclass(t, str):
            return {"str": str.__str__(v)}
        if t is list or t is tuple:
            return {"list": [{"none": True}] * min(len(v), 4)}
        if any(static(t, name) is not None for name in hooks):
            return None
        return {"object": True}

    def tags(values, fmt, packed):
        """The values of a call. What struct made of an object is what it packed."""
        made = [tag(v) for v in values]
        if None in made:
            if packed is None:
                return None
            for i, v in enumerate(raw_unpack(fmt, packed)):
                if made[i] is None:
                    made[i] = tag(v)
        return made

    muted = [False]  # while the cost is measured

    def encoded(line):
        return (json(line) + "\n").encode("ascii")

    def write(data):
        """Write a line, whole or not at all."""
        if muted[0]:
            return
        try:
            fd = os.open(output, os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
            try:
                n = os.write(fd, data)
                if n < len(data):  # the disk is full
                    end = os.lseek(fd, 0, os.SEEK_CUR)
                    if end == os.fstat(fd).st_size:
                        os.ftruncate(fd, end - n)
            finally:
                os.close(fd)
        except OSError:
            pass  # the program goes on as it would without us

    def header():
        float_of = lambda bits: raw_unpack(">d", bytes.fromhex(bits))[0]
        name = sys.implementation.name
        return {
            "structpack": 1,
            "about": "calls that " + (os.path.basename(program) or "a program") + " made",
            "python": sys.version.split()[0],
            "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(name, name),
            "byteorder": sys.byteorder,
            "long": raw_size("l"),
            "pointer": raw_size("P"),
            "align8": raw_size("bq") - 8,
            "nan": {
                "cast": bits_of(raw_unpack("@f", raw_pack("@I", 0x7f812345))[0]),
                "double": bits_of(float_of("7ff0000000000001")),
            },
        }

    # ---- where a call stands, and what its source calls the values --------------

    library = [os.path.dirname(os.path.realpath(os.__file__)) + os.sep]
    packages = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
    paths = {}  # of files: whether the standard library has them, and what they are called

    def in_library(path):
        return path_of(path)[0]

    def path_of(path):
        if path not in paths:
            paths[path] = (is_library(path), relative(path))
        return paths[path]

    try:
        began = os.getcwd()
    except OSError:
        began = os.sep

    def real(path):
        """A path that the program named before it went elsewhere."""
        return os.path.realpath(os.path.join(began, path))

    def is_library(path):
        if path.startswith("<frozen"):
            return True
        path = real(path)
        return any(path.startswith(d) for d in library) and not any(p in path for p in packages)

    def relative(path):
        """The file, as the program would call it, and on no machine's own path."""
        if path.startswith("<"):
            return path
        full = real(path)
        for p in packages:
            if p in full:
                return full.rsplit(p, 1)[1].replace(os.sep, "/")
        for d in library:
            if full.startswith(d):
                return "lib/" + full[len(d):].replace(os.sep, "/")
        for d in (program_directory, start):
            d = os.path.realpath(d).rstrip(os.sep) + os.sep if d else None
            if d and full.startswith(d):
                return full[len(d):].replace(os.sep, "/")
        return os.path.basename(full)

    def children(node):
        for name in node._fields:
            v = getattr(node, name, None)
            if isinstance(v, _ast.AST):
                yield v
            elif isinstance(v, list):
                for x in v:
                    if isinstance(x, _ast.AST):
                        yield x

    def walk(node):
        left = [node]
        while left:
            node = left.pop()
            yield node
            left.extend(reversed(list(children(node))))

    class Quiet(object):
        """The module of a warning that compiling the source again is not to give."""

        def match(self, module):
            return module == "structpack record"

    def parse(source):
        warnings = sys.modules.get("warnings", _warnings)
        quiet = ("ignore", None, Warning, Quiet(), 0)
        warnings.filters.insert(0, quiet)
        try:
            return compile(source, "structpack record", "exec", _ast.PyCF_ONLY_AST, True)
        finally:
            warnings.filters.remove(quiet)

    def source_of(frame):
        filename = frame.f_code.co_filename
        loader = frame.f_globals.get("__loader__")
        if type(loader).__module__ == "zipimport":
            return loader.get_source(frame.f_globals["__name__"])
        if filename == "<string>":
            words = getattr(sys, "orig_argv", ())
            return words[words.index("-c") + 1] if "-c" in words and frame.f_globals.get("__name__") == "__main__" else None
        with open(os.path.join(began, filename), "rb") as f:
            return f.read()

    trees = {}

    def tree_of(frame):
        """The parents of the nodes of a frame's source, and its calls, or None."""
        filename = frame.f_code.co_filename
        if filename not in trees:
            trees[filename] = None
            source = source_of(frame)
            if source is not None:
                parents, calls = {}, []
                for node in walk(parse(source)):
                    for child in children(node):
                        parents[child] = node
                    if isinstance(node, _ast.Call):
                        calls.append(node)
                calls.sort(key=lambda n: (n.lineno, n.col_offset))
                trees[filename] = (parents, calls)
        return trees[filename]

    snapshots = sys.version_info < (3, 13) and hasattr(sys, "getrefcount")

    def names_in(frame):
        """The local names of a frame. Asking for them keeps their values alive, where
        they are not the frame's own dictionary, so that is undone."""
        space = frame.f_locals
        if snapshots and frame.f_code.co_flags & 1:
            held, space = space, dict(space)
            if sys.getrefcount(held) == alone:
                held.clear()
        return space

    def count_alone():
        frame = getframe()
        space = frame.f_locals
        held, space = space, dict(space)
        return sys.getrefcount(held)

    alone = count_alone() if snapshots else 0

    def value_of(name, frame):
        """What a name means in a frame."""
        code = frame.f_code
        if not code.co_flags & 1 or name in code.co_varnames or name in code.co_cellvars or name in code.co_freevars:
            space = names_in(frame)
            if name in space:
                return space[name]
        return frame.f_globals.get(name)

    def attribute(v, name):
        """An attribute of an object, without the methods that it may have for that."""
        if type(v) is type(sys):
            return v.__dict__.get(name)
        if issubclass(type(v), type):
            return static(v, name)
        own = getattr(v, "__dict__", None) if static(type(v), "__getattribute__") is object.__getattribute__ and static(type(v), "__getattr__") is None else None
        return own[name] if type(own) is dict and name in own else static(type(v), name)

    def object_of(node, frame):
        """What a name, or an attribute of a name, is in the running program."""
        if isinstance(node, _ast.Name):
            return value_of(node.id, frame)
        if isinstance(node, _ast.Attribute) and isinstance(node.value, _ast.Name):
            return attribute(value_of(node.value.id, frame), node.attr)
        return None

    def called(node):
        f = node.func
        return f.attr if isinstance(f, _ast.Attribute) else f.id if isinstance(f, _ast.Name) else ""

    def is_builtin(node, frame):
        """Whether a call is one of map, list or the like, which calls others."""
        if not isinstance(node.func, _ast.Name):
            return False
        v = value_of(node.func.id, frame)
        return v is None and node.func.id in vars_of_builtins

    import builtins
    vars_of_builtins = frozenset(vars(builtins))

    def call_of(frame, op):
        """The ast.Call that is running, and the parents of nodes."""
        code, lasti, lineno = frame.f_code, frame.f_lasti, frame.f_lineno
        found = tree_of(frame)
        if found is None:
            return None, None
        parents, calls = found
        if hasattr(code, "co_positions"):
            position = None
            for i, position in enumerate(code.co_positions()):
                if i == lasti // 2:
                    break
            for node in calls:
                if (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset) == position:
                    return (None, None) if is_builtin(node, frame) else (node, parents)
        near = [n for n in calls if n.lineno <= lineno <= getattr(n, "end_lineno", n.lineno)]
        exact = [n for n in near if called(n) == op]
        renamed = [n for n in near if isinstance(n.func, _ast.Name) and function_of(value_of(n.func.id, frame)) == op]
        others = [n for n in near if not is_builtin(n, frame)]
        for some in (exact, renamed, others):
            if len(some) == 1:
                return some[0], parents
        return None, None

    def function_of(v):
        """The function of struct that v is, or is a method for."""
        if type(v) is Function:
            return v._op
        own = getattr(v, "__self__", None) if type(v).__name__ in ("method", "builtin_function_or_method") else None
        return v.__name__ if issubclass(type(own), raw_struct) else None

    def name_of(node):
        """What the source calls a value: a name, an attribute, a key, the argument of int(x), a text."""
        while True:
            text = getattr(node, "value", getattr(node, "s", None)) if type(node).__name__ in ("Constant", "Bytes", "Str") else None
            if isinstance(text, (bytes, str)):
                if isinstance(text, bytes):
                    text = text.decode("latin-1")
                text = text.strip()
                return text if text.isalnum() and all(c < '\x80' for c in text) and len(text) <= 16 else None
            if isinstance(node, _ast.Name):
                return node.id
            if isinstance(node, _ast.Attribute):
                return node.attr
            if isinstance(node, _ast.Subscript):
                key = getattr(node.slice, "value", node.slice)  # Index before 3.9
                text = getattr(key, "value", getattr(key, "s", None))
                if isinstance(text, str):
                    return text
                node = node.value
                continue
            if isinstance(node, _ast.Call):
                f = node.func
                if isinstance(f, _ast.Name) and f.id == "len" and node.args:
                    inner = name_of(node.args[0])
                    return "len_" + inner if inner else None
                if isinstance(f, _ast.Attribute) and (not node.args or f.attr in ("encode", "ljust", "rjust", "to_bytes")):
                    inner = name_of(f.value)
                    return inner if f.attr in ("encode", "ljust", "rjust", "to_bytes", "strip", "lower", "upper") else f.attr
                if node.args:
                    node = node.args[0]
                    continue
                return f.id if isinstance(f, _ast.Name) else None
            if isinstance(node, _ast.BinOp):
                left = name_of(node.left)
                return left or name_of(node.right)
            if isinstance(node, (_ast.UnaryOp, _ast.Starred, _ast.Await)):
                node = getattr(node, "operand", getattr(node, "value", None))
                continue
            if isinstance(node, _ast.BoolOp):
                node = node.values[0]
                continue
            if isinstance(node, _ast.IfExp):
                inner = name_of(node.body)
                return inner or name_of(node.orelse)
            return None

    def target_names(node):
        if isinstance(node, (_ast.Tuple, _ast.List)):
            return [("*" if isinstance(e, _ast.Starred) else "") + (name_of(e) or "") for e in node.elts]
        return None

    def fields_of(node, frame):
        """The names of the fields of the class that a node names, or of the parameters
        of the function, in the running program."""
        v = object_of(node, frame)
        cls = v if issubclass(type(v), type) else type(v)
        for name in ("__dataclass_fields__", "_fields", "__slots__"):
            fields = static(cls, name)
            if type(fields) in (dict, tuple, list) and fields and (name != "__slots__" or static(cls, "__init__") is object.__init__):
                return [f for f in fields if type(f) is str]
        if type(v) in (list, tuple) and v and all(type(x) is str for x in v):
            return list(v)
        function = static(v, "__init__") if cls is v else v
        code = getattr(function, "__code__", None) if type(function) is type(static) else None
        if code is None:
            return None
        skip = 1 if cls is v or isinstance(node, _ast.Attribute) and code.co_varnames[:1] == ("self",) else 0
        return list(code.co_varnames[skip:code.co_argcount]) or None

    def constant(node, frame):
        """The integer that a node is, with the name of the constant if it has one."""
        node = getattr(node, "value", node) if type(node).__name__ == "Index" else node
        value = getattr(node, "value", getattr(node, "n", None)) if type(node).__name__ in ("Constant", "Num") else None
        name = ""
        if isinstance(node, _ast.Name):
            value, name = frame.f_globals.get(node.id), node.id.strip("_")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
            return value, name
        return None, ""

    def name_after(node, parents, frame, rows, made, depth):
        """What becomes of a result that goes into one name: v = unpack(...), then
        a, b = v or a = v[0] or a, b = v[1:3] or f(v[CONSTANT]) or T(*v) or T._make(v) or return v."""
        scope = node
        while scope in parents and not isinstance(scope, (_ast.FunctionDef, _ast.AsyncFunctionDef, _ast.Module)):
            scope = parents[scope]
        found = {}
        for later in walk(scope):
            if isinstance(later, _ast.Assign) and isinstance(later.value, _ast.Name) and later.value.id == node.id and later.lineno >= node.lineno:
                names = target_names(later.targets[0])
                if names:
                    return names
            if isinstance(later, _ast.Call) and later.args:
                f, arg = later.func, later.args[0]
                of = None
                if isinstance(f, _ast.Attribute) and f.attr == "_make" and isinstance(arg, _ast.Name) and arg.id == node.id:
                    of = f.value
                elif isinstance(arg, _ast.Starred) and isinstance(arg.value, _ast.Name) and arg.value.id == node.id:
                    of = f
                names = fields_of(of, frame) if of is not None else None
                if names:
                    made.append(name_of(of))
                    return names
            if not isinstance(later, _ast.Subscript) or not isinstance(later.value, _ast.Name) or later.value.id != node.id:
                continue
            up = parents.get(later)
            target = up.targets[0] if isinstance(up, _ast.Assign) and later is up.value else None
            pair = parents.get(up)
            if isinstance(up, (_ast.Tuple, _ast.List)) and isinstance(pair, _ast.Assign) and up is pair.value:
                several = pair.targets[0]
                if isinstance(several, (_ast.Tuple, _ast.List)) and len(several.elts) == len(up.elts):
                    target = several.elts[up.elts.index(later)]
            if isinstance(later.slice, _ast.Slice):
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
        for later in walk(scope):
            if isinstance(later, _ast.Return) and isinstance(later.value, _ast.Name) and later.value.id == node.id and later.lineno >= node.lineno:
                return caller_names(frame, rows, made, depth)
        return None

    def caller_names(frame, rows, made, depth):
        """The names that the values of a result get where a function returns it to."""
        up = frame.f_back
        if depth >= 4 or up is None:
            return None
        above, others = call_of(up, frame.f_code.co_name)
        return result_names(above, others, up, rows, made, depth + 1) if above is not None else None

    def loop_names(target, parents, frame, made, depth):
        """The names that each record of an iterator gets, which has a name itself."""
        scope = target
        while scope in parents and not isinstance(scope, (_ast.FunctionDef, _ast.AsyncFunctionDef, _ast.Module)):
            scope = parents[scope]
        for later in walk(scope):
            over = getattr(later, "iter", None)
            if isinstance(over, _ast.Name) and isinstance(target, _ast.Name) and over.id == target.id:
                return names_of_target(later.target, parents, frame, True, made, depth)
        return None

    def names_of_target(target, parents, frame, rows, made, depth):
        names = target_names(target)
        if names is None and isinstance(target, _ast.Name):
            names = name_after(target, parents, frame, rows, made, depth)
        if names is None and name_of(target):
            names = ["*" + name_of(target)]  # of all values
        return names

    def result_names(call, parents, frame, rows, made, depth=0):
        """The names that the values of a result get. made is told the type that they go into."""
        node = call
        while node in parents:
            parent = parents[node]
            if isinstance(parent, _ast.Subscript) and node is parent.value:
                index = constant(parent.slice, frame)[0]
                if index is not None:
                    up = parents.get(parent)
                    while isinstance(up, (_ast.Call, _ast.BinOp, _ast.Starred)):
                        up = parents.get(up)
                    if isinstance(up, _ast.Assign):
                        one = name_of(up.targets[0])
                    elif isinstance(up, (_ast.AnnAssign, _ast.AugAssign)):
                        one = name_of(up.target)
                    elif isinstance(up, _ast.keyword):
                        one = up.arg
                    elif isinstance(up, _ast.Return) and depth < 4 and frame.f_back is not None:
                        above, others = call_of(frame.f_back, frame.f_code.co_name)
                        up = others.get(above) if above is not None else None
                        one = name_of(up.targets[0]) if isinstance(up, _ast.Assign) else up.arg if isinstance(up, _ast.keyword) else None
                        if one is None and frame.f_code.co_name[0] != "<":
                            one = frame.f_code.co_name
                    else:
                        one = None
                    if one:
                        return [""] * index + [one]
                return None
            if isinstance(parent, (_ast.Assign, _ast.AnnAssign, getattr(_ast, "NamedExpr", _ast.Assign))):
                target = parent.targets[0] if isinstance(parent, _ast.Assign) else parent.target
                if rows:
                    return loop_names(target, parents, frame, made, depth)
                return names_of_target(target, parents, frame, rows, made, depth)
            if isinstance(parent, (_ast.For, _ast.AsyncFor)) and node is parent.iter:
                return names_of_target(parent.target, parents, frame, rows, made, depth)
            if isinstance(parent, _ast.comprehension) and node is parent.iter:
                names = target_names(parent.target)
                if names is None and isinstance(parent.target, _ast.Name):
                    names = name_after(parent.target, parents, frame, rows, made, depth) if rows else ["*" + parent.target.id]
                return names
            if isinstance(parent, _ast.Starred):
                node = parent
                continue
            if isinstance(parent, _ast.Return):
                return caller_names(frame, rows, made, depth)
            if isinstance(parent, _ast.Call):
                f = parent.func
                if isinstance(f, _ast.Attribute) and f.attr == "_make":
                    made.append(name_of(f.value))
                    return fields_of(f.value, frame)
                if isinstance(f, _ast.Name) and f.id == "map" and len(parent.args) == 2:
                    inner = parent.args[0]
                    return fields_of(inner.value if isinstance(inner, _ast.Attribute) and inner.attr == "_make" else inner, frame)
                if node in parent.args and node is not parent.args[0] and "zip" in (name_of(f) or ""):
                    first = parent.args[0]
                    if isinstance(first, (_ast.Tuple, _ast.List)):
                        texts = [getattr(e, "value", getattr(e, "s", "")) for e in first.elts]
                        return [t if isinstance(t, str) else "" for t in texts]
                    return fields_of(first, frame)
                if isinstance(node, _ast.Starred):
                    made.append(name_of(f))
                    return fields_of(f, frame)
                if isinstance(f, _ast.Name) and f.id in ("list", "tuple", "iter", "enumerate"):
                    node = parent
                    continue
                return None
            if isinstance(parent, (_ast.Tuple, _ast.List, _ast.BinOp, _ast.IfExp, _ast.Await)):
                node = parent
                continue
            return None
        return None

    def value_names(call, op, method, count, frame):
        """The names of the arguments that are values."""
        skip = {"pack": 1, "pack_into": 3}[op] - (1 if method else 0)
        starred = [i for i, arg in enumerate(call.args) if isinstance(arg, _ast.Starred)]
        if starred and starred[0] < skip or not starred and len(call.args) == count:
            skip = 0  # a functools.partial has the format already
        names = []
        for arg in call.args[skip:]:
            if isinstance(arg, _ast.Starred):
                over = arg.value
                if isinstance(over, (_ast.ListComp, _ast.GeneratorExp)):
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
        path = []
        while node in parents:
            node = parents[node]
            if isinstance(node, (_ast.FunctionDef, _ast.AsyncFunctionDef)):
                path = [node.name] + (["<locals>"] if path else []) + path
            elif isinstance(node, _ast.ClassDef):
                path = [node.name] + path
        return ".".join(path)

    def describe(frame, op, method, count):
        """Place, names and receiver of the running call."""
        code = frame.f_code
        place = {"file": path_of(code.co_filename)[1], "line": frame.f_lineno,
                 "func": getattr(code, "co_qualname", code.co_name)}
        names = receiver = None
        made = []
        try:
            self = value_of("self", frame) if "self" in code.co_varnames else None
            if self is not None and not issubclass(type(self), raw_struct):
                made.append("." + type(self).__name__)
            call, parents = call_of(frame, op)
            if call is not None:
                if op in ("pack", "pack_into"):
                    names = value_names(call, op, method, count, frame)
                elif op != "calcsize":
                    names = result_names(call, parents, frame, op == "iter_unpack", made)
                if not hasattr(code, "co_qualname"):
                    place["func"] = qualified(call, parents) or place["func"]
                if method and isinstance(call.func, _ast.Attribute):
                    receiver = name_of(call.func.value)
                elif call.args and isinstance(call.args[0], (_ast.Name, _ast.Attribute, _ast.Subscript)):
                    receiver = name_of(call.args[0])
        except Exception as e:
            if foreign(e):
                raise
        return place, names, receiver, [name for name in made if name]

    # ---- which calls are kept ---------------------------------------------------

    class Site(object):
        """One place with one format: what was seen there, and what of it is kept."""
        __slots__ = ("code", "spot", "calls", "next", "kept", "shapes", "ranges", "sample", "weight", "reservoir", "place", "names", "receiver", "types", "op", "format")

        def __init__(self, code, spot, op):
            self.code = code  # kept alive: it is known by its id
            self.spot, self.op, self.format = spot, op, None
            self.calls = self.kept = 0
            self.next = 1  # the call that is looked at
            self.shapes, self.ranges = set(), []
            self.reservoir, self.sample, self.weight = [], 1, 1.0
            self.place = self.names = self.receiver = self.types = None

    class Spot(object):
        """One place with all of its formats."""
        __slots__ = ("formats", "bytes")

        def __init__(self):
            self.formats = self.bytes = 0

    sites = {}
    spots = {}
    codes = {}  # the code objects of sites, for those that are made again
    closely, most_closely = 2000, 200  # how many calls of a site are looked at one by one
    looked_at = 12  # values of a call
    never = 1 << 62
    most_sites, most_formats = 100000, 1000
    passed_over = Site(None, None, "")
    passed_over.next = never

    def site_of(frame, op, fmt):
        """The site of a call that has none yet."""
        code = frame.f_code
        code = codes.setdefault(code, code)
        key = (id(code), frame.f_lasti, op, fmt)
        site = sites.get(key)
        if site is None:
            spot = spots.setdefault(key[:3], Spot())
            if len(sites) >= most_sites or spot.formats >= most_formats:
                return passed_over
            spot.formats += 1
            site = sites[key] = Site(code, spot, op)
            if not everything and in_library(code.co_filename):
                site.next = never
        return site

    def skip_ahead(site, size):
        """Algorithm L of reservoir sampling (Li, 1994): no random number for a call that is passed over."""
        site.weight *= math.exp(math.log(1.0 - chooser.random()) / size)
        site.sample = site.calls + 1 + int(math.log(1.0 - chooser.random()) / math.log(max(1e-300, 1.0 - site.weight)) if site.weight < 1.0 else 0)

    def measure(v):
        """What is compared of a value: a number itself, the length of a text."""
        t = type(v)
        return v if t is int or t is float else len(v) if t is bytes or t is str else 0

    def dull(site, values):
        """Whether a call has only values of the kinds and between the extremes that
        were there before. It is quick: most calls are."""
        for v, (t, low, high) in zip(values, site.ranges):
            if type(v) is not t:
                return False
            if not low <= (v if t is int or t is float else len(v) if t is bytes or t is str else 0) <= high:
                return False
        return True

    def fresh(site, values, error):
        """Whether a call has a value with a shape or an extreme that no call before it had."""
        new = False
        for i, v in enumerate(values[:looked_at]):
            t, n = type(v), measure(v)
            shape = (i, t, n == n and (~n.bit_length() if n < 0 else n.bit_length()) >> 3 if t is int else n if t is not float else n == n)
            if shape not in site.shapes and len(site.shapes) < 1000:
                site.shapes.add(shape)
                new = True
            if n != n:
                continue
            if i == len(site.ranges):
                site.ranges.append((t, n, n))
            kind, low, high = site.ranges[i]
            if t is kind and not low <= n <= high:
                site.ranges[i] = (t, min(low, n), max(high, n))
                new = True
        if error is not None and (error, len(values)) not in site.shapes and len(site.shapes) < 2000:
            site.shapes.add((error, len(values)))
            new = True
        return new

    def consider(site, frame, method, values, error, line):
        """Keep a call that has been counted, or not. line() makes what is written of it."""
        first = most - most // 4  # of shapes and extremes; the rest is the reservoir's
        size = most // 4
        if site.kept < first and (error is not None or site.calls <= closely) and fresh(site, values, error):
            made = finish(site, frame, method, len(values), line)
            if made is not None:
                site.kept += 1
                site.spot.bytes += len(made)
                write(made)
        elif size == 0:
            site.sample = never
        elif site.calls >= site.sample:
            made = finish(site, frame, method, len(values), line)
            if made is not None:
                if len(site.reservoir) < size:
                    site.reservoir.append(made)
                else:
                    site.reservoir[int(chooser.random() * size)] = made
            if len(site.reservoir) == size:
                skip_ahead(site, size)
        site.next = site.calls + 1 if site.calls < closely and site.kept < first else max(site.sample, site.calls + 1)

    def finish(site, frame, method, count, line):
        if site.spot.bytes > 2 * most * most_bytes:
            return None
        made = line()
        if made is None:
            return None
        if site.place is None:
            name_site(site, frame, method, count)
        site.format = made.get("format", made.get("format_bytes", ""))
        made["place"] = site.place
        if site.names and any(site.names):
            made["names"] = site.names
        if site.receiver:
            made["receiver"] = site.receiver
        if site.types:
            made["types"] = site.types
        return encoded(made)

    def name_site(site, frame, method, count):
        site.place, site.names, site.receiver, site.types = describe(frame, site.op, method, count)

    def base(op, fmt):
        if isinstance(fmt, bytes):
            try:
                return {"op": op, "format": fmt.decode("ascii")}
            except UnicodeDecodeError:
                return {"op": op, "format_bytes": fmt.hex()}
        return {"op": op, "format": str.__str__(fmt)}

    def size_of(fmt):
        try:
            return raw_size(fmt)
        except Exception as e:
            if foreign(e):
                raise
            return None

    def line_of(op, fmt, args, result, error):
        """The line for a call, or None if it is too large to keep, or cannot be asked again."""
        line = base(op, fmt)
        packed = None
        if op == "pack":
            values = args
            if error is None:
                packed = result
        elif op == "calcsize":
            if error is None:
                line["ok"] = result
        else:
            buffer, offset = args[0], args[1] if len(args) > 1 and op in ("pack_into", "unpack_from") else 0
            if not issubclass(type(offset), int):
                return None
            offset = int.__add__(offset, 0)
            view = memoryview(buffer)
            view = view.cast("B") if len(view) else memoryview(b"")
            length, size = len(view), size_of(fmt)
            if not -(1 << 62) < offset < 1 << 62 or size is None and error is None:
                return None
            at = offset if offset >= 0 else offset + length
            values = args[2:]
        if op in ("pack", "pack_into"):
            if len(values) > most_bytes:
                return None
            if op == "pack_into" and error is None:
                packed = bytes(view[at:at + size])
            if packed is not None and len(packed) > most_bytes:
                return None
            line["values"] = tags(values, fmt, packed)
            if line["values"] is None:
                return None
        if op == "pack":
            if error is None:
                line["ok"] = packed.hex()
        elif op == "pack_into" and error is None:
            line["hex"], line["offset"], line["ok"] = "00" * size, 0, packed.hex()  # the bytes around are not the call's
            if (at, length) != (0, size):
                line["was"] = {"offset": offset, "length": length}
        elif op == "pack_into":
            if length > most_bytes or view.readonly:
                return None
            line["hex"], line["offset"], line["buffer"] = "00" * length, offset, "00" * length
        elif op != "calcsize":
            used = view
            if op == "unpack_from":
                line["offset"] = offset
                if error is None:
                    used, line["offset"] = view[at:at + size], 0
                    if (at, length) != (0, size):
                        line["was"] = {"offset": offset, "length": length}
            if len(used) > most_bytes:
                return None
            line["hex"] = hex_of(used)
            if error is None:
                line["ok"] = [tag(v) for v in result]
        if error is not None:
            line["error"], line["message"] = type(error).__name__, str(error)
        return line

    def foreign(e):
        """Whether an exception is the program's: a handler of a signal raised it in here."""
        tb = e.__traceback__
        while tb is not None:
            name = tb.tb_frame.f_code.co_filename
            if name != own and not in_library(name):
                return True
            tb = tb.tb_next
        return False

    own = getframe().f_code.co_filename

    def note(site, frame, op, fmt, method, args, result, error):
        """A call that is to be looked at. It has been counted if it has a site."""
        values = args if op == "pack" else args[2:] if op == "pack_into" else result if type(result) is tuple else ()
        if site is not None and most_closely < site.calls < site.sample and dull(site, values):
            site.next = site.calls + 1 if site.calls < closely else site.sample
            return
        if getattr(recording, "busy", False) or error is not None and foreign(error):
            return
        recording.busy = True
        try:
            if not issubclass(type(fmt), (str, bytes)):
                return
            with lock[0]:
                if site is None:
                    site = site_of(frame, op, fmt)
                    site.calls += 1
                    if site.calls < site.next and error is None:
                        return
                consider(site, frame, method, values, None if error is None else type(error).__name__, lambda: line_of(op, fmt, args, result, error))
        except Exception as e:
            if foreign(e):
                raise
        finally:
            recording.busy = False

    # ---- what the program calls instead -----------------------------------------

    raw_iterator = type(raw["iter_unpack"]("b", b""))

    class Immutable(type):
        """The type of a class that cannot be called, or given attributes, as struct's own."""

        def __call__(cls, *args, **kwargs):
            return raw_iterator(*args, **kwargs)

        def __setattr__(cls, name, value):
            setattr(raw_iterator, name, value)

        def __delattr__(cls, name):
            delattr(raw_iterator, name)

    class UnpackIterator(object):
        """What iter_unpack returns for a call that may be kept. It notes the call when
        it is over, or dropped."""
        __module__, __qualname__ = raw_iterator.__module__, raw_iterator.__qualname__

        def __init__(self, rows, site, fmt, data):
            self._rows, self._site, self._fmt, self._data = rows, site, fmt, data
            self._size, self._length = raw_size(fmt), len(memoryview(data).cast("B"))
            self._first, self._taken = [], []

        def __iter__(self):
            return self

        def __length_hint__(self):
            return self._rows.__length_hint__()

        def __next__(self):
            try:
                row = next(self._rows)
            except BaseException:
                if self._site is not None:
                    self._note()
                raise
            if self._site is not None:
                self._take(row)
            return row

        def _take(self, row):
            """Keep a record, with its bytes: the program may change them at any time."""
            try:
                at = len(self._first) * self._size
                self._taken.append(bytes(memoryview(self._data).cast("B")[at:at + self._size]))
                self._first.append(row)
                if len(self._first) == 16 or at + 2 * self._size > most_bytes:
                    self._note()
            except Exception as e:
                self._site = None
                if foreign(e):
                    raise

        def _note(self):
            rows, data, site = self._first, b"".join(self._taken), self._site
            self._data = self._site = None
            if not rows or len(data) > most_bytes or getattr(recording, "busy", False):
                return
            recording.busy = True
            try:
                def line():
                    made = base("iter_unpack", self._fmt)
                    made["hex"], made["ok"] = data.hex(), [[tag(v) for v in row] for row in rows]
                    if len(data) != self._length:
                        made["was"] = {"offset": 0, "length": self._length}
                    return made
                with lock[0]:
                    consider(site, None, False, rows[0], None, line)
            except Exception as e:
                if foreign(e):
                    raise
            finally:
                recording.busy = False

        def __del__(self):
            if self._site is not None:
                self._note()

    unpack_iterator = Immutable(raw_iterator.__name__, (), {k: v for k, v in vars(UnpackIterator).items() if k not in ("__dict__", "__weakref__")})

    def rows_of(frame, fmt, method, data, rows):
        """The iterator for the program: the one of struct itself, if the call is not kept."""
        site = sites.get((id(frame.f_code), frame.f_lasti, "iter_unpack", fmt))
        if site is not None:
            site.calls += 1
            if site.calls < site.next:
                return rows
        if getattr(recording, "busy", False):
            return rows
        recording.busy = True
        try:
            with lock[0]:
                if site is None:
                    site = site_of(frame, "iter_unpack", fmt)
                    site.calls += 1
                    if site.calls < site.next:
                        return rows
                # The frame may be gone when the iterator is over.
                if site.place is None:
                    name_site(site, frame, method, 0)
            return type.__call__(unpack_iterator, rows, site, fmt, data)
        except Exception as e:
            if foreign(e):
                raise
            return rows
        finally:
            recording.busy = False

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
            try:
                result = self._raw(*args, **kwargs)
            except Exception as e:
                self._failed(getframe(1), args, kwargs, e)
                raise
            frame = getframe(1)
            if kwargs:
                if op != "unpack_from":
                    return result
                args = (args + (kwargs.get("buffer"),))[:2] + (kwargs.get("offset", 0),)
            if op == "iter_unpack":
                return rows_of(frame, args[0], False, args[1], result)
            site = sites.get((id(frame.f_code), frame.f_lasti, op, args[0]))
            if site is not None:
                site.calls += 1
                if site.calls < site.next:
                    return result
            note(site, frame, op, args[0], False, args[1:], result, None)
            return result

        def _failed(self, frame, args, kwargs, error):
            """A call that struct refuses for the number of its arguments is left out."""
            if kwargs or len(args) < 2 and self._op not in ("pack", "calcsize") or not args:
                return
            note(None, frame, self._op, args[0], False, args[1:], None, error)

    def method_of(op, needs):
        """A method of Struct. It lets struct itself look at what it is given."""
        function = getattr(raw_struct, op)

        def method(self, *args, **kwargs):
            try:
                result = function(self, *args, **kwargs)
            except Exception as e:
                if len(args) >= needs and not kwargs and size_of_struct(self) >= 0:
                    note(None, getframe(1), op, format_of(self), True, args, None, e)
                raise
            frame = getframe(1)
            if kwargs:
                if op != "unpack_from":
                    return result
                args = (args + (kwargs.get("buffer"),))[:1] + (kwargs.get("offset", 0),)
            fmt = format_of(self)
            if op == "iter_unpack":
                return rows_of(frame, fmt, True, args[0], result)
            site = sites.get((id(frame.f_code), frame.f_lasti, op, fmt))
            if site is not None:
                site.calls += 1
                if site.calls < site.next:
                    return result
            note(site, frame, op, fmt, True, args, result, None)
            return result
        method.__name__, method.__qualname__, method.__doc__, method.__module__ = op, "Struct." + op, function.__doc__, "_struct"
        return method

    # A Struct has no attributes of its own, and its size is the one of struct's.
    Struct = type("Struct", (raw_struct,), dict(
        {op: method_of(op, needs) for op, needs in (("pack", 0), ("pack_into", 2), ("unpack", 1), ("unpack_from", 1), ("iter_unpack", 1))},
        __slots__=(), __doc__=raw_struct.__doc__, __module__=raw_struct.__module__, __qualname__="Struct"))

    def install():
        modules = [struct]
        try:
            import _struct
            modules.append(_struct)
        except ImportError:
            pass
        functions = {name: Function(name) for name in raw}
        for module in modules:
            module.Struct = Struct
            for name in raw:
                setattr(module, name, functions[name])

    # ---- the beginning and the end ----------------------------------------------

    def begin():
        """Write the header, if this is the first process."""
        try:
            fd = os.open(os.path.join(here, "first"), os.O_CREAT | os.O_EXCL)
        except OSError:
            return False
        os.close(fd)
        write(encoded(header()))
        return True

    def end():
        recording.busy = True
        with lock[0]:
            for site in list(sites.values()):
                if site.place is None:
                    continue
                for made in site.reservoir:
                    write(made)
                if site.format is not None:
                    write(encoded({"site": site.place, "op": "", "call": site.op, "format": site.format, "calls": site.calls}))
            sites.clear()
            spots.clear()
        recording.busy = False

    def cost():
        """Microseconds that a call which is not kept takes longer."""
        code = compile("def f(pack, n):\n for i in range(n):\n  pack('<IHB', i & 255, 2, 3)\n", "<structpack>", "exec")
        space = {}
        exec(code, space)
        n = closely + 3000
        space["f"](struct.pack, n)
        clock = getattr(time, "thread_time", time.perf_counter)
        n, took = 3000, []
        for call in (struct.pack, raw_pack):
            best = None
            for _ in range(3):
                t = clock()
                space["f"](call, n)
                t = clock() - t
                best = t if best is None or t < best else best
            took.append(best)
        return (took[0] - took[1]) / n * 1e6

    def finish_process():
        end()
        if first_process and os.getpid() == first_pid:
            muted[0] = True
            try:
                microseconds = cost()
            except Exception:
                return
            finally:
                sites.clear()
                muted[0] = False
            write(encoded({"op": "", "cost": round(microseconds, 2)}))

    first_pid = os.getpid()
    process = [first_pid]
    lock = [_thread.RLock()]

    def forked():
        """A child begins with no calls of its own. Another thread of its parent may
        have held the lock."""
        process[0] = os.getpid()
        lock[0] = _thread.RLock()
        sites.clear()
        spots.clear()
        chooser.state = process[0]

    first_process = begin()
    install()
    atexit.register(finish_process)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
    else:  # 3.6
        def forking(name):
            function = getattr(os, name)

            def fork():
                made = function()
                if process[0] != os.getpid():
                    forked()
                return made
            fork.__name__ = fork.__qualname__ = name
            fork.__doc__, fork.__module__ = function.__doc__, function.__module__
            setattr(os, name, fork)
        for name in ("fork", "forkpty"):
            if hasattr(os, name):
                forking(name)

    # A process ends without atexit in these ways. Multiprocessing's children do.
    def ending(name):
        function = getattr(os, name)

        def last(*args, **kwargs):
            try:
                end()
            except Exception as e:
                if foreign(e):
                    raise
            return function(*args, **kwargs)
        last.__name__ = last.__qualname__ = name
        last.__doc__, last.__module__ = function.__doc__, function.__module__
        setattr(os, name, last)
    for name in ("_exit", "abort", "execv", "execve"):
        if hasattr(os, name):
            ending(name)
    return hidden


_structpack_hidden = None
try:
    _structpack_hidden = _structpack_record()
except Exception as _e:  # the program runs as it would without us
    import sys as _sys
    _sys.stderr.write("structpack record: %s: %s\n" % (type(_e).__name__, _e))
del _structpack_record
if _structpack_hidden is not None:
    raise _structpack_hidden  # site says so, as it does without us
