/** Text that is HTML already. Made by `markup` alone, so whatever else goes into a page is escaped. */
export class Html {
  constructor(readonly text: string) {}
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escaped = (text: string): string => text.replace(/[&<>"']/gu, (char) => entities[char] ?? char);

type Part = string | number | Html | ReadonlyArray<Html>;

const shown = (part: Part): string => {
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(({ text }) => text).join('') : escaped(String(part));
};

/** A template whose holes are escaped, unless they are HTML themselves. */
export const markup = (texts: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html =>
  new Html(texts.map((text, at) => text + (at < parts.length ? shown(parts[at] ?? '') : '')).join(''));

export const joined = (parts: ReadonlyArray<Html>, between: string): Html =>
  new Html(parts.map(({ text }) => text).join(escaped(between)));

export const nothing = new Html('');
