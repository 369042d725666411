import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import {
  type AccountDocument,
  BlockAccount,
  People,
  type Person as Personal,
  RegisterAccount,
  type VaultFailure,
} from '#libs/accounts';
import type { CommandContext } from '#libs/event-store';
import { AccountId, branded, E, exactWith, type NotFound, notFound, pipe, TE } from '#libs/kernel';
import { Organizations } from '#libs/organizations';
import { ForOperator, ForPerson, ForScope } from '../http/access.guard.js';
import { type Answer, reply } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode, decodeId } from '../http/decode.js';
import { etagOf } from '../http/etag.js';
import { Email, Name } from '../http/fields.js';
import { type ListBody, Lists, PageQuery } from '../http/list.js';
import { plainName } from '../http/plain-name.pipe.js';
import { Asked } from '../http/query.guard.js';
import { Calling, Context, Person } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { accountView } from './views.js';

/** LinkedIn is retired (ACC-05): accounts of its time may exist, none are made. */
const Provider = t.keyof({ google: null, github: null });
const Subject = branded('Subject', /^[^\p{Cc}\p{Cs}]{1,255}$/u);
const Registration = exactWith(
  { email: Email, provider: Provider, subject: Subject },
  { name: t.union([Name, t.null]) },
);

type Account = ReturnType<typeof accountView> & Personal;

@Controller('v1')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly people: People,
    private readonly organizations: Organizations,
    private readonly settled: Settled,
    private readonly lists: Lists,
  ) {}

  @Post('accounts')
  @ForScope('identity')
  async register(
    @Body(decode(Registration), plainName) person: t.TypeOf<typeof Registration>,
    @Context() context: CommandContext,
  ): Answer<Account> {
    const { email, provider, subject, name = null } = person;
    const done = await this.commands.execute(new RegisterAccount(context, { email, provider, subject, name }));
    return this.settled.after(done, ({ id }) => this.account(id));
  }

  @Get('accounts')
  @ForScope('identity')
  async list(@Asked(PageQuery) query: PageQuery, @Calling() caller: Caller): Answer<ListBody<Account>> {
    const part = this.lists.part('/v1/accounts', query);
    if (E.isLeft(part)) return part;
    const page = this.people.page(part.right, ({ id }) => this.maySee(caller, id));
    return pipe(
      this.shown(page.items),
      TE.map((items) => this.lists.body('/v1/accounts', query, { ...page, items })),
    )();
  }

  @Get('accounts/:accountId')
  @ForScope('identity')
  get(@Param('accountId', decodeId(AccountId)) id: AccountId, @Calling() caller: Caller): Answer<Account> {
    return this.maySee(caller, id) ? this.read(id) : Promise.resolve(E.left(notFound('account')));
  }

  @Get('me')
  @ForPerson()
  me(@Person() person: AccountId): Answer<Account> {
    return this.read(person);
  }

  @Post('accounts/:accountId/block')
  @ForOperator()
  @HttpCode(200)
  async block(
    @Param('accountId', decodeId(AccountId)) id: AccountId,
    @Context() context: CommandContext,
  ): Answer<Account> {
    return this.settled.after(await this.commands.execute(new BlockAccount(context, id, true)), () => this.account(id));
  }

  @Post('accounts/:accountId/unblock')
  @ForOperator()
  @HttpCode(200)
  async unblock(
    @Param('accountId', decodeId(AccountId)) id: AccountId,
    @Context() context: CommandContext,
  ): Answer<Account> {
    return this.settled.after(await this.commands.execute(new BlockAccount(context, id, false)), () =>
      this.account(id),
    );
  }

  /** A token of some organizations sees the people who are at home there. */
  private maySee(caller: Caller, id: AccountId): boolean {
    const organizations = confinementOf(caller);
    return organizations === null || organizations.some((each) => each === this.organizations.homeOf(id));
  }

  private async read(id: AccountId): Answer<Account> {
    const account = await this.account(id);
    if (E.isLeft(account)) return account;
    const changed = this.people.get(id)?.changed ?? 0n;
    return E.right(reply(account.right, { etag: etagOf(changed, account.right), position: this.lists.position }));
  }

  private account(id: AccountId): Promise<E.Either<NotFound | VaultFailure, Account>> {
    const document = this.people.get(id);
    return pipe(
      this.shown(document === undefined ? [] : [document]),
      TE.flatMap(([account]): TE.TaskEither<NotFound | VaultFailure, Account> =>
        account === undefined ? TE.left(notFound('account')) : TE.right(account),
      ),
    )();
  }

  private shown(documents: ReadonlyArray<AccountDocument>) {
    const views = documents.map((document) => accountView(document, this.organizations.homeOf(document.id)));
    return this.people.withPersons(views, ({ id }) => id);
  }
}
