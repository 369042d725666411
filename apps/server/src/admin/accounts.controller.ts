import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import * as t from 'io-ts';
import { BlockAccount, RegisterAccount } from '#libs/accounts';
import { DeleteAccount, TransferAccount } from '#libs/departures';
import type { CommandContext } from '#libs/event-store';
import { AccountId, E, exact, exactWith, notFound } from '#libs/kernel';
import { Organizations } from '#libs/organizations';
import { ForOperator, ForPerson, ForScope } from '../http/access.guard.js';
import type { Answer } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode, decodeId } from '../http/decode.js';
import { Email, Name } from '../http/fields.js';
import { type ListBody, PageQuery } from '../http/list.js';
import { plainName } from '../http/plain-name.pipe.js';
import { Asked } from '../http/query.guard.js';
import { Refused } from '../http/refused.js';
import { Calling, Context, Person } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers, AnswersNothing } from '../openapi/answers.js';
import { Account as AccountShape, listOf } from '../openapi/shapes.js';
import { ProviderName, Providers, Subject } from './providers.js';
import { type Account, ShownAccounts } from './shown-accounts.js';

const Registration = exactWith(
  { email: Email, provider: ProviderName, subject: Subject },
  { name: t.union([Name, t.null]) },
);
const Transfer = exact({ email: Email, provider: ProviderName, subject: Subject });

@Controller('v1/accounts')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly accounts: ShownAccounts,
    private readonly organizations: Organizations,
    private readonly providers: Providers,
    private readonly settled: Settled,
  ) {}

  @Post()
  @ForScope('identity')
  @Answers('Register an account', AccountShape)
  async register(
    @Body(decode(Registration), plainName) person: t.TypeOf<typeof Registration>,
    @Calling() { credential }: Caller,
    @Context() context: CommandContext,
  ): Answer<Account> {
    const { email, provider, subject, name = null } = person;
    this.providers.refuseUnknown(provider, { retired: credential.type === 'operator' });
    const done = await this.commands.execute(new RegisterAccount(context, { email, provider, subject, name }));
    return this.settled.after(done, ({ id }) => this.accounts.one(id));
  }

  @Get()
  @ForScope('identity')
  @Answers('List accounts', listOf(AccountShape))
  async list(@Asked(PageQuery) query: PageQuery, @Calling() caller: Caller): Answer<ListBody<Account>> {
    return this.accounts.page('/v1/accounts', query, (id) => this.maySee(caller, id));
  }

  @Get(':accountId')
  @ForScope('identity')
  @Answers('Read an account', AccountShape, { etag: true })
  get(@Param('accountId', decodeId(AccountId)) id: AccountId, @Calling() caller: Caller): Answer<Account> {
    return this.maySee(caller, id) ? this.accounts.read(id) : Promise.resolve(E.left(notFound('account')));
  }

  @Post(':accountId/transfer')
  @ForOperator()
  @Answers('Move an account to another address: a new account, and the old one is blocked', AccountShape)
  async transfer(
    @Param('accountId', decodeId(AccountId)) id: AccountId,
    @Body(decode(Transfer)) person: t.TypeOf<typeof Transfer>,
    @Context() context: CommandContext,
  ): Answer<Account> {
    this.providers.refuseUnknown(person.provider, { retired: false });
    const done = await this.commands.execute(new TransferAccount(context, id, person));
    return this.settled.after(done, (made) => this.accounts.one(made.id));
  }

  @Post(':accountId/block')
  @ForOperator()
  @HttpCode(200)
  @Answers('Block an account: whatever it may do is denied at once', AccountShape)
  async block(
    @Param('accountId', decodeId(AccountId)) id: AccountId,
    @Context() context: CommandContext,
  ): Answer<Account> {
    return this.settled.after(await this.commands.execute(new BlockAccount(context, id, true)), () =>
      this.accounts.one(id),
    );
  }

  @Post(':accountId/unblock')
  @ForOperator()
  @HttpCode(200)
  @Answers('Unblock an account', AccountShape)
  async unblock(
    @Param('accountId', decodeId(AccountId)) id: AccountId,
    @Context() context: CommandContext,
  ): Answer<Account> {
    return this.settled.after(await this.commands.execute(new BlockAccount(context, id, false)), () =>
      this.accounts.one(id),
    );
  }

  /** By the person alone: of anybody else, nothing shows that they exist. */
  @Delete(':accountId')
  @ForPerson()
  @HttpCode(204)
  @AnswersNothing('Delete your own account: personal data is erased, keys stay')
  async remove(
    @Param('accountId', decodeId(AccountId)) id: AccountId,
    @Person() by: AccountId,
    @Calling() { credential }: Caller,
    @Context() context: CommandContext,
  ): Answer<undefined> {
    if (credential.type === 'service')
      throw new Refused({
        _tag: 'Forbidden',
        action: 'account:delete',
        detail: 'A service token never deletes an account.',
      });
    if (id !== by) return E.left(notFound('account'));
    return this.settled.nothing(await this.commands.execute(new DeleteAccount(context, by)));
  }

  /** A token of some organizations sees the people who are at home there. */
  private maySee(caller: Caller, id: AccountId): boolean {
    const organizations = confinementOf(caller);
    return organizations === null || organizations.some((each) => each === this.organizations.homeOf(id));
  }
}
