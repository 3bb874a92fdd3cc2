import { isConfigServerError } from '../core/errors.js';
import { redactUserInfo } from '../core/user-info.js';
import type { Output } from './context.js';

/** Says in plain text why the command failed, never with a stack, and answers the exit status. */
export function startFailure(error: unknown, stderr: Output): number {
  const { code, message } = isConfigServerError(error)
    ? error
    : { code: 'CONFIG_INTERNAL', message: error instanceof Error ? error.message : String(error) };
  stderr.write(`cairn: ${code}: ${redactUserInfo(message)}\n`);
  return code === 'CONFIG_SETTINGS_INVALID' || code === 'CONFIG_POLICY_INVALID' || code === 'CONFIG_SECURITY_UNSETTLED'
    ? 2
    : 1;
}
