import { array, exactOptional, object, optional, string } from 'valibot';

const word = exactOptional(string());
const words = exactOptional(array(string()));

/** The images of an archive, as its manifest.json lists them. Source: Docker image specification v1.2. */
export const manifestSchema = array(
  object({ Config: string(), RepoTags: optional(array(string()), []), Layers: array(string()) }),
);

/** The fields of an image's configuration that a runtime uses. Source: OCI image specification, config.md. */
export const configSchema = object({
  config: optional(
    object({ Entrypoint: words, Cmd: words, Env: words, WorkingDir: word, User: word, StopSignal: word }),
    {},
  ),
});
