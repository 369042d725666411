// breaks: libs-enter-libs-by-doors
import { getAccount } from '../../../accounts/src/queries/get-account.js';

export const byTheWindow = { getAccount };
