"""What to write instead of what waits for a person, by what the grader says of it."""

from __future__ import annotations

import re

__all__ = ["ADVICE", "OTHERWISE", "advice_on"]

#: The first pattern that is found in a reason.
ADVICE: tuple[tuple[str, str], ...] = (
    (
        r"stderr",
        "Nothing: the answer keeps its points here. To have them by nbgrader as well, keep the "
        "test from warning.",
    ),
    (
        r"not what the model solution imports",
        "Import what tests use in a locked cell, or leave out of the model solution's imports "
        "what a student may write without.",
    ),
    (
        r"what cells ended in",
        "Let the exercise give the value a name, and test that.",
    ),
    (
        r"by chance",
        "Set a seed in the locked cell that draws, or let the test draw what it passes on.",
    ),
    (
        r"called each other many times",
        "Test fewer or smaller cases, or let one call of the student's function do more; "
        "`c.TrustedClient.call_timeout` and `c.Execute.timeout` give more time.",
    ),
    (
        r"measures time",
        "Let one call of the student's function do all that is timed, or count its steps instead.",
    ),
    (
        r"part of the memory",
        "Compare the values; whether memory is shared let a function of the student's say.",
    ),
    (
        r"calls `super`",
        "Call the method on an object of the parent class, or compare what both objects return.",
    ),
    (
        r"the model solution fails this test here",
        "Test what functions return and change, by plain values. What this test does looks "
        "otherwise from another process, and that is not known here: please report it.",
    ),
    (
        r"leaves .* changed, and the test can tell",
        "Nothing, if leaving it alone is what is tested: a person sees at once which it is. "
        "Otherwise let the student's function return what the test looks at.",
    ),
    (
        r"which the student's code has changed",
        "Pass the value to the student's function, or let a locked cell keep a copy of it under a "
        "name that no answer needs.",
    ),
    (
        r"is set differently where student code runs",
        "Let a function of the student's return how it is set, and test that.",
    ),
    (
        r"which its objects are not here",
        "Compare `list(x)` or `dict(x)` with plain values, and give such copies to libraries.",
    ),
    (
        r"reads another by that name",
        "Import it in the test under a name that no answer has, such as `import datetime as dt_`.",
    ),
    (
        r"holds, and the test can tell",
        "Nothing, if a copy is what is asked for: a person sees at once which it is. Otherwise "
        "compare values, and change none.",
    ),
    (
        r"where a box lets nobody write",
        "Let students write into the working folder, or give the path as an argument.",
    ),
    (
        r"returns a view of a dict",
        "Make a list of it in the test before something changes: `list(f())`; or ask for a list.",
    ),
    (
        r"has made it something else",
        "Nothing: a person sees at once whether the student meant that.",
    ),
    (
        r"of its own process only",
        "Let a function of the student's return it, or count steps instead of measuring.",
    ),
    (
        r"is laid out",
        "Compare the values; how an array lies in memory let a function of the student's say.",
    ),
    (
        r"the test awaits",
        "Await one thing of the student's at a time, or all of them by one `asyncio.gather`; what "
        "is to go on beside it put into a function of the student's.",
    ),
    (
        r"where `.*` raised its error",
        "Test the exception's type, message and attributes.",
    ),
    (
        r"raises .*(end a loop|ends more than|exceptions at once)",
        "Let the exercise ask for another exception, such as a ValueError, or call the function "
        "by its name in a `try` of the test's own.",
    ),
    (
        r"thread",
        "Let the student's code take plain data and return it; a test's functions and its clocks "
        "belong to one thread.",
    ),
    (
        r"of a module that keeps",
        "Let the student's code and the test pass on the state that they share as a value.",
    ),
    (
        r"beside files that the student",
        "Let the student's code save text, JSON, CSV or arrays of numbers, and read these; or put "
        "what unpickles, evaluates or runs something into a test of its own, before such files.",
    ),
    (
        r"the student's texts are at hand",
        "Let the student return a function or plain data and test that, or compare the text "
        "itself; `ast.literal_eval` reads plain data from a text. Instead of a text of the test's "
        "own use what it says: `f(n)` for `eval(f'f({n})')`.",
    ),
    (
        r"uses `.*`, a file|writes the file|writes `|test uses files|working folder",
        "Let the function take the text of a file, or return it, instead of reading or writing "
        "one.",
    ),
    (
        r"changes (its arguments|a value that)",
        "Let the function return what it changes, as plain data.",
    ),
    (
        r"(which does not cross|returns? .*does not cross|cannot be built)",
        "Let the answer be plain data: numbers, texts, lists, dicts, arrays. Of a table "
        "`.to_dict()` or `.to_numpy()`, of an iterator `list(...)`, of an instance the values "
        "that matter, returned by a function that the exercise asks for.",
    ),
    (
        r"passes to `.*` what does not cross",
        "Pass plain data. Of a function that is passed let the exercise say the name, so that the "
        "student's notebook defines it.",
    ),
    (
        r"compares `|reads the code|uses `|shows `|the type of `|"
        r"asks for (instances|subclasses) of `|reads .+ of(?: the code of)? `|"
        r"derives a class|makes a number of|makes an array of|pickles `|as an array|turns a value|"
        r"measures `|inspects `",
        "Ask the student's function or class for plain data, by calling a function, and compare "
        "that.",
    ),
    (
        r"sets a seed",
        "Let the function take a random generator's seed as an argument, or test what holds for "
        "every seed.",
    ),
    (
        r"patches|sets the name|sets `",
        "Give the function what it depends on as an argument, so that the test passes it.",
    ),
    (
        r"of a class that both sides have",
        "Let a function of the student's return what the class counts or keeps.",
    ),
    (
        r"looks at (what is logged|warnings)|differentiates what",
        "Let the function return what it has to say, or raise it as an exception.",
    ),
    (
        r"passes on more than|that is passed on holds|changes an object of the test's",
        "Pass on fewer objects, of a class that a locked cell defines and that hold plain data.",
    ),
    (
        r"current figure",
        "Let the function return what it draws, as numbers and texts, or have the plot graded by "
        "a person: a manually graded cell.",
    ),
    (
        r"did not end in a number of points",
        "End the test in nothing, for all points, or in a Python int or float from 0 to the "
        "cell's points: `float(...)`.",
    ),
    (r"goes through globals", "Name the variables that the test looks at."),
    (
        r"prints more than",
        "Let the function return its result, or print less.",
    ),
    (
        r"NameError|ModuleNotFoundError|ImportError",
        "Import what the test uses, and define its helpers, in a locked cell or in the test "
        "itself; files it imports belong beside the notebook in source/.",
    ),
)
OTHERWISE = (
    "Try the test on plain data of the answer; what it needs besides belongs into a locked cell. "
    "Or grade the cell by hand."
)


def advice_on(reason: str) -> str:
    """Return what to write instead."""
    return next((words for pattern, words in ADVICE if re.search(pattern, reason)), OTHERWISE)
