import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barPlot } from './bar-plot.ts';

test('bars are proportional to their values, a name always has the same colour, and text is escaped', () => {
  const svg = barPlot('A <plot>', 'ms', [
    {
      label: 'near',
      bars: [
        { name: 'a', value: 50 },
        { name: 'b', value: 100 },
      ],
    },
    { label: 'far', bars: [{ name: 'a', value: 200 }] },
  ]);
  const bars = [...svg.matchAll(/y="(?:48|66|98)" width="([\d.]+)" height="15" fill="(#\w+)"/g)];
  const lengths = bars.map(([, width]) => Number(width));
  assert.equal(lengths.length, 3);
  const [a = 0, b = 0, far = 0] = lengths;
  assert.ok(Math.abs(b - 2 * a) < 0.2 && Math.abs(far - 4 * a) < 0.3, String(lengths));
  assert.equal(bars[0]?.[2], bars[2]?.[2]);
  assert.notEqual(bars[0]?.[2], bars[1]?.[2]);
  assert.ok(svg.includes('A &lt;plot&gt;'));
});
