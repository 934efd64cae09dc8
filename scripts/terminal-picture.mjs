// A terminal's screen as an SVG with selectable text, for light and dark colour schemes.

const CELL = { width: 8.4, height: 19 };
const FONT_SIZE = 14;
const MARGIN = 16;
const BAR = 30;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Some viewers collapse consecutive spaces. */
const NO_BREAK = '\u00a0';

/** The contrast with the backgrounds is at least 7:1. */
const STYLE = `
    .ground { fill: #ffffff; stroke: #d0d7de }
    .dot { fill: #d0d7de }
    text { fill: #1f2328; font: ${FONT_SIZE}px ${FONT} }
    .typed { font-weight: 600 }
    .dim { fill: #59636e }
    .red { fill: #a40e26 }
    .green { fill: #116329 }
    .yellow { fill: #7d4e00 }
    .title { fill: #59636e; font-size: 12px }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; stroke: #3d444d }
      .dot { fill: #3d444d }
      text { fill: #e6edf3 }
      .dim, .title { fill: #9198a1 }
      .red { fill: #ffa198 }
      .green { fill: #7ee787 }
      .yellow { fill: #f2cc60 }
    }`;

/**
 * @typedef {{ text: string, className?: string }} Run text with one style
 * @param {Run[][]} lines
 * @param {{ columns: number, title: string, description: string }} options `description`: the alternative text
 */
export function terminalPicture(lines, { columns, title, description }) {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = BAR + lines.length * CELL.height + MARGIN;
  const rows = lines.map((runs, row) => {
    const y = BAR + row * CELL.height + FONT_SIZE;
    let column = 0;
    const spans = runs.map(({ text, className }) => {
      const x = (MARGIN + column * CELL.width).toFixed(1);
      column += text.length;
      const look = className === undefined ? '' : ` class="${className}"`;
      // Keeps columns aligned with a font of another width.
      const fit = `textLength="${(text.length * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
      return `<tspan x="${x}" ${fit}${look}>${escape(text).replaceAll(' ', NO_BREAK)}</tspan>`;
    });
    return spans.length === 0 ? '' : `  <text y="${y}">${spans.join('')}</text>`;
  });
  const dots = [0, 1, 2].map(
    (index) => `<circle class="dot" cx="${MARGIN + 6 + index * 18}" cy="15" r="5"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escape(title)}</title>
  <desc>${escape(description)}</desc>
  <style>${STYLE}
  </style>
  <rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
  ${dots.join('')}
  <text class="title" x="${width / 2}" y="19" text-anchor="middle">${escape(title)}</text>
${rows.filter((row) => row !== '').join('\n')}
</svg>
`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
