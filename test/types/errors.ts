import type { ConfigClientErrorCode } from 'cairn-config-client';

const code: ConfigClientErrorCode = 'CONFIG_KEY_MISSING';
// @ts-expect-error the union of codes is closed
const other: ConfigClientErrorCode = 'SOMETHING_ELSE';
export const checked = [code, other];
