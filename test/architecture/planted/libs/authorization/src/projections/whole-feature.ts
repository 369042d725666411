// breaks: projections-are-pure
import { openAccount } from '#libs/accounts';

export const wholeFeature = { openAccount };
