"""What is wrong with a pairing: a live model, its site and a verdict enter, findings leave.

The rules of the linter are asked first. What they leave unsaid, since it cannot be read off source or is
true of a few old releases only, is found by holding each term against what was written for its head.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keraslint.pairing import By, Paired, Rejected, Verdict
from keraslint.rules import registered
from keraslint.runtime import kinds
from keraslint.runtime.intended import intended, is_written, named_metrics, same_thing
from keraslint.runtime.reading import text_of
from keraslint.runtime.trees import shown as place
from keraslint.sites.model import Given
from keraslint.sites.reading import heads, is_flat, is_mapping, shown
from keraslint.tree import Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.findings import Finding, Location
    from keraslint.pairing import Metric, Term
    from keraslint.runtime.reading import Live
    from keraslint.sites.model import TrainingSite, Written
    from keraslint.tree import Path, Tree

# A flat list of metrics is right in Keras 3, and the table shows which head each one goes to.
NOT_ASKED = frozenset({"KER211"})

_TERM_PARTS = {
    "targets": ("target", "the target"),
    "loss": ("loss", "the loss"),
    "loss_weights": ("weight", "the loss weight"),
    "sample_weight": ("sample_weight", "the sample weight"),
}
# The rules that speak of each part: where one of them has spoken, nothing is added.
_SPOKEN = {
    "targets": {"KER108", "KER112", "KER201"},
    "loss": {"KER101", "KER102", "KER104", "KER117", "KER202", "KER214", "KER301"},
    "loss_weights": {"KER103", "KER104", "KER113", "KER203"},
    "sample_weight": {"KER110"},
    "metrics": {"KER105", "KER106", "KER107", "KER204", "KER206", "KER302"},
}
# The rules that speak of several parts, and say of which.
_OF_SEVERAL = frozenset({"KER114", "KER115", "KER205", "KER212"})
_WORDS = {
    "targets": "targets",
    "loss": "losses",
    "loss_weights": "weights",
    "sample_weight": "sample weights",
    "metrics": "metrics",
}
WITHOUT_LOSS = "KER306"


def findings(live: Live, site: TrainingSite, verdict: Verdict, major: int) -> Iterator[Finding]:
    """Everything that is wrong with how the parts meet."""
    said = list(_by_rules(site, verdict, major))
    yield from said
    at = site.data.location if site.data else site.model
    match verdict:
        case Rejected() if not said:
            yield kinds.REJECTED.at(at, f"Keras raises {verdict.error} at {verdict.call}: {verdict.message}")
        case Paired() if isinstance(site.outputs, Given):
            yield from _Held(live, site.outputs.tree, verdict, at, said).findings()


def _by_rules(site: TrainingSite, verdict: Verdict, major: int) -> Iterator[Finding]:
    for found in registered():
        rule = found.rule
        asked = rule.subject == "site" and not rule.optional and rule.code not in NOT_ASKED
        if asked and rule.keras in (None, major):
            for finding in found.check(site, verdict):
                yield replace(finding, related=(), fixes=())


@dataclass(frozen=True)
class _Held:
    """A pairing held against what was written for each head."""

    live: Live
    outputs: Tree[Written]
    paired: Paired
    at: Location
    said: list[Finding]

    def findings(self) -> Iterator[Finding]:
        several = len(heads(self.outputs)) > 1
        if several:
            yield from self._exchanged()
            yield from self._exchanged_metrics()
            yield from self._one_target()
        yield from self._untrained()
        yield from self._unused_targets()
        yield from self._without_loss()

    def _silent_about(self, part: str) -> bool:
        return not any(
            one.code in _SPOKEN[part] or (one.code in _OF_SEVERAL and _WORDS[part] in one.message)
            for one in self.said
        )

    def _name(self, head: Path) -> str:
        return shown(self.outputs, head)

    def _exchanged(self) -> Iterator[Finding]:
        for part, (attribute, words) in _TERM_PARTS.items():
            tree = self.live.parts.get(part)
            if tree is None or not self._silent_about(part):
                continue
            wanted = intended(self.outputs, tree)
            for term in self.paired.terms:
                got: Path | None = getattr(term, attribute)
                own = wanted.get(term.head)
                if got is None or own is None or own == got[: len(own)] or same_thing(tree, own, got):
                    continue
                text = f"Keras gives {self._name(term.head)!r} {words} at {place(got)}, not its own"
                yield kinds.EXCHANGED.at(self.at, f"{text} at {place(own)}")

    def _exchanged_metrics(self) -> Iterator[Finding]:
        wanted = intended(self.outputs, self.live.parts.get("targets"))
        for part, computed in self._metrics().items():
            named = named_metrics(self.outputs, self.live.parts.get(part))
            owner = {path: head for head, paths in named.items() for path in paths}
            for metric in computed:
                lengths = range(len(metric.metric), 0, -1)
                owners = (owner[metric.metric[:n]] for n in lengths if metric.metric[:n] in owner)
                meant_for = next(owners, metric.head)
                if meant_for != metric.head and self._silent_about("metrics"):
                    text = f"the metric written for {self._name(meant_for)!r} is computed for"
                    yield kinds.EXCHANGED.at(self.at, f"{text} {self._name(metric.head)!r}")
                if self._silent_about("targets") and self._silent_about("metrics"):
                    yield from self._target_of(metric, wanted.get(metric.head))

    def _target_of(self, metric: Metric, own: Path | None) -> Iterator[Finding]:
        targets, got = self.live.parts.get("targets"), metric.target
        if targets is None or own is None or got is None or own == got or same_thing(targets, own, got):
            return
        text = f"Keras computes the metric {metric.log!r} of {self._name(metric.head)!r} with the target at"
        yield kinds.EXCHANGED.at(self.at, f"{text} {place(got)}")

    def _metrics(self) -> dict[str, list[Metric]]:
        return {
            "metrics": [one for one in self.paired.metrics if not one.weighted],
            "weighted_metrics": [one for one in self.paired.metrics if one.weighted],
        }

    def _one_target(self) -> Iterator[Finding]:
        users: dict[Path, list[Path]] = {}
        for term in self.paired.terms:
            if term.target is not None and (term.target_by is By.BROADCAST or term.target == ()):
                users.setdefault(term.target, []).append(term.head)
        for target, served in users.items():
            names = [self._name(head) for head in dict.fromkeys(served)]
            if len(names) > 1 and self._silent_about("targets"):
                text = f"one target ({place(target) if target else 'y'}) trains the heads {names}"
                yield kinds.ONE_TARGET.at(self.at, text)

    def _untrained(self) -> Iterator[Finding]:
        """Heads for which a loss stands there, and no term of the total is made of it."""
        if not (self._silent_about("loss") and self._silent_about("targets")):
            return
        loss = self.live.parts.get("loss")
        trained = [term.head for term in self.paired.terms]
        targets = self.live.parts.get("targets")
        own = intended(self.outputs, targets)
        for head in self._meant_to_be_trained(loss):
            left_out = head in own and not is_written(targets, own[head])
            if not left_out and not any(head[: len(one)] == one for one in trained):
                yield kinds.UNTRAINED.at(self.at, f"Keras does not train {self._name(head)!r}")

    def _meant_to_be_trained(self, loss: Tree[Any] | None) -> Iterable[Path]:
        if isinstance(loss, Leaf) and loss.value is not None:
            return heads(self.outputs)
        wanted = intended(self.outputs, loss)
        return [head for head, path in wanted.items() if is_written(loss, path)]

    def _unused_targets(self) -> Iterator[Finding]:
        """Keys of the targets that name no head, where Keras takes them without a word."""
        targets = self.live.parts.get("targets")
        if targets is None or not is_mapping(targets) or not self._silent_about("targets"):
            return
        both = [one.target for one in self.paired.terms] + [one.target for one in self.paired.metrics]
        used = [path for path in both if path is not None]
        names = {self._name(head) for head in heads(self.outputs)}
        idle = [
            place(path)
            for path, leaf in leaves(targets)
            if leaf is not None and not any(path[: len(one)] == one for one in used)
        ]
        strange = [name for name in idle if name not in names] if is_flat(self.outputs) else idle
        if strange:
            yield kinds.UNUSED_TARGETS.at(self.at, f"no loss and no metric reads the targets {strange}")

    def _without_loss(self) -> Iterator[Finding]:
        reached = [term.head for term in self.paired.terms] + [one.head for one in self.paired.metrics]
        lost = [h for h in heads(self.outputs) if not any(h[: len(one)] == one for one in reached)]
        wanted = set(self._meant_to_be_trained(self.live.parts.get("loss")))
        names = [self._name(head) for head in lost if head not in wanted]
        if names and reached and not any(one.code == WITHOUT_LOSS for one in self.said):
            yield kinds.NO_LOSS.at(self.at, f"no loss and no metric reaches {names}")


def shared_metrics(live: Live, at: Location) -> Iterator[Finding]:
    """One metric object in several places: its state is one, so it shows a mixture."""
    places: dict[int, list[tuple[str, Any]]] = {}
    for part in ("metrics", "weighted_metrics"):
        tree = live.parts.get(part)
        for path, leaf in () if tree is None else leaves(tree):
            if hasattr(leaf, "update_state"):
                places.setdefault(id(leaf), []).append((f"{part}{_keys(path)}", leaf))
    for found in places.values():
        if len(found) > 1:
            names = [name for name, _ in found]
            text = f"{text_of(found[0][1])} is one object at {names}: each shows a mixture of all"
            yield kinds.SHARED_METRIC.at(at, text)


def _keys(path: Path) -> str:
    return "".join(f"[{key!r}]" for key in path)


def terms_of(paired: Paired, head: Path) -> list[Term]:
    """The terms that train a head."""
    return [term for term in paired.terms if head[: len(term.head)] == term.head]
