import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, type Verdict } from './check.ts';
import { addContents, type ContentPool } from './content.ts';
import { play } from './play.ts';
import { readRecording, type Recording } from './recording.ts';
import { NotRecorded, scenarioOf } from './scenario.ts';

/** The recordings of the project. */
export const FIXTURES = fileURLToPath(
  new URL('../../packages/kubectl-dbg/fixtures/streams', import.meta.url),
);

export interface StreamResult extends Verdict {
  name: string;
  /** Why it was skipped: the recording is incomplete. */
  skipped?: string;
}

/** Replays every recording in a directory. Summarized contents may be taken from other recordings or the fixtures. */
export async function* playDirectory(directory: string): AsyncGenerator<StreamResult> {
  const paths = await recordingsIn(directory);
  const pool: ContentPool = new Map();
  for (const path of new Set([...(await recordingsIn(FIXTURES)), ...paths])) {
    addContents(pool, await readRecording(path));
  }
  for (const path of paths) yield await playOne(await readRecording(path), pool);
}

async function playOne(recording: Recording, pool: ContentPool): Promise<StreamResult> {
  const { name } = recording;
  try {
    const scenario = scenarioOf(recording, pool);
    return { name, ...check(scenario, await play(scenario)) };
  } catch (error) {
    if (error instanceof NotRecorded) {
      return { name, failure: undefined, remark: undefined, skipped: error.message };
    }
    return { name, failure: error instanceof Error ? error.message : String(error), remark: undefined };
  }
}

async function recordingsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => /\.json(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}
