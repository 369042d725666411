import type { Ask, Client } from './client.js';

export interface List<Item> {
  readonly items: ReadonlyArray<Item>;
  readonly nextCursor: string | null;
  readonly complete: boolean;
  readonly position: string;
}

/** A list's address with more of a query. */
export const withQuery = (path: string, query: Readonly<Record<string, string | number | undefined>>): string => {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return fields.length === 0
    ? path
    : `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(fields).toString()}`;
};

/** One page of a list. */
export const page = async <Item>(
  client: Client,
  path: string,
  query: { readonly limit?: number; readonly cursor?: string | undefined } = {},
  ask: Ask = {},
): Promise<List<Item>> => {
  const { status, body } = await client.get<List<Item>>(withQuery(path, query), ask);
  if (status !== 200) throw new Error(`GET ${path}: ${String(status)} ${JSON.stringify(body)}`);
  return body;
};

/** Every item of a list, page by page; `between` runs after each page but the last. */
export const everyItem = async <Item>(
  client: Client,
  path: string,
  { limit = 1000, ask = {}, between }: { limit?: number; ask?: Ask; between?: () => Promise<unknown> } = {},
): Promise<ReadonlyArray<Item>> => {
  const items: Item[] = [];
  for (let cursor: string | undefined; ;) {
    const found = await page<Item>(client, path, { limit, cursor }, ask);
    items.push(...found.items);
    if (found.complete !== (found.nextCursor === null)) throw new Error(`${path}: complete, and more to come`);
    if (found.nextCursor === null) return items;
    if (found.items.length !== limit) throw new Error(`${path}: a page cut short`);
    cursor = found.nextCursor;
    await between?.();
  }
};
