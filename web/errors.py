"""What is wrong with a request, as JSON with one message in the language of its reader."""

from __future__ import annotations

from starlette.responses import JSONResponse

from foundation.errors import RunFailedError, ScenarioError, UserError
from foundation.language.text import LANGUAGES, in_language
from foundation.store.reading import Document


class RefusedError(UserError):
    """A request that is not answered, with the status of HTTP that says why."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class StrategyError(ScenarioError):
    """All problems of one of the strategies of a request."""

    def __init__(self, error: ScenarioError, strategy: int) -> None:
        self.strategy = strategy
        super().__init__(error.problems)


def refusal(status: int, message: str, lang: str) -> JSONResponse:
    """An error of its own."""
    return told(RefusedError(status, message), lang)


def told(error: Exception, lang: str) -> JSONResponse:
    """The response for an error."""
    found = document(error, lang)
    return JSONResponse({"error": found}, status_code=found["status"])


def document(error: Exception, lang: str) -> Document:
    """An error as the page gets it."""
    lang = lang if lang in LANGUAGES else "en"
    if isinstance(error, ScenarioError):
        problems = [
            {
                "key": problem.key,
                "message": problem.line(lang),
                "allowed": in_language(problem.allowed, lang),
                "suggestion": problem.suggestion,
            }
            for problem in error.problems
        ]
        message = "\n".join(problem.line(lang) for problem in error.problems)
        where = getattr(error, "strategy", 0)
        return {"status": 422, "message": message, "problems": problems, "strategy": where}
    if isinstance(error, UserError):
        return {"status": getattr(error, "status", 422), "message": in_language(str(error), lang), "problems": []}
    if isinstance(error, RunFailedError):
        return {"status": 500, "message": in_language(str(error), lang), "problems": []}
    text = in_language(f"{type(error).__name__}: {error} (MES_DEBUG=1 shows where)", lang)
    return {"status": 500, "message": text, "problems": []}
