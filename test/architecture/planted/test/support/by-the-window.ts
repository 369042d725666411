// breaks: all-others-enter-libs-by-doors
import { getAccount } from '../../libs/accounts/src/queries/get-account.js';

export const byTheWindow = { getAccount };
