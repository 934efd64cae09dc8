import { type Certificate, issueCertificate, type Subject } from './certificate.ts';

/** A user of the sandbox: the name and groups in its client certificate. */
export interface SandboxUser {
  name: string;
  groups?: readonly string[];
}

/** A certificate and its key, both PEM. */
export type KeyPair = Pick<Certificate, 'certificate' | 'key'>;

/** The sandbox's own certificate authority. It exists only while the sandbox does. */
export interface Authority {
  /** PEM. */
  certificate: string;
  issueServer(dnsNames: readonly string[], ipAddresses: readonly string[]): KeyPair;
  issueClient(user: SandboxUser): KeyPair;
}

export function createAuthority(): Authority {
  const ca = issueCertificate({ subject: { commonName: 'kube-sandbox-ca' }, use: 'ca' });
  return {
    certificate: ca.certificate,
    issueServer(dnsNames, ipAddresses) {
      const subject: Subject = { commonName: 'kube-apiserver' };
      return issueCertificate({ subject, use: 'server', dnsNames, ipAddresses }, ca);
    },
    issueClient({ name, groups = [] }) {
      const subject: Subject = { commonName: name, organizations: groups };
      return issueCertificate({ subject, use: 'client' }, ca);
    },
  };
}
