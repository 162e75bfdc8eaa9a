"""Actors in the interpreter: order, replies, faults, panics, stopping."""

from sigilc.ir.interp import Outcome, interpret
from sigilc.ir.parser import parse_module
from sigilc.ir.verify import verify

COUNTER = """
main main
struct %Counter { i64 }
actor Counter %Counter {
  Add(i64) = Counter·Add
  Get() -> i64 = Counter·Get
  Fail() -> i64 = Counter·Fail
  Break() -> i64 = Counter·Break
  Maybe(bool) -> i64? = Counter·Maybe
  Show() = Counter·Show
}
fn show(%n: i64) -> unit {
entry:
  %empty: str = static ""
  %text: &str = slot %empty
  runtime text_append_int(%text, %n)
  %line: str = static " "
  runtime text_append(%text, %line)
  %out: str = load %text
  %u: unit = runtime print(%out)
  return %u
}
fn show_reply(%r: i64?) -> unit {
entry:
  %is: bool = is_some %r
  cond_br %is, present, absent
present:
  %n: i64 = unwrap %r
  %u: unit = call show(%n)
  return %u
absent:
  %f: fault = get_fault %r
  %m: str = fault_field %f, message
  runtime print(%m)
  %semicolon: str = static "; "
  %u.1: unit = runtime print(%semicolon)
  return %u.1
}
fn Counter·Add(%self: &%Counter, %n: i64) -> unit {
entry:
  %total: &i64 = field_addr %self, 0
  %x: i64 = load %total
  %y: i64 = add.checked %x, %n @ "a.sg:2:2"
  store %total, %y
  %u: unit = const ()
  return %u
}
fn Counter·Get(%self: &%Counter) -> i64 {
entry:
  %total: &i64 = field_addr %self, 0
  %x: i64 = load %total
  return %x
}
fn Counter·Fail(%self: &%Counter) -> i64 {
entry:
  %hundred: i64 = const 100
  call Counter·Add(%self, %hundred)
  %m: str = static "no value"
  %f: fault = fault %m, %m, _, "a.sg:3:3"
  raise %f @ "a.sg:4:4"
}
fn Counter·Break(%self: &%Counter) -> i64 {
entry:
  %m: str = static "broken"
  panic %m @ "a.sg:5:5"
}
fn Counter·Maybe(%self: &%Counter, %yes: bool) -> i64? {
entry:
  cond_br %yes, present, absent
present:
  %x: i64 = call Counter·Get(%self)
  %some: i64? = some %x
  return %some
absent:
  %m: str = static "not now"
  %f: fault = fault %m, %m, _, "a.sg:6:6"
  %none: i64? = none %f
  return %none
}
fn Counter·Show(%self: &%Counter) -> unit {
entry:
  %x: i64 = call Counter·Get(%self)
  %u: unit = call show(%x)
  return %u
}
"""


def run(body: str, more: str = "") -> Outcome:
    """A `main` with a counter `%c` that begins at 1, and `%d` at 1000."""
    module = parse_module(f"""{COUNTER}{more}
      fn main() -> unit {{
      entry:
        %one: i64 = const 1
        %thousand: i64 = const 1000
        %yes: bool = const true
        %no: bool = const false
        %state: %Counter = make (%one)
        %state.1: %Counter = make (%thousand)
        %c: address = spawn Counter %state
        %d: address = spawn Counter %state.1
        {body}
        %u: unit = const ()
        return %u
      }}""")
    verify(module)
    return interpret(module, max_steps=1_000_000)


def ask(name: str, message: str, receiver: str = "c", args: str = "") -> str:
    """Asks, awaits and shows the reply."""
    number = ["Add", "Get", "Fail", "Break", "Maybe", "Show"].index(message)
    return f"""%{name}_future: future<{'i64?' if message == 'Maybe' else 'i64'}> = ask Counter[{number}] %{receiver}({args})
      %{name}: i64? = await %{name}_future
      call show_reply(%{name})
    """


def test_messages_arrive_in_order_and_state_stays() -> None:
    outcome = run("tell Counter[0] %c(%one)\ntell Counter[0] %c(%thousand)\n" + ask("a", "Get") + ask("b", "Get", "d"))
    assert outcome == Outcome("1002 1000 ", "", 0)


def test_what_is_queued_runs_after_main_has_returned() -> None:
    outcome = run("""tell Counter[5] %c()
      tell Counter[0] %c(%one)
      tell Counter[5] %d()
      tell Counter[5] %c()
      call show(%one)""")
    assert outcome.stdout == "1 1 2 1000 "


def test_a_turn_ends_after_128_messages() -> None:
    tells = "tell Counter[0] %c(%one)\n" * 127 + "tell Counter[5] %c()\ntell Counter[5] %c()\n"
    assert run(tells + "tell Counter[5] %d()").stdout == "128 1000 128 "


def test_a_reply_that_is_an_option_is_not_wrapped_again() -> None:
    outcome = run(ask("a", "Maybe", args="%yes") + ask("b", "Maybe", args="%no"))
    assert outcome == Outcome("1 not now; ", "", 0)


def test_a_fault_ends_the_message_and_the_actor_goes_on() -> None:
    outcome = run("tell Counter[2] %c()\n" + ask("a", "Fail") + ask("b", "Get"))
    assert outcome == Outcome("no value; 201 ", "", 0)


def test_a_panic_ends_the_actor() -> None:
    outcome = run("""%early: future<i64> = ask Counter[3] %c()
      %late: future<i64> = ask Counter[1] %c()
      %a: i64? = await %early
      call show_reply(%a)
      %b: i64? = await %late
      call show_reply(%b)
    """ + ask("after", "Get") + "tell Counter[5] %c()\n" + ask("other", "Get", "d"))
    assert outcome.stdout == "broken; stopped: actor Counter has stopped; stopped: actor Counter has stopped; 1000 "
    assert outcome.stderr == "actor Counter stopped: panic at a.sg:5:5: broken\n"
    assert outcome.status == 0


def test_stop_ends_an_actor_behind_its_messages_and_kill_at_once() -> None:
    stopped = run("tell Counter[5] %c()\nstop %c\ntell Counter[5] %c()\n" + ask("a", "Get"))
    assert stopped.stdout == "stopped: actor Counter has stopped; 1 "
    killed = run("tell Counter[5] %c()\nkill %c\n" + ask("a", "Get"))
    assert killed.stdout == "stopped: actor Counter has stopped; "
    idle = run("stop %c\nstop %c\nkill %c\n" + ask("a", "Get"))
    assert idle.stdout == "stopped: actor Counter has stopped; "


def test_addresses_are_compared() -> None:
    outcome = run("""%same: bool = eq %c, %c
      %other: bool = eq %c, %d
      %a: i64 = cast %same
      %b: i64 = cast %other
      call show(%a)
      call show(%b)""")
    assert outcome.stdout == "1 0 "


def test_a_panic_of_main_leaves_messages_alone() -> None:
    outcome = run("""tell Counter[5] %c()
      call fail()""", """fn fail() -> unit {
      entry:
        %m: str = static "bug"
        panic %m @ "m.sg:1:1"
      }""")
    assert outcome == Outcome("", "panic at m.sg:1:1: bug\n", 101)


def test_asking_in_a_circle_is_a_deadlock() -> None:
    more = """struct %Asker { address }
      actor Asker %Asker { Ask(address) -> i64 = Asker·Ask }
      fn Asker·Ask(%self: &%Asker, %me: address) -> i64 {
      entry:
        %f: future<i64> = ask Asker[0] %me(%me)
        %r: i64? = await %f
        call show_reply(%r)
        %n: i64 = const 7
        return %n
      }"""
    outcome = run("""%asker_state: %Asker = make (%c)
      %asker: address = spawn Asker %asker_state
      %f: future<i64> = ask Asker[0] %asker(%asker)
      stop %asker
      %r: i64? = await %f
      call show_reply(%r)""", more)
    assert outcome.stdout == "stopped: actor Asker has stopped; 7 "


def test_a_reply_can_be_taken_once() -> None:
    outcome = run(ask("a", "Get") + "%b: i64? = await %a_future\ncall show_reply(%b)")
    assert outcome.stdout == "1 taken: this answer has been awaited before; "
