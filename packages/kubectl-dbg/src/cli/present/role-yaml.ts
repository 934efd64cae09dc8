import { toYaml } from '../../base/to-yaml.ts';
import { rolesFor } from '../../doctor/role.ts';
import type { MissingRights } from '../../operations/diagnose/role-for.ts';
import type { Diagnoses } from '../../operations/diagnose/diagnose.ts';

/** The rights for a diagnosis, and then for a debug container with a terminal. */
const ASKED = ['view', 'logs', 'ephemeral', 'attach'];

/** The user's name if the server does not return it. */
const UNKNOWN_USER = 'USER';

/** The roles that grant these rights to a user, as YAML for `kubectl apply -f -`; a comment if nothing is missing. */
export function roleYaml({ missing, user = UNKNOWN_USER }: MissingRights): string {
  const roles = rolesFor(missing, user);
  return roles.length === 0
    ? '# you have all rights for that\n'
    : roles.map((role) => toYaml(role)).join('---\n');
}

/** The roles to request, as YAML for `kubectl apply -f -`; a comment if nothing is missing. */
export function roleDocuments({ unreadNeeds, missing, user = UNKNOWN_USER }: Diagnoses): string {
  const needs = [...ASKED.flatMap((what) => missing.get(what) ?? []), ...unreadNeeds];
  const roles = rolesFor(needs, user);
  if (roles.length === 0) return '# you have all rights for a diagnosis and a debug container\n';
  return roles.map((role) => toYaml(role)).join('---\n');
}
