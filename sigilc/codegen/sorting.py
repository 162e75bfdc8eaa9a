"""Emits the code by which the runtime sorts an array by comparing: made for the elements' size and the comparison.

The comparison is inlined there, so that no loop over elements has a call through a pointer. What the runtime does with
the code, and why a panic in the comparison finds each element in the array exactly once, is in `runtime/sort_by_code.c`.
Without optimisation it would only be more text: then the runtime gets the comparison alone.
"""

from __future__ import annotations

from sigilc.codegen.context import ModuleContext

# Whether two elements are in this order. LLVM knows the sign that is asked for before the comparison is inlined in a loop.
_TEST = """define internal i1 {name}(ptr noundef %left, ptr noundef %right, ptr noundef %context) uwtable {{
  %order = call i32 {compare}(ptr %left, ptr %right, ptr %context)
  %is.so = icmp {sign} i32 %order, 0
  ret i1 %is.so
}}"""

# The length of the run at the beginning of two or more elements: as it is, of strictly falling ones below zero.
_RUN = """define internal i64 {name}(ptr noundef %items, i64 noundef %count, ptr noundef %context) uwtable {{
start:
  %second = getelementptr i8, ptr %items, i64 {size}
  %is.rising = call i1 {test}(ptr %items, ptr %second, ptr %context)
  br label %next
next:
  %length = phi i64 [ 2, %start ], [ %longer, %step ]
  %is.whole = icmp eq i64 %length, %count
  br i1 %is.whole, label %end, label %step
step:
  %offset = mul i64 %length, {size}
  %item = getelementptr i8, ptr %items, i64 %offset
  %before = getelementptr i8, ptr %item, i64 -{size}
  %rises = call i1 {test}(ptr %before, ptr %item, ptr %context)
  %goes.on = icmp eq i1 %rises, %is.rising
  %longer = add i64 %length, 1
  br i1 %goes.on, label %next, label %end
end:
  %negative = sub i64 0, %length
  %result = select i1 %is.rising, i64 %length, i64 %negative
  ret i64 %result
}}"""

# Sorts a few elements, from the first to the last: each is put behind those before it that are not greater.
_INSERT = """define internal void {name}(ptr noundef %items, i64 noundef %count, ptr noalias noundef %scratch, \
ptr noundef %context) uwtable {{
start:
  br label %next
next:
  %number = phi i64 [ 1, %start ], [ %following, %placed ]
  %is.end = icmp sge i64 %number, %count
  br i1 %is.end, label %end, label %element
element:
  %offset = mul i64 %number, {size}
  %item = getelementptr i8, ptr %items, i64 %offset
  br label %search
search:
  %place = phi ptr [ %item, %element ], [ %before, %compare ]
  %is.first = icmp eq ptr %place, %items
  br i1 %is.first, label %found, label %compare
compare:
  %before = getelementptr i8, ptr %place, i64 -{size}
  %is.behind = call i1 {test}(ptr %before, ptr %item, ptr %context)
  br i1 %is.behind, label %found, label %search
found:
  %stays = icmp eq ptr %place, %item
  br i1 %stays, label %placed, label %kept
kept:
  call void {copy}(ptr %scratch, ptr %item, i64 {size}, i1 false)
  br label %move
move:
  %to = phi ptr [ %item, %kept ], [ %from, %move ]
  %from = getelementptr i8, ptr %to, i64 -{size}
  call void {copy}(ptr %to, ptr %from, i64 {size}, i1 false)
  %is.moved = icmp eq ptr %from, %place
  br i1 %is.moved, label %moved, label %move
moved:
  call void {copy}(ptr %place, ptr %scratch, i64 {size}, i1 false)
  br label %placed
placed:
  %following = add i64 %number, 1
  br label %next
end:
  ret void
}}"""

# Moves the elements that are less than the pivot, or not greater, to the front, how many is the result; all keep their order.
# They gather at the front of scratch, the others at its end; where each goes is computed, for no processor could predict a
# branch. Nothing in the array changes until the last comparison is done.
_PARTITION = """define internal i64 {name}(ptr noundef %items, i64 noundef %count, ptr noundef %pivot, \
ptr noalias noundef %scratch, ptr noundef %context) uwtable {{
start:
  %last = add i64 %count, -1
  br label %each
each:
  %number = phi i64 [ 0, %start ], [ %following, %each ]
  %fronts = phi i64 [ 0, %start ], [ %front.count, %each ]
  %offset = mul i64 %number, {size}
  %item = getelementptr i8, ptr %items, i64 %offset
  %is.front = call i1 {test}(ptr %item, ptr %pivot, ptr %context)
  %one.or.none = zext i1 %is.front to i64
  %mask = sub i64 0, %one.or.none
  %backs = sub i64 %number, %fronts
  %back = sub i64 %last, %backs
  %differing = xor i64 %back, %fronts
  %chosen = and i64 %differing, %mask
  %index = xor i64 %back, %chosen
  %place.offset = mul i64 %index, {size}
  %place = getelementptr i8, ptr %scratch, i64 %place.offset
  call void {copy}(ptr %place, ptr %item, i64 {size}, i1 false)
  %front.count = add i64 %fronts, %one.or.none
  %following = add i64 %number, 1
  %is.last = icmp eq i64 %number, %last
  br i1 %is.last, label %done, label %each
done:
  %front.size = mul i64 %front.count, {size}
  call void {copy}(ptr %items, ptr %scratch, i64 %front.size, i1 false)
  %is.all = icmp eq i64 %front.count, %count
  br i1 %is.all, label %end, label %rest
rest:
  %end.offset = mul i64 %last, {size}
  %first.back = getelementptr i8, ptr %scratch, i64 %end.offset
  %first.place = getelementptr i8, ptr %items, i64 %front.size
  br label %back.each
back.each:
  %to = phi ptr [ %first.place, %rest ], [ %next.to, %back.each ]
  %from = phi ptr [ %first.back, %rest ], [ %next.from, %back.each ]
  %left = phi i64 [ %front.count, %rest ], [ %less, %back.each ]
  call void {copy}(ptr %to, ptr %from, i64 {size}, i1 false)
  %next.to = getelementptr i8, ptr %to, i64 {size}
  %next.from = getelementptr i8, ptr %from, i64 -{size}
  %less = add i64 %left, 1
  %is.finished = icmp eq i64 %less, %count
  br i1 %is.finished, label %end, label %back.each
end:
  ret i64 %front.count
}}"""


def sort_code(context: ModuleContext, compare: str, size: int) -> str:
    """A pointer to the `sigil_sort_code` for elements of a size, in bytes, and a comparison of places."""
    copy = context.runtime("llvm.memcpy.p0.p0.i64")
    of_what = compare.strip("@").strip('"')

    def define(verb: str, template: str, **names: str) -> str:
        name = f'@"{verb} to {of_what}"'
        return context.define(name, lambda: template.format(name=name, size=size, copy=copy, **names))

    is_less = define("less", _TEST, compare=compare, sign="slt")
    is_ordered = define("not_greater", _TEST, compare=compare, sign="sle")
    parts = [compare, define("run", _RUN, test=is_ordered), define("insert", _INSERT, test=is_ordered),
             define("part_less", _PARTITION, test=is_less), define("part_not_greater", _PARTITION, test=is_ordered)]
    return context.constant_value(f"{{ {', '.join(['ptr'] * len(parts))} }} {{ {', '.join(f'ptr {part}' for part in parts)} }}")
