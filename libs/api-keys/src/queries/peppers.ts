import { E, type NotFound, notFound } from '#libs/kernel';
import { Documents, follow, type Listed, type PageOf, type ReadModel } from '#libs/read-models';
import { pepperEvents } from '../domain/pepper.events.js';
import { type PepperDocument, storedPeppers } from '../projections/peppers.js';

const all = 'peppers';

/** Which peppers there are, by name. */
export class Peppers implements ReadModel {
  private readonly documents = new Documents(
    storedPeppers,
    () => all,
    ({ event }) => event.data.name,
  );
  /** The position of the last change of any: they are of one stream, and what `If-Match` is held to is that one's end. */
  changed = 0n;
  readonly follows = [
    this.documents.follows,
    follow({ category: 'pepper', events: pepperEvents }, ({ position }) => {
      this.changed = position;
    }),
  ];

  get(name: string): E.Either<NotFound, PepperDocument> {
    const found = this.documents.get(name);
    return found === undefined ? E.left(notFound('pepper')) : E.right(found);
  }

  page(page: PageOf): Listed<PepperDocument> {
    return this.documents.page(all, page);
  }
}
