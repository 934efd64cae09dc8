import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's directory. */
export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The recordings in the repository. */
export const FIXTURES = join(PROJECT, 'fixtures', 'recordings');
