/** The style of the report page: for phones, dark mode and paper. */
export const STYLE = `
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#f3f4f6;--line:#d0d7de;--mute:#57606a;--ok:#1a7f37;--bad:#b3261e;--warn:#8a5a00;--link:#0550ae}
@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#161b22;--line:#30363d;--mute:#9198a1;--ok:#3fb950;--bad:#ff7b72;--warn:#d29922;--link:#79b8ff}}
*{box-sizing:border-box}
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
main,header{max-width:1200px;margin:0 auto;padding:0 16px}
h1{font-size:1.3rem;margin:20px 0 4px;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:28px 0 8px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86em}
.mute{color:var(--mute)}
.cards{display:flex;flex-wrap:wrap;gap:8px;margin:14px 0;padding:0;list-style:none}
.cards li{border:1px solid var(--line);border-radius:8px;padding:6px 14px;min-width:96px;background:var(--soft)}
.cards b{display:block;font-size:1.4rem;line-height:1.3;font-variant-numeric:tabular-nums}
.passed b,.c-passed{color:var(--ok)}.failed b,.timed-out b,.c-failed,.c-timed-out{color:var(--bad)}
.not-started b,.lost b,.not-attempted b,.c-not-started,.c-lost,.c-not-attempted{color:var(--warn)}
details{border:1px solid var(--line);border-radius:8px;margin:8px 0;padding:0 12px}
summary{cursor:pointer;padding:8px 0}summary:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,#rows:focus-visible{outline:2px solid var(--link);outline-offset:1px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);border-radius:6px;padding:10px;max-height:420px;overflow:auto;margin:6px 0 12px}
.add{color:var(--ok)}.del{color:var(--bad)}
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:8px 0}
input,select,button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:5px 9px}
input{flex:1 1 220px;min-width:0}
#table{border:1px solid var(--line);border-radius:8px;overflow:hidden}
#head,.row{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,1.1fr) 62px minmax(0,1.6fr) minmax(0,1.3fr) 84px;gap:10px;padding:0 12px;align-items:center}
#head{background:var(--soft);border-bottom:1px solid var(--line)}
#head button{border:0;background:none;padding:7px 0;text-align:left;font-weight:600;cursor:pointer;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
#head button[aria-sort=ascending]::after{content:" \\2191"}#head button[aria-sort=descending]::after{content:" \\2193"}
#rows{height:62vh;min-height:260px;overflow:auto;position:relative}
.row{position:absolute;left:0;right:0;height:32px;cursor:pointer;border-bottom:1px solid var(--line)}
.row>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.row.on{background:var(--soft);box-shadow:inset 3px 0 var(--link)}
.num{text-align:right;font-variant-numeric:tabular-nums}
#timeline{width:100%;height:90px;display:block}#timeline rect.ok{fill:var(--ok)}#timeline rect.bad{fill:var(--bad)}#timeline rect.warn{fill:var(--warn)}
#detail{margin:12px 0 40px}dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:8px 0}dt{color:var(--mute)}dd{margin:0;overflow-wrap:anywhere}
#paper{display:none;border-collapse:collapse;width:100%;font-size:12px}#paper td,#paper th{border:1px solid var(--line);padding:2px 6px;text-align:left;overflow-wrap:anywhere}
@media (max-width:720px){#head,.row{grid-template-columns:minmax(0,3fr) minmax(0,1.3fr) 44px}#head>:nth-child(n+4),.row>:nth-child(n+4){display:none}}
@media print{:root{--fg:#000;--bg:#fff;--soft:#fff;--line:#999;--mute:#333}.tools,#table,#detail{display:none}#paper{display:table}pre{max-height:none}}
`;
