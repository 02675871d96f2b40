"""Mutations: the small changes of a module's source that its tests have to notice, each as an edit of its syntax tree.

    comparison   < and <=, > and >=, == and !=, is and is not, in and not in, for one another
    logic        and for or; not left out; min for max, any for all, startswith for endswith, and back
    arithmetic   + for -, * for /, | for &, and back, also where the result is assigned at once
    constant     a number one more, and one less unless it is 0; True for False; a string that is compared, another one
    condition    of if, of a conditional expression, of a comprehension: always true, always false; of while: false
    statement    a call, a raise, a yield, continue, break, an assignment to a part of something: left out
    return       None for the value

Changed are functions and the constants of the module. Texts for people, annotations and the defaults of fields stay.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
METHODS = {"startswith": "endswith", "endswith": "startswith"}
UNTOUCHED = {"annotation", "returns", "decorator_list", "format_spec"}
"""Fields of syntax nodes in which nothing is changed."""


@dataclass(frozen=True)
class Mutant:
    """One change. ``place``: the function or constant in which it is; ``was`` and ``now``: the source of the part that
    changes; ``nth``: its number among changes of equal sources in one place, from 1."""

    place: str
    was: str
    now: str
    line: int
    nth: int = 1
    parent: ast.AST = field(default_factory=ast.AST, repr=False, compare=False)
    name: str = field(default="", repr=False, compare=False)
    index: int | None = field(default=None, repr=False, compare=False)
    new: ast.AST = field(default_factory=ast.AST, repr=False, compare=False)

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What tells it apart, wherever the lines of the module have moved to."""
        return self.place, self.was, self.now, self.nth

    def apply(self) -> None:
        """Make the change in the tree from which it came."""
        if self.index is None:
            setattr(self.parent, self.name, self.new)
        else:
            getattr(self.parent, self.name)[self.index] = self.new


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every mutant of a module, in the order of its source."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for statement in tree.body:
        for each in _top(statement, ""):
            seen[each.place, each.was, each.now] += 1
            found.append(replace(each, nth=seen[each.place, each.was, each.now]))
    return found


def _top(node: ast.stmt, outer: str) -> Iterator[Mutant]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield from _within(node, f"{outer}{name}")
        case ast.ClassDef(name=name, body=body):
            for each in body:
                if not isinstance(each, ast.Assign | ast.AnnAssign):
                    yield from _top(each, f"{outer}{name}.")
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            yield from _within(node, name)


def _within(parent: ast.AST, place: str) -> Iterator[Mutant]:
    for name, value in ast.iter_fields(parent):
        if name in UNTOUCHED:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST):
                continue
            for new in _replacements(child, parent, name):
                line = getattr(child, "lineno", 0)
                yield Mutant(place, _text(child), _text(new), line, 1, parent, name, index, new)
            yield from _within(child, place)


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _replacements(node: ast.AST, parent: ast.AST, name: str) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    for new in (*_conditions(parent, name), *_expressions(node, parent), *_statements(node)):
        yield ast.fix_missing_locations(ast.copy_location(new, node))


def _conditions(parent: ast.AST, name: str) -> Iterator[ast.AST]:
    tested = name == "test" and isinstance(parent, ast.If | ast.IfExp)
    if tested or (name == "ifs" and isinstance(parent, ast.comprehension)):
        yield ast.Constant(True)
    if tested or name == "ifs" or (name == "test" and isinstance(parent, ast.While)):
        yield ast.Constant(False)


def _expressions(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            for place, each in enumerate(ops):
                changed = [*ops[:place], COMPARISONS[type(each)](), *ops[place + 1 :]]
                yield ast.Compare(left, changed, others)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Call(func=ast.Name(id=called), args=args, keywords=words) if called in NAMES:
            yield ast.Call(ast.Name(NAMES[called], ast.Load()), args, words)
        case ast.Call(func=ast.Attribute(value=value, attr=called), args=args, keywords=words) if called in METHODS:
            yield ast.Call(ast.Attribute(value, METHODS[called], ast.Load()), args, words)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            if value:
                yield ast.Constant(value - 1)
        case ast.Constant(value=str() as value) if isinstance(parent, ast.Compare | ast.MatchValue):
            yield ast.Constant(f"{value}~")


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.Pass()
            if type(op) in ARITHMETIC:
                yield ast.AugAssign(target, ARITHMETIC[type(op)](), value)
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
