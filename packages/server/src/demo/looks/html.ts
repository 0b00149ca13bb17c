/** HTML of the demo's page: texts of others are escaped, always. */
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const esc = (text: unknown): string => String(text ?? '').replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);

/** What a click on the page asks for. */
export type Deed = 'press' | 'status' | 'owner' | 'comment';
export type Shown = { card: string; html: string };

export const button = (deed: Deed, card: string, value: string, label: string, more = ''): string =>
  `<button type="button" data-do="${deed}" data-card="${esc(card)}" data-value="${esc(value)}" ${more}>${esc(label)}</button>`;

export const select = (card: string, current: string, options: { value: string; label: string }[]): string => {
  const rows = options.map(
    ({ value, label }) => `<option value="${esc(value)}"${label === current ? ' selected' : ''}>${esc(label)}</option>`,
  );
  return `<select data-do="status" data-card="${esc(card)}" aria-label="Status">${rows.join('')}</select>`;
};

export const commentBox = (card: string, label: string): string =>
  `<form class="comment" data-card="${esc(card)}"><textarea rows="2" aria-label="${esc(label)}" placeholder="${esc(label)}"></textarea><button>Send</button></form>`;

export const lines = (text: string): string => esc(text).replaceAll('\n', '<br>');
