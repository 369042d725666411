const longest = 64;

/** A name out of a request may be of any length; enough of it to be found is given back. */
const shortened = (name: string): string => (name.length > longest ? `${name.slice(0, longest)}…` : name);

/** RFC 6901: `~` is `~0` and `/` is `~1`. */
export const pointerOf = (path: ReadonlyArray<string | number>): string =>
  path.map((step) => `/${shortened(String(step)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
