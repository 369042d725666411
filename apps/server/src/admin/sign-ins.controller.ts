import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type * as t from 'io-ts';
import { SignIn } from '#libs/accounts';
import type { CommandContext } from '#libs/event-store';
import { AccountId, exact } from '#libs/kernel';
import { Organizations } from '#libs/organizations';
import { ForPerson, ForScope } from '../http/access.guard.js';
import type { Answer } from '../http/answer.js';
import { confinementOf } from '../http/authentication.js';
import type { Caller } from '../http/caller.js';
import { decode } from '../http/decode.js';
import { Email } from '../http/fields.js';
import { Calling, Context, Person } from '../http/request.decorators.js';
import { Settled } from '../http/settled.js';
import { Answers } from '../openapi/answers.js';
import { Account as AccountShape } from '../openapi/shapes.js';
import { ProviderName, Providers, Subject } from './providers.js';
import { type Account, ShownAccounts } from './shown-accounts.js';

const Attempt = exact({ provider: ProviderName, subject: Subject, email: Email });

/** Who came, and who I am. */
@Controller('v1')
export class SignInsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly accounts: ShownAccounts,
    private readonly organizations: Organizations,
    private readonly providers: Providers,
    private readonly settled: Settled,
  ) {}

  @Post('sign-ins')
  @ForScope('identity')
  @HttpCode(200)
  @Answers('Say that a person has signed in', AccountShape)
  async signIn(
    @Body(decode(Attempt)) person: t.TypeOf<typeof Attempt>,
    @Calling() caller: Caller,
    @Context() context: CommandContext,
  ): Answer<Account> {
    this.providers.refuseUnknown(person.provider, { retired: true });
    const organizations = confinementOf(caller);
    // A token of some organizations signs in who is at home there, or nowhere yet.
    const maySee = (id: AccountId): boolean => {
      const home = this.organizations.homeOf(id);
      return organizations === null || home === null || organizations.includes(home);
    };
    const done = await this.commands.execute(new SignIn(context, person, 'service', maySee));
    return this.settled.after(done, ({ id }) => this.accounts.one(id));
  }

  @Get('me')
  @ForPerson()
  @Answers('Read your own account', AccountShape, { etag: true })
  me(@Person() person: AccountId): Answer<Account> {
    return this.accounts.read(person);
  }
}
