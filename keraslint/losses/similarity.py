"""Losses of embeddings by their labels, as functions: queries against keys.

Embeddings of shape ``(queries, size)`` and ``(keys, size)``, of length 1 each, and integer labels of shape
``(queries,)`` and ``(keys,)`` enter; one value for each query, shape ``(queries,)``, leaves. Keys default to
the queries; then no query is its own key. Labels are compared as they are, never as floats, in which integers
above 2**24 collide. A query that lacks what its loss needs has value 0 and no gradient.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from keras import ops

FAR = -1e9  # stands for minus infinity in a log-sum-exp, where the gradient of that may be NaN


class Compared(NamedTuple):
    """Cosine similarities of shape ``(queries, keys)``, and which of the pairs have the same label."""

    similarity: Any
    same: Any
    other: Any


def compared(
    labels: Any, embeddings: Any, key_labels: Any = None, key_embeddings: Any = None, pairs: Any = None
) -> Compared:
    """Every query against every key. Raises ``ValueError`` for keys without labels, labels without keys."""
    if (key_labels is None) != (key_embeddings is None):
        msg = "Keys have labels and embeddings: give both, or neither for the queries themselves."
        raise ValueError(msg)
    embeddings, queries = ops.convert_to_tensor(embeddings), flat(labels)
    if key_labels is None:
        key_labels, key_embeddings = queries, embeddings
        pairs = others(queries) if pairs is None else pairs
    same = ops.equal(queries[:, None], flat(key_labels)[None, :])
    other = ops.logical_not(same)
    if pairs is not None:
        same, other = ops.logical_and(same, pairs), ops.logical_and(other, pairs)
    return Compared(ops.matmul(embeddings, ops.transpose(key_embeddings)), same, other)


def flat(labels: Any) -> Any:
    """Labels of shape ``(batch, 1)`` or ``(batch,)`` as ``(batch,)``."""
    return ops.reshape(ops.convert_to_tensor(labels), (-1,))


def others(queries: Any, keys: Any = None, before: Any = 0) -> Any:
    """Pairs of shape ``(queries, keys)`` without each query and itself, where it stands among the keys.

    The queries are the keys from the one with index ``before`` on; keys default to the queries.
    """
    rows = ops.arange(ops.shape(queries)[0]) + before
    columns = ops.arange(ops.shape(queries if keys is None else keys)[0])
    return ops.not_equal(rows[:, None], columns[None, :])


def _some(mask: Any) -> Any:
    return ops.any(mask, axis=1)


def _log_sum_exp(values: Any, mask: Any) -> Any:
    return ops.logsumexp(ops.where(mask, values, ops.cast(FAR, values.dtype)), axis=1)


def _where_some(values: Any, *masks: Any) -> Any:
    for mask in masks:
        values = ops.where(_some(mask), values, ops.zeros_like(values))
    return values


def circle(
    labels: Any,
    embeddings: Any,
    key_labels: Any = None,
    key_embeddings: Any = None,
    pairs: Any = None,
    *,
    gamma: float = 80.0,
    margin: float = 0.4,
) -> Any:
    """Circle loss, Sun et al. 2020 (arXiv 2002.10857), equation 6, as ``keras.losses.circle`` computes it.

    ``softplus(logsumexp(gamma * an * (sn - margin)) + logsumexp(-gamma * ap * (sp - 1 + margin)))`` with the
    weights ``an = max(sn + margin, 0)`` and ``ap = max(1 + margin - sp, 0)``; gradients go through the
    weights.
    """
    s, same, other = compared(labels, embeddings, key_labels, key_embeddings, pairs)
    s = ops.minimum(s, 1.0)
    near = -gamma * ops.maximum(1 + margin - s, 0.0) * (s - (1 - margin))
    far = gamma * ops.maximum(s + margin, 0.0) * (s - margin)
    value = ops.softplus(_log_sum_exp(near, same) + _log_sum_exp(far, other))
    return _where_some(value, same, other)


def nt_xent(
    labels: Any,
    embeddings: Any,
    key_labels: Any = None,
    key_embeddings: Any = None,
    pairs: Any = None,
    *,
    temperature: float = 0.1,
) -> Any:
    """NT-Xent (Chen et al. 2020, arXiv 2002.05709) for any number of positives: SupCon's outer sum.

    Khosla et al. 2020 (arXiv 2004.11362), equation 2: the mean over a query's positives of
    ``-log(exp(s/t) / sum(exp(s/t) over all keys))``; with one positive a query it is NT-Xent.
    """
    s, same, other = compared(labels, embeddings, key_labels, key_embeddings, pairs)
    s = s / temperature
    log_probability = s - _log_sum_exp(s, ops.logical_or(same, other))[:, None]
    return -_mean_over(log_probability, same)


def contrastive(
    labels: Any,
    embeddings: Any,
    key_labels: Any = None,
    key_embeddings: Any = None,
    pairs: Any = None,
    *,
    margin: float = 1.0,
) -> Any:
    """Contrastive loss, Hadsell et al. 2006: squared distances of positives, squared shortfall of negatives.

    The mean over a query's positives of ``d**2`` plus that over its negatives of ``max(margin - d, 0)**2``,
    with Euclidean distances ``d`` (0 to 2 for embeddings of length 1).
    """
    s, same, other = compared(labels, embeddings, key_labels, key_embeddings, pairs)
    squared = ops.maximum(2 - 2 * s, 0.0)
    distance = ops.sqrt(ops.maximum(squared, 1e-12))
    shortfall = ops.square(ops.maximum(margin - distance, 0.0))
    return _mean_over(squared, same) + _mean_over(shortfall, other)


def triplet(
    labels: Any,
    embeddings: Any,
    key_labels: Any = None,
    key_embeddings: Any = None,
    pairs: Any = None,
    *,
    margin: float = 0.2,
) -> Any:
    """Triplet loss with the hardest pairs of the batch, Hermans et al. 2017 (arXiv 1703.07737), equation 5.

    ``max(margin + greatest distance of a positive - least distance of a negative, 0)``, Euclidean distances.
    """
    s, same, other = compared(labels, embeddings, key_labels, key_embeddings, pairs)
    distance = ops.sqrt(ops.maximum(2 - 2 * s, 1e-12))
    hardest = ops.max(ops.where(same, distance, ops.full_like(distance, FAR)), axis=1)
    nearest = ops.min(ops.where(other, distance, ops.full_like(distance, -FAR)), axis=1)
    return _where_some(ops.maximum(margin + hardest - nearest, 0.0), same, other)


def multi_similarity(
    labels: Any,
    embeddings: Any,
    key_labels: Any = None,
    key_embeddings: Any = None,
    pairs: Any = None,
    *,
    alpha: float = 2.0,
    beta: float = 50.0,
    base: float = 0.5,
) -> Any:
    """Multi-similarity loss, Wang et al. 2019 (arXiv 1904.06627), equation 15, without its mining of pairs.

    ``log(1 + sum(exp(-alpha * (sp - base)))) / alpha + log(1 + sum(exp(beta * (sn - base)))) / beta``.
    """
    s, same, other = compared(labels, embeddings, key_labels, key_embeddings, pairs)
    near = ops.softplus(_log_sum_exp(-alpha * (s - base), same)) / alpha
    far = ops.softplus(_log_sum_exp(beta * (s - base), other)) / beta
    return _where_some(near, same) + _where_some(far, other)


def _mean_over(values: Any, mask: Any) -> Any:
    count = ops.sum(ops.cast(mask, values.dtype), axis=1)
    return ops.divide_no_nan(ops.sum(ops.where(mask, values, ops.zeros_like(values)), axis=1), count)
