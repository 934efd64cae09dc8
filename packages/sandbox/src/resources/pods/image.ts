/** The grammar of image references: an optional domain, lower-case path, tag and digest. */
const DOMAIN = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN_PART = `(?:${DOMAIN}(?:\\.${DOMAIN})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
/** Maximum length of a repository's name, including the domain. */
const MAX_REPOSITORY = 255;
const REFERENCE = new RegExp(
  `^(?:${DOMAIN_PART}/)?${PATH_PART}(?:/${PATH_PART})*(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/**
 * The default pull policy: Always for the tag `latest`, which is also the default without tag and digest; IfNotPresent for
 * all others, including malformed references.
 */
export function defaultPullPolicy(image: string): string {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const match = repository.length > MAX_REPOSITORY ? null : REFERENCE.exec(image);
  if (match === null) return 'IfNotPresent';
  const { tag, digest } = match.groups ?? {};
  const latest = tag === 'latest' || (tag === undefined && digest === undefined);
  return latest ? 'Always' : 'IfNotPresent';
}
