// What is done to bundles before they are written.
import { decode, encode } from '@jridgewell/sourcemap-codec';

const BEYOND_ASCII = /[^\0-\x7f]/g;
/** Of `\uXXXX` beside the one unit that it stands for. */
const FURTHER_COLUMNS = 5;

/** Node reads a file of ASCII in a third of the time; in JavaScript the escapes mean the same everywhere. */
export const ascii = {
  name: 'ascii',
  generateBundle(_, files) {
    for (const [name, file] of Object.entries(files)) {
      if (file.type !== 'chunk') continue;
      const map = files[`${name}.map`];
      if (map !== undefined) map.source = shifted(map.source, file.code);
      file.code = file.code.replaceAll(
        BEYOND_ASCII,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/** Maps without the sources: functions and lines are what a report of a bug needs, and the sources are public. */
export const leanMaps = {
  name: 'lean-maps',
  generateBundle(_, files) {
    for (const [name, file] of Object.entries(files)) {
      if (!name.endsWith('.map')) continue;
      const { sourcesContent: _contents, ...map } = JSON.parse(file.source);
      file.source = JSON.stringify(map);
    }
  },
};

/** The map once the code's units beyond ASCII are escapes. */
function shifted(source, code) {
  const map = JSON.parse(source);
  const lines = code.split('\n');
  const mappings = decode(map.mappings).map((segments, line) => {
    const places = [...(lines[line] ?? '').matchAll(BEYOND_ASCII)].map(({ index }) => index);
    let before = 0;
    return segments.map(([column, ...rest]) => {
      while (before < places.length && places[before] < column) before += 1;
      return [column + FURTHER_COLUMNS * before, ...rest];
    });
  });
  return JSON.stringify({ ...map, mappings: encode(mappings) });
}
