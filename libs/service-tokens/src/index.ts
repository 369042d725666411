import { CreateServiceTokenHandler, RevokeServiceTokenHandler } from './commands/service-tokens.js';

export { CreateServiceToken, RevokeServiceToken } from './commands/service-tokens.js';
export type { ServiceTokenFailure } from './domain/service-token.decider.js';
export { Scope } from './domain/service-token.events.js';
export type { ServiceTokenDocument } from './projections/service-tokens.js';
export { ServiceTokens } from './queries/service-tokens.js';

export const serviceTokenHandlers = [CreateServiceTokenHandler, RevokeServiceTokenHandler];
