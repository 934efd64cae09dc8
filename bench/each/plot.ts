/** One line of a plot: its name, colour and points, all above 0. */
export interface Series {
  name: string;
  colour: string;
  points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 150;
const TOP = 24;
const BOTTOM = 48;

/** A plot with logarithmic axes as an SVG for light and dark backgrounds. */
export function plot(title: string, axes: { x: string; y: string }, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const xs = decades(points.map(([x]) => x));
  const ys = decades(points.map(([, y]) => y));
  const at = (value: number, [least, most]: readonly [number, number], from: number, to: number) =>
    from + ((Math.log10(value) - least) / (most - least)) * (to - from);
  const x = (value: number) => at(value, xs, LEFT, WIDTH - RIGHT).toFixed(1);
  const y = (value: number) => at(value, ys, HEIGHT - BOTTOM, TOP).toFixed(1);
  const grid = [
    ...powers(xs).map(
      (value) =>
        `<path d="M${x(value)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#8886"/><text x="${x(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label(value)}</text>`,
    ),
    ...powers(ys).map(
      (value) =>
        `<path d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}" stroke="#8886"/><text x="${LEFT - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${label(value)}</text>`,
    ),
  ];
  const lines = series.map((one, index) => {
    const path = one.points.map(([px, py]) => `${x(px)} ${y(py)}`).join('L');
    const dots = one.points.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="3"/>`).join('');
    const place = TOP + 14 + index * 20;
    return `<g fill="${one.colour}"><path d="M${path}" fill="none" stroke="${one.colour}" stroke-width="2"/>${dots}<text x="${WIDTH - RIGHT + 12}" y="${place}">${one.name}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="sans-serif" font-size="12" fill="#777">
${grid.join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${axes.x}</text>
<text transform="rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})" x="14" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle">${axes.y}</text>
${lines.join('\n')}
</svg>
`;
}

/** The powers of ten that enclose all values. */
function decades(values: readonly number[]): readonly [number, number] {
  const least = Math.floor(Math.log10(Math.min(...values)));
  return [least, Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))];
}

function powers([least, most]: readonly [number, number]): number[] {
  return Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
}

function label(value: number): string {
  return value >= 1 ? value.toLocaleString('en') : String(Number(value.toPrecision(1)));
}
