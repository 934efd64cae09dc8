// The HTML report in a real browser, with ten thousand rows and hostile outputs.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { toHtml } from '../packages/kubectl-dbg/src/report/html/html.ts';
import { findBrowser, startBrowser } from './report-page/browser.ts';
import { exampleReport, HOSTILE } from './report-page/example-report.ts';

const ROWS = 10_000;

/** Maximum duration of a frame while scrolling, in ms. */
const FRAME_MS = 100;

const PHONE = { width: 360, height: 740 };

const found = findBrowser();
const skip = found === undefined ? 'there is no chromium here: apt-get install chromium' : false;

let browser: Browser;
let directory: string;
before(async () => {
  if (found === undefined) return;
  directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-page-'));
  await writeFile(join(directory, 'many.html'), toHtml(exampleReport(ROWS)));
  await writeFile(join(directory, 'few.html'), toHtml(exampleReport(300)));
  browser = await startBrowser(found);
});
after(async () => {
  await browser?.close();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

/** Opens a report; errors and console messages of the page fail the test at its end. */
async function open(
  context: TestContext,
  name: 'many' | 'few',
  options: { viewport?: { width: number; height: number }; colorScheme?: 'dark' | 'light' } = {},
): Promise<Page> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(`it asks for ${request.url()}`);
  });
  context.after(async () => {
    const hacked = await page.evaluate(`'hacked' in globalThis`);
    await page.close();
    assert.deepEqual(complaints, []);
    assert.equal(hacked, false, 'an output was run');
  });
  await page.goto(pathToFileURL(join(directory, `${name}.html`)).href);
  return page;
}

const count = (page: Page) => page.locator('#count').textContent();

/** Waits until the displayed number of rows satisfies the condition. */
async function counted(page: Page, holds: (text: string) => boolean): Promise<void> {
  while (!holds((await count(page)) ?? '')) await page.waitForTimeout(10);
}

const firstRow = (page: Page) => page.locator('#rows .row').first();

test('all rows can be found, few are rendered, and scrolling is fast', { skip }, async (context) => {
  const page = await open(context, 'many');
  assert.equal(await count(page), `${ROWS} of ${ROWS}`);
  assert.ok((await page.locator('#rows .row').count()) < 120);
  const frames = (await page.evaluate(`(async () => {
    const box = document.querySelector('#rows');
    const times = [];
    for (let step = 1; step <= 40; step += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const began = performance.now();
      box.scrollTop = (box.scrollHeight * step) / 40;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b);
  })()`)) as number[];
  const median = frames[20] ?? Infinity;
  assert.ok(median < FRAME_MS, `${median} ms a frame`);
  await page.locator('#rows').focus();
  await page.keyboard.press('End');
  assert.match((await page.locator('#rows .row.on').textContent()) ?? '', /-09999\/app/);
});

test('filters and sorts by keyboard', { skip }, async (context) => {
  const page = await open(context, 'many');
  await page.keyboard.press('/');
  await page.keyboard.type('team-7/ failed');
  await counted(page, (text) => !text.startsWith('10000 '));
  const failed = exampleReport(ROWS).results.filter(
    ({ namespace, class: result }) => namespace === 'team-7' && result === 'failed',
  );
  assert.equal(await count(page), `${failed.length} of ${ROWS}`);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await counted(page, (text) => text.startsWith('10000 '));
  await page.keyboard.press('Tab');
  await page.keyboard.type('not-s');
  await counted(page, (text) => text.startsWith('100 '));
  await page.keyboard.press('Home');
  for (let tab = 0; tab < 6; tab += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#head [aria-sort=ascending]').textContent(), 'Took');
  assert.match((await firstRow(page).textContent()) ?? '', /100 ms$/);
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#head [aria-sort=descending]').textContent(), 'Took');
  assert.match((await firstRow(page).textContent()) ?? '', /4099 ms$/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#rows').getAttribute('aria-activedescendant'), 'r1');
  assert.match((await page.locator('#detail').textContent()) ?? '', /Workload/);
});

test('hostile outputs are shown as text', { skip }, async (context) => {
  const page = await open(context, 'few');
  for (const [index, text] of HOSTILE.entries()) {
    await page.fill('#filter', `hostile-${index}`);
    while ((await firstRow(page).textContent())?.includes(`hostile-${index}`) !== true)
      await page.waitForTimeout(10);
    await firstRow(page).click();
    const shown = await page.locator('#detail pre').textContent();
    assert.ok(shown?.includes(index < 5 ? text : 'globalThis.hacked = 6'), shown ?? 'nothing');
  }
  for (const group of await page.locator('#groups summary').all()) await group.click();
  assert.equal(await page.locator('main script, main img, main a, #groups svg').count(), 0);
});

test('on a phone nothing is wider than the screen', { skip }, async (context) => {
  const page = await open(context, 'few', { viewport: PHONE });
  await page.locator('#groups summary').first().click();
  await firstRow(page).click();
  const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  assert.ok(width <= PHONE.width, `${width} px`);
  assert.ok(await page.locator('#filter').isVisible());
});

test('supports the dark colour scheme', { skip }, async (context) => {
  const brightness = async (colorScheme: 'dark' | 'light') => {
    const page = await open(context, 'few', { colorScheme });
    return (await page.evaluate(`(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      const parts = [color, backgroundColor].map((text) => text.match(/\\d+/g).slice(0, 3).map(Number));
      const [text, ground] = parts.map(([r, g, b]) => r + g + b);
      return { text, ground };
    })()`)) as { text: number; ground: number };
  };
  const [dark, light] = [await brightness('dark'), await brightness('light')];
  assert.ok(dark.ground < 100 && dark.text > 500, JSON.stringify(dark));
  assert.ok(light.ground > 700 && light.text < 200, JSON.stringify(light));
});

test('prints a plain table with every group open', { skip }, async (context) => {
  const page = await open(context, 'few');
  const paper = await page.pdf();
  assert.ok(paper.length > 10_000);
  assert.equal(await page.locator('#paper tbody tr').count(), 300);
  assert.equal(await page.locator('#groups details:not([open])').count(), 0);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('#table').isVisible(), false);
  assert.equal(await page.locator('#paper').isVisible(), true);
});

test('the Content-Security-Policy blocks other scripts', { skip }, async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(directory, 'few.html')).href);
  const refused = (await page.evaluate(`(async () => {
    const violations = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'globalThis.hacked = 1';
    document.body.append(script);
    await fetch('data:text/plain,x').catch(() => undefined);
    while (violations.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    return { violations, hacked: 'hacked' in globalThis };
  })()`)) as { violations: string[]; hacked: boolean };
  await page.close();
  assert.deepEqual(refused.violations.toSorted(), ['connect-src', 'script-src-elem']);
  assert.equal(refused.hacked, false);
});
