import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransportReason } from '../../model/failures/transport.ts';
import { toldOf } from '../../testing/told.ts';

const CODES = ['ServerUnreachable', 'ServerSilent', 'ConnectionBroken'] as const;

const REASONS: readonly [why: Exclude<TransportReason, 'ProxyAnswer'>, remedy: RegExp][] = [
  ['ConnectionRefused', /port/],
  ['HostNotFound', /address in the kubeconfig/],
  ['NameLookupFailed', /DNS/],
  ['ConnectTimedOut', /address in the kubeconfig/],
  ['HostUnreachable', /network/],
  ['NetworkUnreachable', /network/],
  ['AddressNotAvailable', /network/],
  ['ConnectionReset', /^Try again; .*load balancers.*-v=6/],
  ['ConnectionClosed', /^Try again; .*load balancers.*-v=6/],
  ['AnswerTimedOut', /^Try again later, or .*load balancers/],
  ['BodyTimedOut', /--request-timeout/],
  ['PeerSilent', /network/],
  ['NotTls', /http:/],
  ['CertificateNotTrusted', /--certificate-authority/],
  ['CertificateExpired', /Renew/],
  ['CertificateNotYetValid', /clock/],
  ['CertificateNameMismatch', /--tls-server-name/],
  ['ClientCertificateRefused', /client-certificate-data/],
  ['ClientKeyMismatch', /user entry/],
  ['Unknown', /^Try again; /],
];

test('each reason for a failed connection has a next step, wherever it failed', () => {
  for (const code of CODES) {
    for (const [why, remedy] of REASONS) {
      const facts = { server: 'https://x', why };
      assert.match(toldOf({ code, facts, message: '' }).remedy ?? '', remedy, `${code}: ${why}`);
    }
  }
});

test('a failed proxy has a next step, whatever it responded, if anything', () => {
  for (const status of [undefined, 200, 403, 407, 502]) {
    const facts = {
      server: 'https://x',
      why: 'ProxyAnswer',
      proxy: 'http://p',
      source: 'HTTPS_PROXY',
      status,
    };
    assert.ok(toldOf({ code: 'ProxyFailed', facts, message: '' }).remedy, String(status));
  }
});
