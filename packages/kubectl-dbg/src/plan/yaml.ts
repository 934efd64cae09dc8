/**
 * Reads one YAML document the way Kubernetes' tools do: YAML 1.2, but with the booleans of 1.1 (`y`, `on`, ...) and
 * merge keys. The parser is loaded when first needed.
 */
export async function loadYaml(text: string): Promise<unknown> {
  const [first] = await loadAllYaml(text);
  return first;
}

/** Reads all documents of a YAML stream, empty ones left out. */
export async function loadAllYaml(text: string): Promise<unknown[]> {
  const { CORE_SCHEMA, boolYaml11Tag, loadAll, mergeTag } = await import('js-yaml');
  const schema = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag);
  return loadAll(text, { schema }).filter((document) => document !== null && document !== undefined);
}
