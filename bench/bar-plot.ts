/** A group of bars, such as the clients at one round-trip time. */
export interface BarGroup {
  label: string;
  bars: { name: string; value: number }[];
}

const WIDTH = 780;
const LABEL = 270;
const VALUE = 90;
const BAR = 18;
const GAP = 14;
const TOP = 48;
const FONT = "13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
/** Colour-blind safe, on light and dark backgrounds (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'];

/** A plot of horizontal bars as an SVG for light and dark colour schemes; a bar's name always has the same colour. */
export function barPlot(title: string, unit: string, groups: readonly BarGroup[]): string {
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)), Number.EPSILON);
  const parts: string[] = [];
  let y = TOP;
  for (const { label, bars } of groups) {
    const middle = y + (bars.length * BAR) / 2 + 4;
    parts.push(`<text x="${LABEL - 12}" y="${middle}" text-anchor="end">${escape(label)}</text>`);
    for (const { name, value } of bars) {
      const length = ((WIDTH - LABEL - VALUE) * value) / longest;
      const colour = COLOURS[names.indexOf(name) % COLOURS.length];
      parts.push(
        `<rect x="${LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 3}" fill="${colour}"/>`,
        `<text x="${(LABEL + length + 6).toFixed(1)}" y="${y + 12}">${round(value)} ${escape(unit)}</text>`,
      );
      y += BAR;
    }
    y += GAP;
  }
  const legend = names.map((name, index) => {
    const x = LABEL + (index * (WIDTH - LABEL)) / names.length;
    return `<rect x="${x}" y="26" width="12" height="12" fill="${COLOURS[index % COLOURS.length]}"/><text x="${x + 18}" y="37">${escape(name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">
  <title>${escape(title)}</title>
  <style>
    text { fill: #1f2328; font: ${FONT} }
    .ground { fill: #ffffff }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ground { fill: #0d1117 } }
  </style>
  <rect class="ground" width="${WIDTH}" height="${y}"/>
  <text x="8" y="16" font-weight="600">${escape(title)}</text>
  ${[...legend, ...parts].join('\n  ')}
</svg>
`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
