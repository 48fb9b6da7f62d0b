"""/docs shows REST's real bodies: the payload structs as components."""

from __future__ import annotations

import msgspec
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from realtime.openapi import listed, listed_plain, page_of, topical
from realtime.tests.ledger import Amount


class Book(msgspec.Struct):
    name: str
    amounts: list[Amount]


class BookView(APIView):
    @extend_schema(responses={200: Book, 206: listed(Amount), 207: listed_plain(Amount)})
    def get(self, request):
        """Never called."""


def test_a_struct_its_rows_and_lists_of_it_are_described():
    document = SchemaGenerator(patterns=[path("books/", BookView.as_view())]).get_schema(public=True)
    schemas = document["components"]["schemas"]
    assert schemas["Book"]["properties"]["amounts"]["items"] == {"$ref": "#/components/schemas/Amount"}
    assert schemas["Amount"]["properties"]["amount"] == {"type": "number"}
    answers = document["paths"]["/books/"]["get"]["responses"]
    assert answers["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Book"}
    item = answers["206"]["content"]["application/json"]["schema"]["properties"]["items"]["items"]
    assert set(item["properties"]) == set(item["required"]) == {"account_id", "amount", "topic", "cursor"}
    plain = answers["207"]["content"]["application/json"]["schema"]["properties"]["items"]["items"]
    assert set(plain["properties"]) == {"account_id", "amount"}


class TopicView(APIView):
    @extend_schema(responses=topical(Amount))
    def get(self, request):
        """Never called."""


def test_a_topics_path_may_answer_without_a_body():
    document = SchemaGenerator(patterns=[path("amount/", TopicView.as_view())]).get_schema(public=True)
    answers = document["paths"]["/amount/"]["get"]["responses"]
    assert ["content" in answers[status] for status in ("200", "204", "304")] == [True, False, False]


class ShelfView(APIView):
    @extend_schema(responses=page_of(Book))
    def get(self, request):
        """Never called."""


def test_a_page_of_structs_that_hold_others_is_described():
    document = SchemaGenerator(patterns=[path("shelf/", ShelfView.as_view())]).get_schema(public=True)
    schemas = document["components"]["schemas"]
    assert {"Amount", "Book", "BookPage"} <= set(schemas)
    assert schemas["BookPage"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Book"}
    assert set(schemas["BookPage"]["required"]) == {"items", "next"}
