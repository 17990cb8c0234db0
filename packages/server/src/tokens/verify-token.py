"""Verifies an access token with PyJWT and nothing else: the job on standard input, the verdict on
standard output, both as JSON. Run by python-verifies.test.ts."""

import json
import sys

import jwt

job = json.load(sys.stdin)
kid = jwt.get_unverified_header(job["token"])["kid"]
published = {key.key_id: key for key in jwt.PyJWKSet.from_dict(job["jwks"]).keys}
try:
    claims = jwt.decode(
        job["token"],
        published[kid].key,
        algorithms=[job["algorithm"]],
        issuer=job["issuer"],
        audience=job["audience"],
        options={"require": ["exp", "iat", "iss", "aud", "sub", "jti"]},
    )
    verdict = {"kind": "valid", "claims": claims}
except jwt.InvalidTokenError as error:
    verdict = {"kind": "invalid", "error": type(error).__name__}
json.dump(verdict, sys.stdout)
