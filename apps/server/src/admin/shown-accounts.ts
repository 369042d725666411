import { type AccountDocument, type People, type Person, type VaultFailure } from '#libs/accounts';
import { type AccountId, E, type NotFound, notFound, pipe, TE } from '#libs/kernel';
import { type Organizations } from '#libs/organizations';
import { type Answer, reply } from '../http/answer.js';
import { etagOf } from '../http/etag.js';
import { type ListBody, type Lists, type PageQuery } from '../http/list.js';
import { accountView } from './views.js';

export type Account = ReturnType<typeof accountView> & Person;

/** Accounts as they go out, each with its person while there is one. */
export class ShownAccounts {
  constructor(
    private readonly people: People,
    private readonly organizations: Organizations,
    private readonly lists: Lists,
  ) {}

  one(id: AccountId): Promise<E.Either<NotFound | VaultFailure, Account>> {
    const document = this.people.get(id);
    return pipe(
      this.shown(document === undefined ? [] : [document]),
      TE.flatMap(([account]): TE.TaskEither<NotFound | VaultFailure, Account> =>
        account === undefined ? TE.left(notFound('account')) : TE.right(account),
      ),
    )();
  }

  /** For a GET of one: with its tag. */
  async read(id: AccountId): Answer<Account> {
    const account = await this.one(id);
    if (E.isLeft(account)) return account;
    const changed = this.people.get(id)?.changed ?? 0n;
    return E.right(reply(account.right, { etag: etagOf(changed, account.right), position: this.lists.position }));
  }

  async page(path: string, query: PageQuery, keep: (id: AccountId) => boolean): Answer<ListBody<Account>> {
    const part = this.lists.part(path, query);
    if (E.isLeft(part)) return part;
    const page = this.people.page(part.right, ({ id }) => keep(id));
    return pipe(
      this.shown(page.items),
      TE.map((items) => this.lists.body(path, query, { ...page, items })),
    )();
  }

  private shown(documents: ReadonlyArray<AccountDocument>) {
    const views = documents.map((document) => accountView(document, this.organizations.homeOf(document.id)));
    return this.people.withPersons(views, ({ id }) => id);
  }
}
