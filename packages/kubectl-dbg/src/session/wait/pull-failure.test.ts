import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureCode } from '../../model/failures/index.ts';
import { pullFailure } from './pull-failure.ts';

const DIGEST = 'sha256:4014030000000000000000000000000000000000000000000000000000000403';

// Messages of containerd, CRI-O and Docker.
const rows: [name: string, message: string, image: string, code: FailureCode | undefined][] = [
  [
    'no such tag (containerd)',
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/tools:v9": failed to resolve image: docker.io/library/tools:v9: not found',
    'tools:v9',
    'ImageNotFound',
  ],
  [
    'no such tag (CRI-O)',
    'reading manifest v9 in docker.io/library/tools: manifest unknown',
    'tools:v9',
    'ImageNotFound',
  ],
  [
    'no credentials (containerd)',
    'failed to resolve reference "reg.example/x:1": unexpected status from HEAD request to https://reg.example/v2/x/manifests/1: 401 Unauthorized',
    'reg.example/x:1',
    'ImagePullForbidden',
  ],
  [
    'no credentials (Docker Hub)',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'me/x',
    'ImagePullForbidden',
  ],
  [
    'no credentials (CRI-O)',
    'reading manifest 1 in quay.io/me/x: unauthorized: access to the requested resource is not authorized',
    'quay.io/me/x:1',
    'ImagePullForbidden',
  ],
  [
    'forbidden',
    'unexpected status from GET request to https://reg.example/v2/: 403 Forbidden',
    'x',
    'ImagePullForbidden',
  ],
  [
    'a digest that contains 401 and 403, and a broken connection',
    `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://reg.example/v2/x/blobs/${DIGEST}": EOF`,
    `reg.example/x@${DIGEST}`,
    undefined,
  ],
  [
    'the same, unquoted',
    `failed to extract layer ${DIGEST}: unexpected EOF`,
    `reg.example/x@${DIGEST}`,
    undefined,
  ],
  ['port 4010', 'dial tcp 10.0.4.1:4010: connect: connection refused', 'x', undefined],
  ['port 403', 'dial tcp registry:403: i/o timeout', 'registry:403/x', undefined],
  [
    'an image name with "forbidden"',
    'failed to pull and unpack image "reg.example/forbidden/unauthorized:401": net/http: TLS handshake timeout',
    'reg.example/forbidden/unauthorized:401',
    undefined,
  ],
  ['a size of 401 bytes', 'unexpected commit size 401, expected 403: failed precondition', 'x', undefined],
  [
    'another platform',
    'failed to pull and unpack image "x": no match for platform in manifest: not found',
    'x',
    'ImagePlatformMismatch',
  ],
  ['no such host', 'dial tcp: lookup registry.invalid: no such host', 'x', 'RegistryHostNotFound'],
  ['a slow registry', 'net/http: TLS handshake timeout', 'x', undefined],
];

for (const [name, message, image, code] of rows) {
  test(`at the first failure: ${name}`, () => {
    const diagnosis = pullFailure('ErrImagePull', message, image, false);
    assert.equal(diagnosis?.failure.code, code);
    // Once the kubelet backs off, each failure has an explanation, but still only refusals count as such.
    const later = pullFailure('ImagePullBackOff', message, image, true)?.failure.code;
    assert.equal(later, code ?? 'ImagePullFailed');
  });
}

const patient: [name: string, message: string, code: FailureCode][] = [
  ['a rate limit', 'toomanyrequests: You have reached your pull rate limit', 'RegistryRateLimited'],
  [
    'an unknown issuer',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'RegistryNotTrusted',
  ],
  ['a full disk', 'write /var/lib/x: no space left on device', 'NodeDiskFull'],
];

for (const [name, message, code] of patient) {
  test(`only once the kubelet backs off: ${name}`, () => {
    assert.equal(pullFailure('ErrImagePull', message, 'x', false), undefined);
    assert.equal(pullFailure('ImagePullBackOff', message, 'x', true)?.failure.code, code);
  });
}
