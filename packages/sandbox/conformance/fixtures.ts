import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The recordings that come with the project. */
export const FIXTURES = join(PROJECT, 'fixtures', 'recordings');
