/** How the HTML page of a control looks, on a screen in light and dark, and on paper. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c2126; --quiet: #5a6570; --line: #d8dee4; --paper: #fff; --soft: #f4f6f8;
  --person: #fbeadd; --personline: #b4581a; --sign: #fdf4d3; --signline: #8a6a00; --go: #e2f3e6; --goline: #2c7a43;
  --no: #f9e0e0; --noline: #a83232; --step: #e5edf9; --stepline: #33619c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --quiet: #a3aeb9; --line: #3a444e; --paper: #15191d;
  --soft: #1f252b; --person: #43291a; --personline: #e39a63; --sign: #3d3413; --signline: #d9b945; --go: #18361f;
  --goline: #6cc286; --no: #431f1f; --noline: #e58a8a; --step: #1d2c42; --stepline: #84aee6; } }
@media print { :root { color-scheme: light; } @page { margin: 18mm 16mm; } section, .clause, figure, tr { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 50rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.75rem 0 .25rem; }
h4 { font: 600 .85rem/1.4 ui-monospace, monospace; margin: 0 0 .35rem; color: var(--quiet); }
p, ul, ol { margin: .35rem 0 .6rem; } .lead { font-size: 1.15rem; } .quiet, .cites { color: var(--quiet); } .cites { font-size: .9rem; font-style: italic; }
.clause { border-left: 4px solid var(--line); background: var(--soft); border-radius: 0 8px 8px 0; padding: .7rem 1rem .4rem; margin: .75rem 0; }
.clause.handoff { border-color: var(--personline); } .clause.approval { border-color: var(--signline); }
.clause.continue { border-color: var(--goline); } .clause.forbid { border-color: var(--noline); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .95rem; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); }
figure { margin: 1.25rem 0; overflow-x: auto; } svg { width: 100%; height: auto; min-width: var(--least); display: block; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central; } svg .first { font-weight: 600; }
svg rect { fill: var(--soft); stroke: var(--line); } .step rect { fill: var(--step); stroke: var(--stepline); } .person rect { fill: var(--person); stroke: var(--personline); }
.approval rect { fill: var(--sign); stroke: var(--signline); } .continue rect { fill: var(--go); stroke: var(--goline); } .forbid rect { fill: var(--no); stroke: var(--noline); }
.arrow polyline { fill: none; stroke: var(--quiet); stroke-width: 1.4; } marker path { fill: var(--quiet); }
.label rect { fill: var(--paper); stroke: none; opacity: .88; } .label text, .label .first { font-size: 11px; font-weight: 400; fill: var(--quiet); }
@media print { svg { min-width: 0; } }
`;
