"""One connection to the gradebook for a whole class."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from nbgrader.api import BaseCell, Comment, Grade, Gradebook
from sqlalchemy.orm import Session, scoped_session, sessionmaker

__all__ = ["SharedGradebook", "share_for"]


class _Held(Session):
    """Keeps the transaction open at a commit; queries write what there is to write before."""

    def commit(self) -> None:
        """Leave it to `SharedGradebook.transaction`."""


class SharedGradebook:
    """Lets nbgrader open the gradebook as often as it likes: it gets the same one each time.

    nbgrader opens it a dozen times for every notebook, looks through its tables
    each time, and commits after every score. While `shared` is entered, opening
    costs nothing, and everything about a student is committed at once or not at all.

    Parameters
    ----------
    url : str
        The gradebook's.
    course : str
        The course's id.
    """

    def __init__(self, url: str, course: str) -> None:
        self._url = url
        self._first = Gradebook(url, course)  # makes the tables if need be
        self._courses = {course}
        self._found: dict[tuple[Any, tuple[str, ...]], dict[str, Any]] = {}
        maker = sessionmaker(class_=_Held, autoflush=True, bind=self._first.engine, future=True)
        self._session = scoped_session(maker)

    def close(self) -> None:
        """Give the connection back."""
        self._session.remove()
        self._first.close()

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Stand in for every gradebook of this address that is opened."""
        opened, closed = Gradebook.__init__, Gradebook.close
        find_grade, find_comment = Gradebook.find_grade, Gradebook.find_comment

        def init(book: Any, url: str, course: str = "default_course", *rest: Any) -> None:
            if url != self._url:
                opened(book, url, course, *rest)
                return
            book.engine, book.db = self._first.engine, self._session
            book.course_id = course
            book.authenticator = rest[0] if rest else None
            self._found.clear()
            self._session.flush()
            self._session.expire_all()  # scores are sums that the database computes
            if course not in self._courses:
                book.check_course(course_id=course)
                self._courses.add(course)

        def close(book: Any) -> None:
            if book.db is not self._session:
                closed(book)

        def grade(book: Any, cell: str, *place: str) -> Any:
            return self._rows(book, Grade, place).get(cell) or find_grade(book, cell, *place)

        def comment(book: Any, cell: str, *place: str) -> Any:
            return self._rows(book, Comment, place).get(cell) or find_comment(book, cell, *place)

        Gradebook.__init__, Gradebook.close = init, close
        Gradebook.find_grade, Gradebook.find_comment = grade, comment
        try:
            yield
        finally:
            Gradebook.__init__, Gradebook.close = opened, closed
            Gradebook.find_grade, Gradebook.find_comment = find_grade, find_comment

    def _rows(self, book: Any, kind: Any, place: tuple[str, ...]) -> dict[str, Any]:
        """Return a student's scores or comments in a notebook by cell, found at once.

        nbgrader finds each with a join of six tables.
        """
        if book.db is not self._session:
            return {}
        if (kind, place) not in self._found:
            notebook = book.find_submission_notebook(*place)
            rows = (
                book.db.query(BaseCell.name, kind)
                .join(kind, BaseCell.id == kind.cell_id)
                .filter(kind.notebook_id == notebook.id)
            )
            self._found[kind, place] = dict(map(tuple, rows))
        return self._found[kind, place]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside, or nothing of it if there is an error."""
        courses = set(self._courses)
        try:
            yield
            Session.commit(self._session())
        except BaseException:
            self._courses = courses
            self._session.rollback()
            raise
        finally:
            self._found.clear()
            self._session.remove()


def share_for(converter: Any) -> None:
    """Let a converter of nbgrader's open the gradebook once for all that it converts.

    SQL is compiled once then, and not for each notebook. Nothing stays locked from one notebook to
    the next.

    Parameters
    ----------
    converter : nbgrader.converters.base.BaseConverter
    """
    convert_all, convert_one = converter.convert_notebooks, converter.convert_single_notebook
    coursedir = converter.coursedir

    def convert_notebooks() -> None:
        gradebook = SharedGradebook(coursedir.db_url, coursedir.course_id)

        def convert_single_notebook(path: str) -> None:
            with gradebook.transaction():
                convert_one(path)

        converter.convert_single_notebook = convert_single_notebook
        try:
            with gradebook.shared():
                convert_all()
        finally:
            gradebook.close()

    converter.convert_notebooks = convert_notebooks
