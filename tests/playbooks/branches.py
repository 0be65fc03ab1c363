"""Which ways of a playbook its stories have gone: every condition both ways, every loop to its end.

The functions of a playbook are compiled once more with every condition wrapped, so that a run that
is played leaves a trace; nothing else of them changes. Every line lies behind one of these ways.
"""

import ast
import inspect
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import ClassVar, TypeVar

T = TypeVar("T")
Way = tuple[str, str]
"""Where it is, and what it has never been."""

_CALL, _IF, _EACH = "__call__", "__if__", "__each__"
_WAYS = {
    _CALL: ("is never called",),
    _IF: ("is never true", "is never false"),
    _EACH: ("is never gone through", "is never at its end"),
}


class Branches:
    """The ways of some modules, and those that were gone."""

    _played: ClassVar[bool] = False

    def __init__(self, *modules: ModuleType) -> None:
        self._modules = modules
        self._ways: list[Way] = []
        self._gone: set[Way] = set()

    @property
    def missed(self) -> list[str]:
        """Every way nobody went: file, line, source, and what it has never been."""
        return [" ".join(way) for way in self._ways if way not in self._gone]

    @classmethod
    @contextmanager
    def played(cls) -> Generator[None]:
        """Runs that go on in here leave a trace; exploring a playbook does not."""
        cls._played = True
        try:
            yield
        finally:
            cls._played = False

    @contextmanager
    def watched(self) -> Generator[None]:
        """In here the functions of the modules are those that can leave a trace."""
        kept: list[tuple[FunctionType, CodeType]] = []
        for module in self._modules:
            functions = _functions(module)
            wrapped = self._compiled(module, set(functions))
            vars(module).update({_CALL: self._call, _IF: self._if, _EACH: self._each})
            for name, function in functions.items():
                kept.append((function, function.__code__))
                function.__code__ = wrapped[name]
        try:
            yield
        finally:
            for function, code in kept:
                function.__code__ = code
            for module in self._modules:
                for name in _WAYS:
                    delattr(module, name)

    def _compiled(self, module: ModuleType, names: set[str]) -> dict[str, CodeType]:
        path = Path(inspect.getfile(module))
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        wrapping = _Wrapping(source, f"{module.__name__}:", self._ways)
        tree.body = [
            wrapping.visit(each)
            if isinstance(each, ast.FunctionDef) and each.name in names
            else each
            for each in tree.body
        ]
        whole = compile(ast.fix_missing_locations(tree), str(path), "exec")
        return {code.co_name: code for code in whole.co_consts if isinstance(code, CodeType)}

    def _go(self, where: str, way: str) -> None:
        if Branches._played:
            self._gone.add((where, way))

    def _call(self, where: str) -> None:
        self._go(where, "is never called")

    def _if(self, where: str, value: T) -> T:
        self._go(where, "is never true" if value else "is never false")
        return value

    def _each(self, where: str, values: Iterable[T]) -> Iterator[T]:
        for value in values:
            self._go(where, "is never gone through")
            yield value
        self._go(where, "is never at its end")


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    """What is written in a module: its functions, and its playbook's body."""
    found = [getattr(each, "body", each) for each in vars(module).values()]
    return {
        each.__name__: each
        for each in found
        if isinstance(each, FunctionType) and each.__module__ == module.__name__
    }


class _Wrapping(ast.NodeTransformer):
    """Wraps whatever decides; of ``a and b`` and ``not a`` the parts, which say it all."""

    def __init__(self, source: str, file: str, ways: list[Way]) -> None:
        self._source, self._file, self._ways = source, file, ways

    def _wrapped(self, mark: str, at: ast.AST, shown: str, *inside: ast.expr) -> ast.expr:
        where = f"{self._file}{at.lineno} «{' '.join(shown.split())}»"  # pyright: ignore[reportAttributeAccessIssue]
        self._ways += [(where, way) for way in _WAYS[mark]]
        said: list[ast.expr] = [ast.Constant(where), *inside]
        return ast.copy_location(ast.Call(ast.Name(mark, ast.Load()), said, []), at)

    def _segment(self, node: ast.expr) -> str:
        return ast.get_source_segment(self._source, node) or ""

    def _condition(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.BoolOp():
                return self.visit_BoolOp(node)
            case ast.UnaryOp(op=ast.Not()):
                node.operand = self._condition(node.operand)
                return node
            case _:
                shown = self._segment(node)
                return self._wrapped(_IF, node, shown, self.visit(node))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        node.values = [self._condition(each) for each in node.values]
        return node

    def visit_If(self, node: ast.If) -> ast.If:
        node.test = self._condition(node.test)
        node.body = [self.visit(each) for each in node.body]
        node.orelse = [self.visit(each) for each in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        node.test = self._condition(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        shown = f"for … in {self._segment(node.iter)}"
        node.iter = self._wrapped(_EACH, node.iter, shown, self.visit(node.iter))
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        node.iter = self.visit(node.iter)
        node.ifs = [self._condition(each) for each in node.ifs]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        called = ast.Expr(self._wrapped(_CALL, node, f"def {node.name}"))
        node.body = [ast.copy_location(called, node), *(self.visit(each) for each in node.body)]
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        # No playbook needs one; whoever writes the first says here which ways it has.
        assert not isinstance(node, ast.Match | ast.While | ast.Try), ast.dump(node)
        return super().generic_visit(node)
