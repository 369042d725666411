import { nearest } from '../../../apps/server/src/nearest.js';

export type Kind = 'person' | 'organization' | 'project' | 'key';

const home = 'the default project of ';

/** Every organization has one from birth (ORG-02), and it needs no name of its own. */
export const defaultProjectOf = (organization: string): string => `${home}${organization}`;

/** How a name of each kind looks. */
export const looks: Readonly<Record<Kind, string>> = {
  person: '[A-Z][a-z]+',
  organization: '[A-Z][a-z]+',
  project: `${home}[A-Z][a-z]+|[A-Z][a-z]+`,
  key: '[a-z][a-z0-9]*',
};

/** The names that a scenario has spoken of so far: a slip of the pen is an error, not somebody new. */
export class Names {
  private readonly known = new Map<string, Kind>();

  is(name: string, kind: Kind): boolean {
    return this.known.get(name) === kind;
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  add(name: string, kind: Kind): void {
    this.known.set(name, kind);
    if (kind === 'organization') this.known.set(defaultProjectOf(name), 'project');
  }

  /** Why a name can't stand where something of this kind must. */
  complaint(name: string, kind: Kind): string {
    const was = this.known.get(name);
    if (was !== undefined) return `"${name}" is not of the kind ${kind}, but of the kind ${was}`;
    const others = [...this.known].flatMap(([each, of]) => (of === kind ? [each] : []));
    const hint = others.length === 0 ? 'none is known' : `did you mean "${nearest(name, others)}"?`;
    return `there is nothing of the kind ${kind} that is called "${name}": ${hint}`;
  }
}
