// Every link in the project's pages refers to an existing file and heading.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The prefix of links in the packages' READMEs, which npm shows, instead of a relative path. */
const REPOSITORY = 'https://github.com/kubectl-dbg/kubectl-dbg/blob/main/';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the pages have no broken links', () => {
  const broken = pages().flatMap((page) =>
    linksOf(readFileSync(page, 'utf8')).flatMap((link) => {
      const why = fault(page, link);
      return why === undefined ? [] : [`${relative(root, page)}: ${link}: ${why}`];
    }),
  );
  assert.deepEqual(broken, []);
});

test('detects a missing file and a missing heading', () => {
  const page = join(root, 'README.md');
  assert.equal(fault(page, 'docs/nosuch.md'), 'no such file');
  assert.equal(fault(page, 'docs/sandbox.md#no-such-heading'), 'no such heading');
  assert.equal(fault(page, '#install'), undefined);
});

/** All pages in the repository, committed or not. */
function pages(): string[] {
  const options = { cwd: root, encoding: 'utf8' as const };
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.md'];
  const names = existsSync(join(root, '.git'))
    ? execFileSync('git', args, options).split('\0')
    : ['README.md'];
  return names
    .filter((name) => name !== '' && !name.includes('fixtures/'))
    .map((name) => join(root, name))
    .filter((path) => existsSync(path));
}

/** Relative targets of a page's links and images, except in code. */
function linksOf(page: string): string[] {
  const text = page.replaceAll(/^( *)(```|~~~)[^]*?^\1\2/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const links = [
    ...text.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]: (\S+)/gm),
  ];
  return links
    .map(([, target = '']) => target)
    .filter((target) => target.startsWith(REPOSITORY) || !/^[a-z][a-z+.-]*:/i.test(target));
}

function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const file = path.startsWith(REPOSITORY)
    ? join(root, path.slice(REPOSITORY.length))
    : path === ''
      ? page
      : resolve(dirname(page), decodeURIComponent(path));
  if (!existsSync(file)) return 'no such file';
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'no such heading';
}

/** The anchors of a page's headings, as GitHub generates them. */
function anchorsOf(page: string): Set<string> {
  const text = page.replaceAll(/^( *)(```|~~~)[^]*?^\1\2/gm, '');
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.*)$/gm)) {
    const plain = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase();
    const slug = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    let name = slug;
    for (let count = 1; anchors.has(name); count += 1) name = `${slug}-${count}`;
    anchors.add(name);
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}
