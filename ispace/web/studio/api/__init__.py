"""The studio's HTTP API, version 1: operations, and the OpenAPI document that is made from them."""
