import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createAuthority } from './authority.ts';
import { integer, objectIdentifier, time } from './der.ts';

test('DER encodes signs of integers, base-128 parts of identifiers and the century of times', () => {
  assert.equal(integer(Buffer.from([0, 0, 0x80])).toString('hex'), '02020080');
  assert.equal(objectIdentifier('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302');
  assert.equal(time(new Date('2026-01-02T03:04:05Z')).toString('latin1').slice(2), '260102030405Z');
  assert.equal(time(new Date('2050-01-02T03:04:05Z')).toString('latin1').slice(2), '20500102030405Z');
});

test('OpenSSL parses certificates as issued', () => {
  const authority = createAuthority();
  const ca = new X509Certificate(authority.certificate);
  const server = new X509Certificate(authority.issueServer(['localhost'], ['127.0.0.1']).certificate);
  const client = new X509Certificate(authority.issueClient({ name: 'dan', groups: ['a', 'b'] }).certificate);
  assert.ok(ca.ca);
  assert.ok(server.verify(ca.publicKey) && client.verify(ca.publicKey));
  assert.ok(!server.ca && server.checkIssued(ca));
  assert.equal(server.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1');
  assert.equal(client.subject, 'O=a\nO=b\nCN=dan');
});

test('a TLS handshake with client and server certificates succeeds', async () => {
  const authority = createAuthority();
  const { certificate, key } = authority.issueServer(['localhost'], ['127.0.0.1']);
  const server = createServer({ cert: certificate, key, ca: authority.certificate, requestCert: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = authority.issueClient({ name: 'dan' });
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: authority.certificate,
    cert: client.certificate,
    key: client.key,
  });
  const [[peer]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
  assert.ok(socket.authorized);
  assert.ok(peer.authorized);
  assert.equal(peer.getPeerCertificate().subject.CN, 'dan');
  socket.destroy();
  peer.destroy();
  server.close();
});
