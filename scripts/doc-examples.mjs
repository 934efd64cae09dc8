// The examples of the documentation as modules: code blocks of Markdown pages, and `@example` of docstrings.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const PAGES = ['docs/library.md', 'packages/kubectl-dbg/README.md', 'packages/sandbox/README.md'];
const SOURCES = ['packages/kubectl-dbg/src', 'packages/sandbox/src'];

/**
 * All examples: location and code.
 *
 * @param {string} root
 * @returns {{ where: string, code: string }[]}
 */
export function docExamples(root) {
  const pages = PAGES.flatMap((page) =>
    blocks(readFileSync(join(root, page), 'utf8')).map((code) => ({ where: page, code })),
  );
  const docstrings = SOURCES.flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true })
      .map((name) => join(root, directory, String(name)))
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .flatMap((path) =>
        examples(readFileSync(path, 'utf8')).map((code) => ({ where: relative(root, path), code })),
      ),
  );
  return [...pages, ...docstrings];
}

function blocks(page) {
  return [...page.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

function examples(source) {
  return [...source.matchAll(/^ *\* @example\n((?: *\*(?: .*)?\n)+?)(?= *\*\/| *\* @)/gm)].map(
    ([, lines = '']) => lines.replace(/^ *\* ?/gm, ''),
  );
}

/**
 * An example as a module, with what it takes for granted: an open cluster, a sandbox, imports of the libraries.
 *
 * @param {string} code
 * @param {{ 'kubectl-dbg': string[], 'kube-sandbox': string[] }} names the functions of each library
 */
export function moduleOf(code, names) {
  const takes = (name) => new RegExp(`\\b${name}\\b`).test(code) && !code.includes(` ${name} = `);
  const before = [];
  if (takes('cluster')) before.push('const cluster = await openCluster();');
  if (takes('sandbox')) before.push("const sandbox = await startSandbox({ runtime: 'simulated' });");
  const whole = [...before, code].join('\n');
  const imports = Object.entries(names).flatMap(([library, functions]) => {
    const used = functions.filter((name) => new RegExp(`\\b${name}\\(|instanceof ${name}\\b`).test(whole));
    return used.length === 0 || code.includes(`from '${library}'`)
      ? []
      : [`import { ${used.join(', ')} } from '${library}';`];
  });
  const after = [];
  if (takes('cluster')) after.push('await cluster.close();');
  if (takes('sandbox')) after.push('await sandbox.stop();');
  return [...imports, whole, ...after, 'export {};', ''].join('\n');
}
