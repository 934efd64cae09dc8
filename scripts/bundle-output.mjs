// Transformations of bundles before they are written.
import { decode, encode } from '@jridgewell/sourcemap-codec';

const BEYOND_ASCII = /[^\0-\x7f]/g;
/** Additional columns of `\uXXXX` compared with the UTF-16 code unit that it stands for. */
const FURTHER_COLUMNS = 5;

/** Escapes non-ASCII characters, because Node loads an ASCII file in a third of the time. */
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

/** Removes the sources from source maps: bug reports only need functions and lines. */
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

/** Adjusts the map for the escaped code units. */
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
