/** A resource and its group; the core group is empty. */
export interface GroupResource {
  plural: string;
  group: string;
}

/** `pods`, `deployments.apps`: how messages name a resource. */
export function qualifiedName({ plural, group }: GroupResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}
