/** Looks of the page. No colour tells anything that a word does not tell too; all pairs have a contrast of 4.5 or more. */
export const css = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --sunk: #f4f4f1; --line: #dededa; --text: #1f2328; --soft: #5a626b;
  --accent: #1f5fa8; --red: #a8201a; --red-bg: #fbecea; --amber: #7d5300; --amber-bg: #fbf3df;
  --green: #1b6b3a; --green-bg: #e8f4ec; --blue-bg: #e9f0f9; --grey-bg: #ececea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1b1f23; --sunk: #22272c; --line: #363d44; --text: #e4e7ea; --soft: #a2abb4;
    --accent: #7db4f0; --red: #ff9a92; --red-bg: #3c2120; --amber: #e8bd68; --amber-bg: #362c17;
    --green: #7fd29b; --green-bg: #1c3225; --blue-bg: #1d2c3d; --grey-bg: #2b3137;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: anywhere;
}
main, .top, .foot { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
.top { padding-top: 2.25rem; }
.top .name { color: var(--soft); font-size: .875rem; letter-spacing: .02em; margin: 0 0 .25rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0; font-weight: 650; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 3rem 0 1rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); font-weight: 650; }
h3 { font-size: 1.05rem; margin: 0; font-weight: 650; line-height: 1.35; }
h4 { font-size: .8rem; margin: 1.4rem 0 .5rem; color: var(--soft); font-weight: 650; letter-spacing: .02em; }
h5 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600; }
p { margin: .5rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, pre:focus-visible, button:focus-visible, .scroll:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px;
}
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .85em; }
code { background: var(--sunk); padding: .1em .3em; border-radius: 4px; }
pre {
  margin: 0; padding: .7rem .85rem; background: var(--sunk); border: 1px solid var(--line); border-radius: 6px;
  font-size: .8rem; line-height: 1.5; overflow: auto; white-space: pre-wrap; max-height: 28rem; tab-size: 4;
}
pre code { background: none; padding: 0; font-size: inherit; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem .75rem; }
.facts { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.4rem 0 0; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .9rem; min-width: 6.5rem; }
.facts strong { display: block; font-size: 1.35rem; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.facts span { color: var(--soft); font-size: .85rem; }
.contents { margin: 1.4rem 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .95rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: .6rem .85rem; color: var(--soft); font-size: .875rem; }
th, td { text-align: left; vertical-align: baseline; padding: .5rem .85rem; border-top: 1px solid var(--line); overflow-wrap: break-word; }
thead th { color: var(--soft); font-weight: 600; font-size: .8rem; white-space: nowrap; border-top: 0; }
caption + thead th { border-top: 1px solid var(--line); }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.badge {
  display: inline-block; font-size: .75rem; font-weight: 600; line-height: 1.5; padding: .05rem .5rem; border-radius: 999px;
  background: var(--grey-bg); color: var(--text); white-space: nowrap;
}
.bad { background: var(--red-bg); color: var(--red); }
.warn { background: var(--amber-bg); color: var(--amber); }
.good { background: var(--green-bg); color: var(--green); }
.calm { background: var(--blue-bg); color: var(--accent); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.2rem 1.35rem 1.35rem; margin: 0 0 1.1rem; }
article > header { display: flex; flex-wrap: wrap; gap: .4rem .5rem; align-items: center; margin-bottom: .5rem; }
article > header h3 { flex: 1 1 100%; }
.where { color: var(--soft); font-size: .875rem; margin: .25rem 0 .75rem; }
th .mono, td.mono, th.mono { min-width: 9rem; } .mono { word-break: normal; overflow-wrap: break-word; } td.state { width: 13rem; }
th .where { margin: .1rem 0 0; font-weight: 400; font-size: .8rem; }
dl.told { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); gap: .35rem .75rem; margin: .75rem 0 0; }
dl.told dt { color: var(--soft); font-size: .875rem; padding-top: .1rem; }
dl.told dd { margin: 0; white-space: pre-line; }
.verdict { border-left: 3px solid var(--line); padding: .15rem 0 .15rem .8rem; margin: .9rem 0; }
.verdict.bad, .verdict.warn, .verdict.good { background: none; color: inherit; }
.verdict.bad { border-color: var(--red); } .verdict.warn { border-color: var(--amber); } .verdict.good { border-color: var(--green); }
ol.path { margin: 0; padding-left: 1.4rem; font-size: .9rem; } ol.path li { margin: .15rem 0; }
details { margin: .6rem 0 0; }
summary { cursor: pointer; font-size: .9rem; color: var(--accent); width: fit-content; }
details > :not(summary) { margin-top: .6rem; }
.exchange { border: 1px solid var(--line); border-radius: 8px; padding: .85rem 1rem 1rem; margin: 0 0 .75rem; }
.exchange.exploit { border-left: 3px solid var(--red); }
.exchange h5 { display: flex; flex-wrap: wrap; gap: .35rem .6rem; align-items: center; }
.saw { margin: 0 0 .7rem; }
pre + .pair, .copied + .pair { margin-top: .75rem; }
.pair { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: .75rem; }
.pair > * { min-width: 0; } .pair.stretch { align-items: stretch; }
.label { color: var(--soft); font-size: .8rem; margin: 0 0 .25rem; }
.pair pre { max-height: 20rem; }
.head { color: var(--soft); }
.chart { display: block; width: 100%; max-width: 34rem; height: auto; }
.chart text { fill: var(--soft); font-size: 11px; } .chart .axis { stroke: var(--line); } .chart .line { stroke: var(--accent); stroke-width: 2; fill: none; }
.chart .dot { fill: var(--accent); } .chart .value { fill: var(--text); font-weight: 600; }
.bar { display: block; width: 100%; min-width: 4rem; height: .55rem; } .bar rect { fill: var(--accent); }
ul.plan, ul.plan ul { list-style: none; margin: 0; padding: 0; } ul.plan ul { border-left: 1px solid var(--line); margin-left: .4rem; padding-left: .8rem; }
ul.plan li { padding: .25rem 0; font-size: .85rem; line-height: 1.4; }
ul.plan .hot { color: var(--red); font-weight: 600; } ul.plan .cond { color: var(--soft); display: block; }
.side { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.diff { white-space: pre; padding: .5rem 0; max-height: 36rem; } .diff code { display: block; width: max-content; min-width: 100%; }
.diff span { display: block; padding: 0 .85rem; } .diff .file { color: var(--soft); font-weight: 600; } .diff .hunk { color: var(--accent); }
.diff .add { background: var(--green-bg); color: var(--green); } .diff .del { background: var(--red-bg); color: var(--red); }
.copied { position: relative; } .copied pre:not(.diff) { padding-right: 5rem; } .copied button {
  position: absolute; top: .35rem; right: .35rem; font: inherit; font-size: .75rem; padding: .1rem .55rem; border-radius: 5px;
  border: 1px solid var(--line); background: var(--card); color: var(--soft); cursor: pointer;
}
.foot { color: var(--soft); font-size: .875rem; padding-top: 2.5rem; padding-bottom: 3rem; }
.prose { white-space: pre-wrap; max-height: none; font-size: .85rem; }
@media (max-width: 40rem) {
  body { font-size: 15px; } .top { padding-top: 1.4rem; } h1 { font-size: 1.35rem; } main, .top, .foot { padding-left: .9rem; padding-right: .9rem; }
  article { padding: .95rem .95rem 1.1rem; } dl.told { grid-template-columns: 1fr; gap: .1rem; } dl.told dd { margin-bottom: .5rem; }
  td.state { width: auto; } th, td { padding: .5rem .6rem; }
  .facts li { flex: 1 1 40%; padding: .45rem .7rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --sunk: #fff; --line: #bbb; --text: #000; --soft: #444; --accent: #000; --red: #8a1510; --green: #155a2e; --amber: #614000;
    --red-bg: #fff; --green-bg: #fff; --amber-bg: #fff; --blue-bg: #fff; --grey-bg: #fff; }
  body { font-size: 10.5pt; } pre { max-height: none; } .diff { white-space: pre-wrap; } .diff code { width: auto; }
  .copied button, .contents, .skip { display: none; } .scroll { overflow: visible; } .badge { border: 1px solid currentColor; }
  .exchange, .side, tr { break-inside: avoid-page; } h2, h3, h4, h5 { break-after: avoid; }
}
`

/** Copy buttons, and all details open on paper. The page reads the same without it. */
export const script = `
for (const block of document.querySelectorAll('pre[data-copy]')) {
  const frame = document.createElement('div')
  frame.className = 'copied'
  block.replaceWith(frame)
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.textContent)
      button.textContent = 'Copied'
    } catch {
      getSelection().selectAllChildren(block)
      button.textContent = 'Selected'
    }
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
  frame.append(block, button)
}
addEventListener('beforeprint', () => {
  for (const one of document.querySelectorAll('details')) one.open = true
})
`
