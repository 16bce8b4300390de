"""A teacher's question about the class's data, answered with a chart of true figures."""

from analytics.data_query.answering import answer_question

__all__ = ["answer_question"]
