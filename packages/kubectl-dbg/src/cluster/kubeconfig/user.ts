import { DbgError } from '../../model/failure.ts';
import type { World } from '../../model/world.ts';
import type { ClusterOptions } from '../options.ts';
import type { ClientCertificate, Endpoint, Impersonation, UserSettings } from './connection.ts';
import { execSettings } from './exec.ts';
import { decodeData, expectPem, fromFile, readNamed } from './files.ts';
import type { ClusterEntry, Entry, UserEntry } from './kubeconfig.ts';
import { idToken } from './oidc.ts';
import { given } from './given.ts';
import { configurationError } from './configuration-error.ts';

/** The user's credentials, from the entry and the flags that override it. */
export function resolveUser(
  user: Entry<UserEntry> | undefined,
  cluster: Entry<ClusterEntry> | undefined,
  endpoint: Endpoint,
  options: ClusterOptions,
  world: Pick<World, 'cwd'> & Partial<Pick<World, 'now'>>,
): UserSettings {
  const impersonate = impersonation(user?.value, options);
  const name = user?.name ?? '';
  const none = {
    name,
    source: user === undefined ? 'nobody: no user entry is in use' : `user "${name}" of ${user.file}`,
    impersonate,
    clientCertificate: undefined,
    token: undefined,
    tokenFile: undefined,
    basic: undefined,
    exec: undefined,
  };
  // As in kubectl: credentials are never sent without TLS.
  if (endpoint.url.protocol !== 'https:') return none;

  const flagToken = given(options.token);
  const flagBasic = given(options.username);
  if (flagToken !== undefined && flagBasic !== undefined) {
    throw new DbgError('configuration', 'OptionsExclusive', 'token and username exclude each other', {
      options: ['token', 'username'],
    });
  }
  if (flagToken !== undefined || flagBasic !== undefined) {
    // The server would use the certificate's user: a token on the command line means the token's user.
    const byFlag = { ...none, clientCertificate: certificate(undefined, options, world) };
    return flagBasic === undefined
      ? { ...byFlag, source: 'option token', token: flagToken }
      : {
          ...byFlag,
          source: 'option username',
          basic: { username: flagBasic, password: options.password ?? '' },
        };
  }
  const clientCertificate = certificate(user, options, world);
  const certain = { ...none, clientCertificate };
  if (user === undefined) {
    return clientCertificate === undefined ? certain : { ...certain, source: 'option clientCertificate' };
  }

  const entry = user.value;
  const tokenFile = given(entry.tokenFile);
  const exec = entry.exec == null ? undefined : execSettings(user, cluster, endpoint);
  return {
    ...certain,
    // The file takes precedence over the token, which is only an old content of the file.
    tokenFile: tokenFile === undefined ? undefined : fromFile(tokenFile, user.file),
    token: given(entry.token) ?? idToken(user, world.now?.()),
    basic:
      given(entry.username) === undefined
        ? undefined
        : { username: entry.username ?? '', password: given(options.password) ?? entry.password ?? '' },
    exec,
    source: exec === undefined ? none.source : `${none.source}, credential plugin ${exec.command}`,
  };
}

function certificate(
  user: Entry<UserEntry> | undefined,
  options: ClusterOptions,
  world: Pick<World, 'cwd'>,
): ClientCertificate | undefined {
  const cert = part('client-certificate', given(options.clientCertificate), user, world);
  const key = part('client-key', given(options.clientKey), user, world);
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'client certificate' : 'client key';
    const other = cert === undefined ? 'client key' : 'client certificate';
    if (user === undefined) {
      throw new DbgError(
        'configuration',
        'ClientCertificateIncomplete',
        `there is a ${other} but no ${missing}`,
        { missing: cert === undefined ? 'certificate' : 'key' },
      );
    }
    throw configurationError(user.file, `user "${user.name}" has a ${other} but no ${missing}`);
  }
  return { cert, key };
}

function part(
  field: 'client-certificate' | 'client-key',
  flag: string | undefined,
  user: Entry<UserEntry> | undefined,
  world: Pick<World, 'cwd'>,
): string | undefined {
  const purpose = field.replace('-', ' ');
  if (flag !== undefined) {
    const path = fromFile(flag, `${world.cwd}/-`);
    return expectPem(readNamed(path, purpose), path);
  }
  if (user === undefined) return undefined;
  const data = given(user.value[`${field}-data`]);
  if (data !== undefined) {
    const content = decodeData(data, `${field}-data`, `user "${user.name}"`, user.file);
    return expectPem(content, `${field}-data of user "${user.name}"`);
  }
  const named = given(user.value[field]);
  if (named === undefined) return undefined;
  const path = fromFile(named, user.file);
  return expectPem(readNamed(path, purpose), path);
}

function impersonation(entry: UserEntry | undefined, options: ClusterOptions): Impersonation | undefined {
  const user = given(options.as) ?? given(entry?.as);
  const flagGroups = options.asGroups ?? [];
  const flagExtra = options.asUserExtra ?? [];
  const groups = flagGroups.length > 0 ? flagGroups : (entry?.['as-groups'] ?? []);
  const uid = given(options.asUid) ?? given(entry?.['as-uid']);
  const extra =
    flagExtra.length > 0
      ? flagExtra.map(extraPair)
      : Object.entries(entry?.['as-user-extra'] ?? {}).flatMap(([key, values]) =>
          values.map((value) => [key, value] as const),
        );
  if (user !== undefined) return { user, uid, groups, extra };
  if (groups.length > 0 || extra.length > 0 || uid !== undefined) {
    throw new DbgError(
      'configuration',
      'ImpersonatedUserNotGiven',
      'a group, uid or extra to impersonate is given, but no user',
    );
  }
  return undefined;
}

function extraPair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new DbgError(
      'usage',
      'ImpersonatedExtraMalformed',
      'an extra field of the user to impersonate must have the form key=value',
    );
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
