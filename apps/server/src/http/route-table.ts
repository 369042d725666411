interface Known {
  readonly segments: ReadonlyArray<string>;
  readonly methods: Set<string>;
}

const fits = (pattern: ReadonlyArray<string>, path: ReadonlyArray<string>): boolean =>
  pattern.every((segment, at) => segment === path[at] || (segment.startsWith(':') && path[at] !== ''));

/** Which methods a path takes: Fastify itself answers `404` where HTTP means `405` (RFC 9110 §15.5.6). */
export class RouteTable {
  readonly #byLength = new Map<number, Known[]>();

  add(pattern: string, methods: ReadonlyArray<string>): void {
    const segments = pattern.split('/');
    const sameLength = this.#byLength.get(segments.length) ?? [];
    this.#byLength.set(segments.length, sameLength);
    const known = sameLength.find((each) => each.segments.join('/') === pattern);
    if (known === undefined) sameLength.push({ segments, methods: new Set(methods) });
    else methods.forEach((method) => known.methods.add(method));
  }

  /** Sorted; empty for a path that is none. */
  methodsOf(path: string): ReadonlyArray<string> {
    const segments = path.split('/');
    const found = (this.#byLength.get(segments.length) ?? []).filter((known) => fits(known.segments, segments));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }
}
