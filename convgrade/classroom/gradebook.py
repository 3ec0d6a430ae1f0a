"""One connection to the gradebook for a whole class, one transaction for each student."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.orm import Session, scoped_session, sessionmaker

__all__ = ["SharedGradebook"]


class _Held(Session):
    """Writes at a commit what is to be written, and keeps the transaction open."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()  # as a commit does: scores are sums that the database computes


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

        def init(book: Any, url: str, course: str = "default_course", *rest: Any) -> None:
            if url != self._url:
                opened(book, url, course, *rest)
                return
            book.engine, book.db = self._first.engine, self._session
            book.course_id = course
            book.authenticator = rest[0] if rest else None
            if course in self._courses:
                self._session.expire_all()
            else:
                book.check_course(course_id=course)
                self._courses.add(course)

        def close(book: Any) -> None:
            if book.db is not self._session:
                closed(book)

        Gradebook.__init__, Gradebook.close = init, close
        try:
            yield
        finally:
            Gradebook.__init__, Gradebook.close = opened, closed

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
            self._session.remove()
