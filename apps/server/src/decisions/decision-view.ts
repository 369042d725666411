import type { Decision } from '#libs/authorization';
import type { PositionTokens } from '../http/position-token.js';

/** A decision as it goes out: with positions as callers know them. */
export const decisionView = (
  { decision, reason, principal, attribution, evidence }: Decision,
  tokens: PositionTokens,
) => ({
  decision,
  reason,
  principal,
  attribution,
  evidence: evidence.map(({ position, type }) => ({ position: tokens.encode(position), type })),
});
