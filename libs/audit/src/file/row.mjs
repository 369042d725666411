/**
 * An event as it lies in the file, as JSON: without its position, which has a column, and without the names of its fields,
 * which would be a quarter of the file.
 *
 * @typedef {import('../trail/trail-event.js').TrailEvent} TrailEvent
 * @typedef {import('../trail/trail-index.js').TrailFilter} TrailFilter
 * @typedef {[
 *   id: string, type: string, category: string, at: TrailEvent['at'], actor: TrailEvent['actor'], via: TrailEvent['via'],
 *   requestId: string, organizationId: TrailEvent['organizationId'], projectId: TrailEvent['projectId'],
 *   apiKeyId: string | null, accountId: TrailEvent['accountId'], data: TrailEvent['data'], sealed: TrailEvent['sealed'],
 * ]} Row
 * @typedef {'organizationId' | 'projectId' | 'apiKeyId' | 'accountId' | 'actorId' | 'viaId' | 'type' | 'category'} Facet
 */

/** As `nameOfActor`, which this thread does not load. @param {TrailEvent['actor']} actor */
const nameOf = (actor) => ('id' in actor ? actor.id : actor.type);

/** What a row is found by. @type {Readonly<Record<Facet, (row: Row) => string | null>>} */
const facets = {
  organizationId: (row) => row[7],
  projectId: (row) => row[8],
  apiKeyId: (row) => row[9],
  accountId: (row) => row[10],
  actorId: (row) => nameOf(row[4]),
  viaId: ({ 5: via }) => (via === null ? null : nameOf(via)),
  type: (row) => row[1],
  category: (row) => row[2],
};

const names = /** @type {ReadonlyArray<Facet>} */ (Object.keys(facets));

/** @param {Row} row @param {Facet} facet */
export const valueOf = (row, facet) => facets[facet](row);

/** In ms. @param {Row} row */
export const timeOfRow = (row) => Date.parse(row[3]);

/**
 * A number for a value of a facet: 53 bits of a hash (cyrb53). Two values may share one, so a row found by it is still looked at.
 *
 * @param {Facet} facet @param {string} value
 */
export const termOf = (facet, value) => {
  let [a, b] = [0xdeadbeef ^ names.indexOf(facet), 0x41c6ce57];
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
};

/** @param {Row} row @returns {number[]} */
export const termsOf = (row) =>
  names.flatMap((facet) => {
    const value = valueOf(row, facet);
    return value === null ? [] : [termOf(facet, value)];
  });

/**
 * Terms that a row has all of, and any one of `anyOf`, unless that is left out. Undefined where no row can be what is looked for.
 *
 * @typedef {{ readonly all: ReadonlyArray<number>, readonly anyOf: ReadonlyArray<number> | undefined }} Wanted
 * @param {TrailFilter} filter @returns {Wanted | undefined}
 */
export const wantedBy = (filter) => {
  const all = names.flatMap((facet) => {
    const value = filter[facet];
    return value === undefined ? [] : [termOf(facet, value)];
  });
  const { within, organizationId } = filter;
  if (within === undefined) return { all, anyOf: undefined };
  // Most readers see one organization.
  const seen = organizationId === undefined ? [...new Set(within)] : within.filter((each) => each === organizationId);
  const anyOf = seen.map((id) => termOf('organizationId', id));
  if (anyOf.length === 0) return undefined;
  return anyOf.length === 1 || organizationId !== undefined
    ? { all: [...new Set([...all, ...anyOf])], anyOf: undefined }
    : { all, anyOf };
};

/** @param {Row} row @param {TrailFilter} filter */
export const isWanted = (row, filter) =>
  names.every((facet) => filter[facet] === undefined || valueOf(row, facet) === filter[facet]) &&
  (filter.from === undefined || row[3] >= filter.from) &&
  (filter.to === undefined || row[3] < filter.to) &&
  (filter.within === undefined || (row[7] !== null && filter.within.includes(row[7])));
