"""A small OpenAPI 3.1 document in the shape of the compiled contracts, for tests of generation and validation."""

from __future__ import annotations

import copy
from typing import Any

FUBAN = "jutogaishaatenabangofuban"
SHOKAI = "shokai"
PLAIN = "plain"
JSON_UTF8 = "application/json;charset=UTF-8"

# Two spellings on purpose: the code point range as the standard's types need it.
HALF = "^[\\x21-\\x7E]*$"
FULL = "^[^\\u0000-\\u007F\\uFF61-\\uFFDC\\uFFE8-\\uFFEE]*$"


def item(name: str, kind: str, length: int, number: int, **more: Any) -> dict[str, Any]:
    """One property schema with its ``x-renkei`` marks."""
    marks = {
        "type": kind,
        "length": str(length),
        "fixed": more.pop("fixed", False),
        "name": name,
        "number": number,
        "clause": "S3",
        "basis": "sourced",
        "condition": more.pop("condition", ""),
        "nullable": False,
        "code": more.pop("code", ""),
    }
    schema: dict[str, Any] = {"type": "string", "x-renkei": marks}
    if kind == "X":
        schema |= {"pattern": HALF, "minLength": length if marks["fixed"] else 1, "maxLength": length}
    if kind == "N":
        schema |= {"pattern": FULL, "minLength": 1, "maxLength": length}
    if kind == "DATE":
        schema |= {"pattern": "^\\d{4}-\\d{2}-\\d{2}$"}
    if kind == "TIME":
        schema |= {"pattern": "^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$"}
    return schema | more


REQUEST = {
    "type": "object",
    "required": [
        "shorikubun",
        "shikuchosonkodo",
        "nayosemotofuragu",
        "tagyomusanshofukafuragu",
        "sosashaid",
        "sosanengappi",
        "sosajikoku",
    ],
    "properties": {
        "shorikubun": item("処理区分", "X", 1, 0, fixed=True, enum=["0", "1", "2"]),
        "shikuchosonkodo": item("市区町村コード", "X", 6, 1, fixed=True),
        "atenabango": item("宛名番号", "X", 15, 2, condition='処理区分"1"、または"2"の場合は必須'),
        "kojinbango": item("個人番号", "X", 12, 3, fixed=True),
        "shimei": item("氏名", "N", 100, 4),
        "shimei_furigana": item("氏名_フリガナ", "N", 100, 5),
        "seinengappi": item("生年月日", "DATE", 10, 6, description="不詳日を許容する"),
        "jusho_katagaki": item("方書", "N", 300, 7),
        "nayosemotofuragu": item("名寄せ元フラグ", "X", 1, 8, fixed=True, enum=["0", "1"]),
        "nayosesakiatenabango": item("名寄せ先宛名番号", "X", 15, 9),
        "tagyomusanshofukafuragu": item("他業務参照不可フラグ", "X", 1, 10, fixed=True, enum=["0", "1"]),
        "sosashaid": item("操作者ID", "X", 10, 11),
        "sosanengappi": item("操作年月日", "DATE", 10, 12),
        "sosajikoku": item("操作時刻", "TIME", 8, 13),
    },
    "allOf": [
        {
            "if": {"required": ["shorikubun"], "properties": {"shorikubun": {"enum": ["1", "2"]}}},
            "then": {"required": ["atenabango"]},
        },
        {
            "if": {"required": ["nayosemotofuragu"], "properties": {"nayosemotofuragu": {"const": "1"}}},
            "then": {"required": ["nayosesakiatenabango"]},
        },
    ],
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "住登外者宛名番号付番", "version": "2.0"},
    "paths": {
        "/app_submit/v10/jutogaishaatenabangofuban": {
            "post": {
                "operationId": FUBAN,
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}},
                },
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {JSON_UTF8: {"schema": {"$ref": "#/components/schemas/Ok"}}},
                        "links": {
                            "read": {
                                "operationId": SHOKAI,
                                "requestBody": {"atenabango": "$response.body#/result/0/atenabango"},
                            }
                        },
                    },
                    "400": {"$ref": "#/components/responses/Bad"},
                    "5XX": {"description": "time-out or maintenance; the body need not be JSON"},
                },
            }
        },
        "/app_submit/v10/shokai": {
            "post": {
                "operationId": SHOKAI,
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["shikuchosonkodo"],
                                "properties": {
                                    "shikuchosonkodo": {
                                        "$ref": "#/components/schemas/Request/properties/shikuchosonkodo"
                                    },
                                    "atenabango": {"$ref": "#/components/schemas/Request/properties/atenabango"},
                                },
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "ok", "content": {"application/problem+json": {"schema": {}}}}},
            }
        },
        "/plain": {
            "post": {
                "operationId": PLAIN,
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["n"],
                                "properties": {
                                    "n": {"type": "integer", "minimum": 1, "maximum": 999},
                                    "t": {"type": ["string", "null"], "format": "date"},
                                    "c": {
                                        "oneOf": [
                                            {"const": "a"},
                                            {"type": "array", "items": {"type": "boolean"}, "maxItems": 2},
                                        ]
                                    },
                                    "k": {"type": "string", "pattern": "^𠮷+$"},
                                },
                                "additionalProperties": False,
                            }
                        }
                    }
                },
                "responses": {"default": {"description": "any", "content": {"*/*": {"schema": {"type": "object"}}}}},
            }
        },
    },
    "components": {
        "schemas": {
            "Request": REQUEST,
            "Ok": {
                "type": "object",
                "required": ["metadata", "_links", "result"],
                "properties": {
                    "metadata": {
                        "type": "object",
                        "required": ["title", "detail"],
                        "properties": {
                            "title": {"const": "住登外者宛名番号付番"},
                            "detail": {"const": "登録が完了しました。"},
                        },
                    },
                    "_links": {"type": "object", "required": ["self"]},
                    "result": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["atenabango", "rirekibango"],
                            "properties": {
                                "atenabango": {"type": "string", "pattern": "^\\d{1,15}$"},
                                "rirekibango": {"type": "integer", "minimum": 1, "maximum": 999},
                            },
                        },
                    },
                },
            },
            "Bad": {
                "type": "object",
                "required": ["title", "detail", "_links", "errors"],
                "properties": {
                    "errors": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["code", "message"],
                            "properties": {"code": {"enum": ["E0001", "E0002", "E0003", "E0004"]}},
                        },
                    }
                },
            },
        },
        "responses": {
            "Bad": {
                "description": "bad",
                "content": {"application/json; charset=utf-8": {"schema": {"$ref": "#/components/schemas/Bad"}}},
            }
        },
    },
}

GOOD_REQUEST = {
    "shorikubun": "0",
    "shikuchosonkodo": "131016",
    "shimei": "佐藤　一郎",
    "nayosemotofuragu": "0",
    "tagyomusanshofukafuragu": "0",
    "sosashaid": "123456",
    "sosanengappi": "2021-11-01",
    "sosajikoku": "09:00:00",
}
GOOD_OK = {
    "metadata": {"title": "住登外者宛名番号付番", "detail": "登録が完了しました。"},
    "_links": {"self": {"href": "/app_submit/v10/jutogaishaatenabangofuban"}},
    "result": [{"atenabango": "000000000000019", "rirekibango": 1}],
}
GOOD_BAD = {"title": "t", "detail": "d", "_links": {}, "errors": [{"code": "E0001", "message": "m"}]}


def changed(body: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A deep copy of a body with members set (``...`` removes one)."""
    copied = copy.deepcopy(body) | members
    return {name: value for name, value in copied.items() if value is not ...}
