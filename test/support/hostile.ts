/** Where something stands in a JSON value: the names and numbers that lead to it. */
export type Place = ReadonlyArray<string | number>;

type Branch = Readonly<Record<string, unknown>>;

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;

export const placesIn = (value: unknown, here: Place = []): ReadonlyArray<Place> => [
  here,
  ...(isBranch(value)
    ? Object.entries(value).flatMap(([name, inner]) =>
        placesIn(inner, [...here, Array.isArray(value) ? Number(name) : name]),
      )
    : []),
];

const at = (value: unknown, place: Place): unknown =>
  place.reduce<unknown>((inner, name) => (isBranch(inner) ? inner[name] : undefined), value);

const put = (value: unknown, [name, ...rest]: Place, given: unknown): unknown => {
  if (name === undefined) return given;
  if (Array.isArray(value)) return value.map((each: unknown, n) => (n === name ? put(each, rest, given) : each));
  return isBranch(value) ? { ...value, [name]: put(value[name], rest, given) } : value;
};

const mark = '@here@';

/** The text of a value in which this text stands at that place. */
const withText = (value: unknown, place: Place, text: string): string =>
  JSON.stringify(put(value, place, mark)).replace(`"${mark}"`, () => text);

/** What no field asks for, as JSON has it. */
const ofAnotherKind = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e308',
    '9007199254740993',
    '9'.repeat(400),
    '""',
    '" "',
    '"x"',
    '"2001-01-01T00:00:00Z"',
  ],
  ...['[]', '[[]]', '[null]', '{}', '{"constructor":1}', '{"toString":"x"}', '{"length":1,"0":"a"}', '{"then":{}}'],
  ...['"NaN"', '"__proto__"', '"constructor"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"\\u202eabc"'],
  ...[JSON.stringify('x'.repeat(5_000)), JSON.stringify('😀'.repeat(200)), '{"\\ud800":1}'],
  ...[`[${'0,'.repeat(5_000)}0]`, `${'['.repeat(31)}${']'.repeat(31)}`, `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
];

/** What is no JSON, or is JSON that two readers take differently. */
const notJson = [
  '',
  'NaN',
  'Infinity',
  'undefined',
  '1e999',
  '0x10',
  '01',
  "'x'",
  '"a\nb"',
  '"\\x"',
  '[1,]',
  '{"a":1,}',
];

const inside = (text: string, more: string): string => (text === '{}' ? `{${more}}` : `{${more},${text.slice(1)}`);

/** An object with a field that it does not know, or twice one that it does. */
const crowded = (value: Branch): ReadonlyArray<string> => {
  const text = JSON.stringify(value);
  const [first = 'name'] = Object.keys(value);
  const odd = ['extra', 'constructor', 'toString', '__proto__', 'hasOwnProperty', '', ' ', 'a/b', '\ud800', first];
  return odd.map((name) => inside(text, `${JSON.stringify(name)}:1`));
};

const withoutPlace = (value: unknown, place: Place): unknown => {
  const [parent, last] = [place.slice(0, -1), place.at(-1)];
  const branch = at(value, parent);
  if (last === undefined || !isBranch(branch) || Array.isArray(branch)) return undefined;
  return put(value, parent, Object.fromEntries(Object.entries(branch).filter(([name]) => name !== last)));
};

/** A body with something wrong at this place of it, each in its own way. */
export const brokenAt = (value: unknown, place: Place): ReadonlyArray<string> => {
  const here = at(value, place);
  const without = withoutPlace(value, place);
  const texts = [
    ...ofAnotherKind,
    ...notJson,
    `[${JSON.stringify(here)}]`,
    ...(isBranch(here) && !Array.isArray(here) ? crowded(here) : []),
  ];
  return [
    ...texts.map((text) => withText(value, place, text)),
    ...(without === undefined ? [] : [JSON.stringify(without)]),
  ];
};

/** A body that is broken as a whole, in its bytes. */
export const brokenBytes = (value: unknown): ReadonlyArray<Buffer> => {
  const text = JSON.stringify(value);
  const bytes = Buffer.from(text);
  return [
    ...[1, 2, 3].map((part) => bytes.subarray(0, Math.floor((bytes.length * part) / 4))),
    ...[
      `${text}x`,
      `${text}${text}`,
      `\ufeff${text}`,
      `${text} // x`,
      `/**/${text}`,
      '[',
      '"',
      ' ',
      '\0',
      '\u2028',
    ].map((each) => Buffer.from(each)),
    ...['['.repeat(100_000), '{"a":'.repeat(40_000), ' '.repeat(256 * 1024 + 1)].map((each) => Buffer.from(each)),
    Buffer.from(text, 'utf16le'),
    Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]),
    Buffer.from(inside(text, '"extra":"\xe9\xff"'), 'latin1'),
    Buffer.concat([bytes.subarray(0, -1), Buffer.from([0xc3]), bytes.subarray(-1)]),
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  ];
};

/** What stands for an id in an address, beside the ids of other kinds. */
export const oddSegments = (id: string): ReadonlyArray<string> => [
  ...[
    '',
    'x',
    '%20',
    '%00',
    '%',
    '%zz',
    '%ff',
    '%c3%28',
    '.',
    '..',
    '%2e%2e',
    '%2e%2e%2fme',
    '*',
    ';a=b',
    '%F0%9F%98%80',
  ],
  ...['__proto__', 'constructor', 'toString', 'undefined', 'null', '-1', '%5B%5D', '\xe9', '%E2%80%AE', '%EF%BF%BF'],
  ...[
    `${id}x`,
    `${id}%20`,
    `%20${id}`,
    `${id}%00`,
    `${id}%2F`,
    `${id}/`,
    `${id}/..`,
    `${id}#x`,
    `${id};x`,
    `${id},${id}`,
  ],
  ...[id.toUpperCase(), id.slice(0, -1), `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`],
  ...[`${id}${'x'.repeat(65)}`, 'x'.repeat(1_025), 'x'.repeat(9_000), '%41'.repeat(3_000), 'x'.repeat(17_000)],
];

/** What stands for a parameter's value in a query. */
export const oddQueryValues: ReadonlyArray<string> = [
  ...['', '0', '-1', '1.5', '1e3', '0x10', '99999999999999999999', 'NaN', 'null', 'x', '%00', '%', '%zz', '%ff', '+'],
  ...['[]', '{}', '__proto__', 'constructor', '\xe9', 'x'.repeat(5_000), '%F0%9F%98%80', '2026-13-01T00:00:00Z'],
  ...['2026-01-01T00:00:00+01:00', '+275761-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', 'a,b', 'a;b', 'a=b'],
];

/** Whole queries, of names that no route knows and of shapes that some readers make more of. */
export const oddQueries: ReadonlyArray<string> = [
  ...['', '&', '=', '&&==', 'x', '__proto__=1', 'constructor=1', 'limit[]=1', 'limit[a]=1', 'limit.a=1', 'a=1&a=2'],
  ...['toString', '%', '%zz=1', '%00=1', '?', '#', 'limit=1&limit=2', 'cursor=a&cursor=b', 'a%26b=1', '\xff=\xfe'],
  `${'a=1&'.repeat(2_000)}b`,
];

export const headerNames: ReadonlyArray<string> = [
  ...['authorization', 'content-type', 'content-encoding', 'accept', 'accept-encoding', 'accept-language', 'expect'],
  ...['host', 'range', 'if-range', 'if-modified-since', 'if-unmodified-since', 'if-match', 'if-none-match', 'cookie'],
  ...['idempotency-key', 'writ-min-position', 'writ-act-as', 'x-request-id', 'x-forwarded-for', 'x-forwarded-host'],
  ...['x-http-method-override', 'origin', 'connection', 'upgrade', 'te', 'forwarded', 'x-writ-token'],
  ...['__proto__', 'constructor', 'prefer', 'traceparent', 'access-control-request-method', 'content-length-x'],
];

export const oddHeaderValues: ReadonlyArray<string> = [
  ...[
    '',
    ' ',
    '\t',
    'x',
    '*',
    '"',
    '""',
    'W/"x"',
    'W/',
    '"a", "b"',
    '"a""b"',
    ',',
    ',,',
    '"a",',
    '\xe9',
    '"\xff"',
    '"\x80"',
  ],
  ...['%00', '-1', '0', '1e999', 'NaN', 'null', 'undefined', '__proto__', '[object Object]', '{}', '{"a":1}', '<b>'],
  ...[
    'Bearer',
    'Bearer x',
    'Bearer a b',
    'Basic eDp5',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'Bearer eyJ.eyJ.eyJ',
    'Bearer ..',
  ],
  ...['Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOnt9fQ.AA', `Bearer ${'eyJ'.repeat(2_000)}.a.b`, 'DPoP x', 'Bearer wsvc_x'],
  ...['application/json', 'text/plain', 'application/json; charset=utf-7', 'multipart/form-data; boundary=x', 'a/b/c'],
  ...[
    'application/json;charset=utf-8;charset=latin1',
    'application/x-www-form-urlencoded',
    'application/x-ndjson',
    '/',
  ],
  ...['gzip', 'br, *', '100-continue', '200-maybe', 'bytes=0-0', 'bytes=9-1', 'h2c', 'websocket', 'close', 'upgrade'],
  ...[
    'keep-alive, x',
    'trailers',
    'chunked',
    'GET',
    'DELETE',
    '127.0.0.1',
    'a.example, b.example',
    '::1',
    '0'.repeat(300),
  ],
  ...[
    'x'.repeat(3_000),
    '\xff'.repeat(300),
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '../../etc/passwd',
    '${x}',
    'a=b; c=d',
    'user_x',
  ],
];
