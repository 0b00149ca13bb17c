/** The page itself: five columns, each in the manner of its vendor. No framework: one file of HTML that asks for state. */
const style = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; --page: #f2f3f5; --card: #fff; --text: #1d1c1d; --soft: #5e6470; --line: #dfe1e5; --edge: #b9bcc2; --code: #f6f6f6; --quiet: #f0f0f0; --warn: #fbeaec; --focus: #1264a3; --note: #deebff; --on-note: #0747a6; --pill: #fdecc8; --red: #c4314b; --title: #fff; --on-title: #37352f; }
@media (prefers-color-scheme: dark) { :root { --page: #101114; --card: #1b1d21; --text: #e6e6e8; --soft: #a6abb5; --line: #34373d; --edge: #5c6069; --code: #24262b; --quiet: #26282d; --warn: #3d2226; --focus: #6cb6ff; --note: #1c2f4d; --on-note: #a9cbff; --pill: #4d3d1c; --red: #ff8095; --title: #24262b; --on-title: #e6e6e8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); }
body > header { display: flex; gap: 1rem; align-items: center; padding: .6rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
body > header h1 { font-size: 1rem; margin: 0; }
body > header p { margin: 0; color: var(--soft); }
main { display: grid; grid-template-columns: repeat(5, minmax(270px, 1fr)); gap: .75rem; padding: .75rem; overflow-x: auto; align-items: start; }
main > section { background: var(--card); border-radius: 8px; overflow: hidden; border: 1px solid var(--line); min-width: 270px; }
main > section > h2 { margin: 0; padding: .5rem .75rem; font-size: .95rem; color: #fff; }
.cards { padding: .6rem; display: grid; gap: .6rem; max-height: calc(100vh - 8rem); overflow: auto; }
article { border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow-wrap: anywhere; background: var(--card); }
article header { display: flex; gap: .4rem; align-items: baseline; } article header i { font-size: .65rem; background: var(--quiet); padding: 0 .25rem; border-radius: 2px; font-style: normal; }
h3 { font-size: 1rem; margin: .3rem 0; } h4 { margin: .5rem 0 .2rem; font-size: .85rem; } p { margin: .3rem 0; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 4px; padding: .4rem; white-space: pre-wrap; margin: .3rem 0; font-size: .8rem; }
blockquote { margin: .3rem 0; padding-left: .6rem; border-left: 3px solid var(--edge); }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: .3rem .6rem; font-size: .85rem; }
.field { display: grid; grid-template-columns: 7rem 1fr; gap: .4rem; padding: .15rem 0; font-size: .85rem; } .field > span:first-child { color: var(--soft); }
.actions { display: flex; flex-wrap: wrap; gap: .35rem; margin-top: .5rem; }
button, .button { font: inherit; font-size: .82rem; padding: .25rem .6rem; border: 1px solid var(--edge); background: var(--card); border-radius: 4px; cursor: pointer; color: inherit; text-decoration: none; }
button:focus-visible, select:focus-visible, textarea:focus-visible, a:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
.subtle, small { color: var(--soft); font-size: .8rem; } .bold { font-weight: 600; } .mono { font-family: ui-monospace, monospace; font-size: .8rem; } .large { font-size: 1.02rem; }
.document { font-size: .85rem; } .empty { color: var(--soft); padding: .5rem; }
details ul { list-style: none; margin: .3rem 0; padding-left: .6rem; border-left: 2px solid var(--line); font-size: .82rem; } summary { font-size: .8rem; color: var(--soft); cursor: pointer; }
.comment { display: flex; gap: .3rem; margin-top: .5rem; } textarea { flex: 1; font: inherit; font-size: .82rem; border: 1px solid var(--edge); border-radius: 4px; padding: .25rem; background: var(--card); color: inherit; }
.document ul, .document > li { margin: .2rem 0 .2rem 1.1rem; padding: 0; } a { color: var(--focus); } a.button { color: inherit; }
#slack > h2 { background: #4a154b; } #slack .primary { background: #007a5a; color: #fff; border-color: #007a5a; } #slack .danger { background: #e01e5a; color: #fff; border-color: #e01e5a; }
#teams > h2 { background: #5b5fc7; } #teams .cards { background: var(--quiet); } #teams .positive { background: #5b5fc7; color: #fff; border-color: #5b5fc7; } #teams .destructive { color: var(--red); border-color: var(--red); } #teams .box { background: var(--quiet); padding: .4rem; border-radius: 4px; margin: .35rem 0; } #teams .attention { background: var(--warn); }
#jira > h2 { background: #0052cc; } #jira select { background: var(--note); border: 0; border-radius: 3px; padding: .2rem .4rem; font-weight: 600; color: var(--on-note); } #jira .document section { background: var(--note); padding: .4rem; border-radius: 3px; }
#notion > h2 { background: var(--title); color: var(--on-title); border-bottom: 1px solid var(--line); } #notion h3 { font-size: 1.15rem; } #notion .document section { background: var(--quiet); padding: .5rem; border-radius: 4px; } #notion select { border: 0; color: inherit; background: var(--pill); border-radius: 3px; padding: .1rem .4rem; }
#servicenow > h2 { background: #032d42; } #servicenow .field > span:last-child { background: var(--code); border: 1px solid var(--line); border-radius: 3px; padding: .1rem .4rem; }
dialog { border: 1px solid var(--edge); border-radius: 8px; width: min(28rem, 92vw); background: var(--card); color: var(--text); } dialog .wrong { color: var(--red); white-space: pre-line; } dialog [aria-invalid] { border-color: var(--red); } dialog .about { white-space: pre-line; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; } dialog .about:empty { display: none; } dialog label { display: grid; gap: .2rem; margin: .6rem 0; } dialog textarea { min-height: 4rem; }
#said { position: fixed; bottom: 1rem; left: 50%; transform: translateX(-50%); background: var(--text); color: var(--page); padding: .6rem 1rem; border-radius: 6px; max-width: 80vw; white-space: pre-line; } #said:empty { display: none; }
`;

const script = `
const $ = (query, root = document) => root.querySelector(query);
const vendors = ['slack', 'teams', 'jira', 'notion', 'servicenow'];
const as = $('#as');
const opened = new Set();
let timer;
const say = (text) => { $('#said').textContent = text; clearTimeout(timer); timer = setTimeout(() => { $('#said').textContent = ''; }, 8000); };
const busy = (column) => { const box = document.activeElement; return column.contains(box) && (box.tagName === 'SELECT' || (box.tagName === 'TEXTAREA' && box.value !== '')); };
const look = async () => {
  try {
    const state = await (await fetch('/state?as=' + as.value)).json();
    for (const name of vendors) {
      const column = $('#' + name + ' .cards');
      if (column.dataset.html === state[name] || busy(column)) continue;
      column.dataset.html = state[name];
      column.innerHTML = state[name];
      for (const one of column.querySelectorAll('time')) one.textContent = new Date(one.dateTime).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
      for (const box of column.querySelectorAll('[data-id]')) if (opened.has(box.dataset.id)) box.hidden = false;
    }
  } catch { say('The demo does not answer. Is it still running?'); }
};
const wish = async (vendor, card, deed, value, fields = {}) => {
  const body = JSON.stringify({ as: as.value, vendor, card, deed, value, fields });
  const answer = await (await fetch('/do', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
  if (answer.problem) say(answer.problem);
  if (answer.told && answer.told.length > 0) say(answer.told.join('\\n'));
  if (answer.form) ask(vendor, card, answer.form);
  await look();
};
const ask = (vendor, card, form) => {
  const dialog = $('dialog');
  $('h2', dialog).textContent = form.title;
  $('.about', dialog).textContent = form.text;
  const inputs = form.fields.map((name) => {
    const label = document.createElement('label');
    const input = document.createElement(name === 'allowOnce' ? 'input' : 'textarea');
    if (name === 'allowOnce') input.type = 'checkbox';
    if (input.type === 'checkbox') input.checked = form.typed[name] === true;
    else input.value = form.typed[name] ?? '';
    input.name = name;
    label.append(form.labels[name], input);
    if (form.wrong[name]) {
      const wrong = document.createElement('span');
      wrong.className = 'wrong';
      wrong.setAttribute('role', 'alert');
      wrong.id = 'wrong-' + name;
      wrong.textContent = form.wrong[name];
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', wrong.id);
      label.append(wrong);
    }
    return label;
  });
  $('.inputs', dialog).replaceChildren(...inputs);
  $('[value=send]', dialog).hidden = inputs.length === 0;
  dialog.dataset.vendor = vendor;
  dialog.dataset.card = card;
  dialog.showModal();
  $('[aria-invalid]', dialog)?.focus();
};
$('dialog form').addEventListener('submit', (event) => {
  const dialog = $('dialog');
  if (event.submitter.value !== 'send') return;
  const fields = Object.fromEntries([...dialog.querySelectorAll('[name]')].map((input) => [input.name, input.type === 'checkbox' ? input.checked : input.value]));
  void wish(dialog.dataset.vendor, dialog.dataset.card, 'submit', '', fields);
});
document.addEventListener('click', (event) => {
  const toggle = event.target.closest('[data-toggle]');
  if (toggle) {
    const id = toggle.dataset.toggle;
    for (const box of document.querySelectorAll('[data-id]')) if (box.dataset.id === id) { box.hidden = !box.hidden; box.hidden ? opened.delete(id) : opened.add(id); }
    return;
  }
  const button = event.target.closest('button[data-do]');
  if (!button || (button.dataset.confirm && !confirm(button.dataset.confirm))) return;
  void wish(button.closest('main > section').id, button.dataset.card, button.dataset.do, button.dataset.value);
});
document.addEventListener('change', (event) => {
  const select = event.target.closest('select[data-do]');
  if (!select) return;
  const vendor = select.closest('main > section').id;
  select.blur();
  void wish(vendor, select.dataset.card, 'status', select.value);
});
document.addEventListener('submit', (event) => {
  const form = event.target.closest('form.comment');
  if (!form) return;
  event.preventDefault();
  const box = $('textarea', form);
  const text = box.value.trim();
  box.value = '';
  if (text !== '') void wish(form.closest('main > section').id, form.dataset.card, 'comment', text);
});
as.addEventListener('change', look);
setInterval(look, 1000);
void look();
`;

const columns: [string, string][] = [
  ['slack', 'Slack'],
  ['teams', 'Microsoft Teams'],
  ['jira', 'Jira'],
  ['notion', 'Notion'],
  ['servicenow', 'ServiceNow'],
];

export const pageHtml = (seats: readonly string[]): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Belay: one case in five places</title><style>${style}</style></head>
<body>
<header><h1>One case in five places</h1>
<label>You are <select id="as">${seats.map((seat) => `<option>${seat}</option>`).join('')}</select></label>
<p>Local vendors, the real clients. Press, comment or set a status anywhere: it counts everywhere.</p></header>
<main>${columns.map(([id, title]) => `<section id="${id}"><h2>${title}</h2><div class="cards"></div></section>`).join('')}</main>
<div id="said" role="status"></div>
<dialog><form method="dialog"><h2></h2><p class="about"></p><div class="inputs"></div><div class="actions"><button value="send">Send</button><button value="no" formnovalidate>Not now</button></div></form></dialog>
<script>${script}</script>
</body>
</html>`;
