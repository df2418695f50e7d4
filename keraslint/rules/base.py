"""What a rule is: a code, a name taken from its module, a severity, and the way to make a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from keraslint.findings import Finding, Fix, Related, Severity

if TYPE_CHECKING:
    from keraslint.findings import Location

Subject: TypeAlias = Literal["site", "change", "failure", "comment", "dict", "nested"]


@dataclass(frozen=True)
class Rule:
    """``rule = Rule(__name__, code="KER202", since="0.1.0")`` at the top of a rule's module.

    The module's ``check(site, verdict)`` yields findings; the engine calls it once per site and target
    version. ``site`` is a ``TrainingSite``, ``verdict`` what ``pairing`` says of it. With
    ``subject="failure"`` it is ``check(failure)``, called for what could not be read, with
    ``subject="change"`` ``check(change)``, called for sites on which two versions differ; with
    ``subject="comment"`` ``check(useless)``, called for comments that silence nothing. With
    ``subject="dict"`` or ``"nested"`` it is ``check(migration)``, called for each model where whole sites are
    to be rewritten to that style. A rule with
    ``keras=3`` speaks of something that this major version does, which no verdict shows, and is asked for
    no other. An ``optional`` rule is a matter of style, and is asked only where a selector names it more
    closely than ``ALL``.
    """

    module: str
    code: str
    since: str
    severity: Severity = Severity.ERROR
    subject: Subject = "site"
    keras: int | None = None
    optional: bool = False

    @property
    def name(self) -> str:
        """The kebab-case name: the module's own."""
        return self.module.rpartition(".")[2].replace("_", "-")

    def finding(  # noqa: PLR0913 (a finding has as many optional parts)
        self,
        location: Location,
        message: str,
        *,
        severity: Severity | None = None,
        related: tuple[Related, ...] = (),
        fixes: tuple[Fix, ...] = (),
        unfixed: str = "",
    ) -> Finding:
        """A finding of this rule at ``location``."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            message=message,
            location=location,
            related=related,
            fixes=fixes,
            unfixed=unfixed,
        )
