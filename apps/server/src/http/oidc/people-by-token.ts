import { type Identities, SignIn, type SignInHandler } from '#libs/accounts';
import { type CommandContext, newCommandId } from '#libs/event-store';
import { type AccountId, E, O, timestampOf } from '#libs/kernel';
import type { ReadSide } from '#libs/read-models';
import { PATIENCE } from '../min-position.js';
import type { Failure } from '../problem.catalogue.js';
import type { PersonTokens, TokenPerson } from './person-tokens.js';

/** What says that the token's person is nobody here; anything else is trouble of ours, and told as such. */
const nobody: ReadonlySet<string> = new Set([
  'NotFound',
  'AccountBlocked',
  'SignInMethodMismatch',
  'ProviderRetired',
  'IdentityTaken',
  'AccountTransferred',
]);

const context = (requestId: string): CommandContext => ({
  commandId: newCommandId(),
  fresh: true,
  actor: { type: 'system' },
  via: null,
  requestId,
  at: timestampOf(Date.now()),
});

/** A person; or why the token is no good credential here, for the log alone. */
type Found = E.Either<Failure, { readonly provider: string; readonly id: AccountId } | { readonly refused: string }>;

/** Which account a token speaks for: by what was linked before; for a first token, by what signing in decides. */
export class PeopleByToken {
  private readonly firsts = new Map<string, Promise<Found>>();

  constructor(
    private readonly tokens: PersonTokens,
    private readonly identities: Identities,
    private readonly signIn: SignInHandler,
    private readonly readSide: ReadSide,
  ) {}

  async find(token: string, requestId: string): Promise<Found> {
    const verified = await this.tokens.verify(token);
    if (E.isLeft(verified)) {
      const { left } = verified;
      return left._tag === 'TokenRefused' ? E.right({ refused: left.why }) : E.left(left);
    }
    const person = verified.right;
    const { provider, subject } = person;
    const known = this.identities.accountOf(provider, subject);
    return O.isSome(known) ? E.right({ provider, id: known.value }) : this.first(person, requestId);
  }

  /** An application's first page sends many requests at once: all but one of them would only stand in each other's way. */
  private first(person: TokenPerson, requestId: string): Promise<Found> {
    const whose = JSON.stringify(person);
    const first = this.firsts.get(whose) ?? this.signedIn(person, requestId).finally(() => this.firsts.delete(whose));
    this.firsts.set(whose, first);
    return first;
  }

  private async signedIn(person: TokenPerson, requestId: string): Promise<Found> {
    const done = await this.signIn.execute(new SignIn(context(requestId), person, 'token'));
    if (E.isLeft(done)) {
      const { left } = done;
      return nobody.has(left._tag) ? E.right({ refused: `of nobody here: ${left._tag}` }) : E.left(left);
    }
    const { id, position } = done.right;
    if (!(await this.readSide.reached(position, PATIENCE))) return E.left({ _tag: 'PositionNotReached' });
    return E.right({ provider: person.provider, id });
  }
}
